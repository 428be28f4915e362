"""Writing the questions by which retrieval is measured, and what a second person says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import DigestChanged, Malformed, NoLongerFits, SecondPersonNeeded
from governance.models import Account, Language, Passage
from governance.trail import Changes, changing, needs_reason
from governance.visibility import says_something
from llm.errors import AskedAlready, ExpectedNotInForce, QuestionIsDraft, QuestionIsStale
from llm.models import (
    EvaluationQuestion,
    ExpectedPassage,
    QuestionKind,
    QuestionSet,
    QuestionWriter,
)
from llm.models.questions import LONGEST_QUESTION, key_of

MOST_EXPECTED = 10
# Of one import: so long nobody else can write.
MOST_AT_ONCE = 2_000

# Passages in force by their numbers.
Known = Mapping[int, Passage]


@dataclass(frozen=True)
class Asked:
    """A question as somebody writes it; with no passage expected it has no answer here.

    `drafted_by` is for what a program proposes: the rules, or a model by its name.
    """

    text: str
    language: str
    expected: tuple[int, ...] = ()
    drafted_by: str = ""


def write(*, question_set: QuestionSet, asked: Asked, by: Account) -> EvaluationQuestion:
    """Refused where the set asks it already, or expects what is not in force."""
    with changing(by=by, may=Deed.CURATE) as changes:
        mine = _set_of(question_set.pk)
        return _written(mine, asked, by, changes, _in_force(asked.expected, changes))


def write_all(
    *, question_set: QuestionSet, asked: Sequence[Asked], by: Account
) -> list[EvaluationQuestion]:
    """All of them or none."""
    with changing(by=by, may=Deed.CURATE) as changes:
        if len(asked) > MOST_AT_ONCE:
            problem = _("At most %(most)s questions are taken at once.") % {"most": MOST_AT_ONCE}
            raise Malformed(field="questions", problem=problem)
        mine = _set_of(question_set.pk)
        known = _in_force([n for each in asked for n in each.expected], changes)
        return [_written(mine, each, by, changes, known) for each in asked]


def edit(*, question: EvaluationQuestion, asked: Asked, seen: str, by: Account) -> None:
    """Change what is asked or expected. `seen` is the digest of what was looked at. Any change
    voids a review; a draft becomes a question even where nothing is changed.
    """
    with changing(by=by, may=Deed.CURATE) as changes:
        mine = _locked(question)
        if seen != mine.digest_now():
            raise DigestChanged
        passages = _passages(asked, _in_force(asked.expected, changes))
        _checked(asked)
        key = key_of(asked.text)
        _refuse_twice(mine.question_set, key, asked.text, but=mine.pk)
        if not mine.is_draft and _says(mine, asked):
            return
        mine.reviewed_by = mine.reviewed_at = None
        mine.text, mine.language, mine.key = asked.text.strip(), asked.language, key
        mine.kind, mine.author, mine.is_draft = _kind(asked, passages), by.person, False
        mine.save(update_fields=[*_WRITTEN, "reviewed_by", "reviewed_at", "author", "is_draft"])
        mine.expected.all().delete()
        _expect(mine, passages)
        QuestionWriter.objects.get_or_create(question=mine, person=by.person)
        changes.note("question.edited", mine, digest=mine.digest_now())


_WRITTEN = ("text", "language", "key", "kind")


def review(*, question: EvaluationQuestion, digest: str, by: Account) -> None:
    """A second person's word that it is asked well and expects the right passages."""
    review_all(read=[(question, digest)], by=by)


def review_all(*, read: Sequence[tuple[EvaluationQuestion, str]], by: Account) -> None:
    """The same of a list that was read as a whole, each with the digest of what was read; all of
    them or none.
    """
    with changing(by=by, may=Deed.CURATE) as changes:
        numbers = [question.pk for question, _digest in read]
        rows = EvaluationQuestion.objects.select_related("question_set")
        known = rows.prefetch_related("expected", "writers").in_bulk(numbers)
        stale = set(rows.filter(pk__in=numbers).stale(changes.at).values_list("pk", flat=True))
        for question, digest in read:
            mine = known[question.pk]
            _refuse_review(mine, digest, by)
            if mine.pk in stale:
                raise QuestionIsStale
            mine.reviewed_by, mine.reviewed_at = by.person, changes.at
            mine.save(update_fields=["reviewed_by", "reviewed_at"])
            changes.note("question.reviewed", mine, digest=digest)


def _refuse_review(question: EvaluationQuestion, digest: str, by: Account) -> None:
    is_over = question.retired_at is not None or question.question_set.retired_at is not None
    if is_over or question.reviewed_at is not None:
        raise NoLongerFits
    if question.is_draft:
        raise QuestionIsDraft
    if by.person_id in {writer.person_id for writer in question.writers.all()}:
        raise SecondPersonNeeded
    if digest != question.digest_now():
        raise DigestChanged


def retire(*, question: EvaluationQuestion, reason: str, by: Account) -> None:
    """Ask it no more. What came of it in earlier runs stays."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        mine = _locked(question)
        mine.retired_at = changes.at
        mine.save(update_fields=["retired_at"])
        changes.note("question.retired", mine)


def _written(
    question_set: QuestionSet, asked: Asked, by: Account, changes: Changes, known: Known
) -> EvaluationQuestion:
    passages = _passages(asked, known)
    _checked(asked)
    key = key_of(asked.text)
    _refuse_twice(question_set, key, asked.text)
    made = EvaluationQuestion.objects.create(
        question_set=question_set,
        text=asked.text.strip(),
        language=asked.language,
        kind=_kind(asked, passages),
        key=key,
        author=by.person,
        written_at=changes.at,
        drafted_by=asked.drafted_by,
        is_draft=bool(asked.drafted_by),
    )
    _expect(made, passages)
    if not asked.drafted_by:
        QuestionWriter.objects.create(question=made, person=by.person)
    changes.note("question.written", made, digest=made.digest_now(), set=question_set.pk)
    return made


def _checked(asked: Asked) -> None:
    if not says_something(asked.text) or "\0" in asked.text:
        raise Malformed(field="question", problem=_("Say what is asked."))
    if len(asked.text.strip()) > LONGEST_QUESTION:
        problem = _("At most %(most)s characters.") % {"most": LONGEST_QUESTION}
        raise Malformed(field="question", problem=problem)
    if asked.language not in Language.values:
        raise Malformed(field="language", problem=_("Choose the language of the question."))


def _in_force(numbers: Iterable[int], changes: Changes) -> Known:
    rows = Passage.objects.in_force(changes.at).filter(pk__in=set(numbers))
    return {p.pk: p for p in rows.select_related("version__source")}


def _passages(asked: Asked, known: Known) -> list[Passage]:
    """Those that are expected. Refused where one is not in force."""
    numbers = list(dict.fromkeys(asked.expected))
    if len(numbers) > MOST_EXPECTED:
        problem = _("At most %(most)s passages are expected.") % {"most": MOST_EXPECTED}
        raise Malformed(field="passages", problem=problem)
    for number in numbers:
        if number not in known:
            raise ExpectedNotInForce(passage=number)
    return [known[number] for number in numbers]


def _kind(asked: Asked, passages: Iterable[Passage]) -> str:
    languages = {p.version.source.language for p in passages}
    if not languages:
        return QuestionKind.UNANSWERABLE
    is_same = asked.language in languages
    return QuestionKind.KNOWN_ITEM if is_same else QuestionKind.CROSS_LANGUAGE


def _expect(question: EvaluationQuestion, passages: Iterable[Passage]) -> None:
    rows = [ExpectedPassage(question=question, passage=p, digest=p.digest) for p in passages]
    ExpectedPassage.objects.bulk_create(rows)


def _says(question: EvaluationQuestion, asked: Asked) -> bool:
    told = {each.passage_id for each in question.expected.all()}
    same_words = (question.text, question.language) == (asked.text.strip(), asked.language)
    return same_words and told == set(asked.expected)


def _refuse_twice(question_set: QuestionSet, key: str, text: str, *, but: int = 0) -> None:
    same = EvaluationQuestion.objects.standing().filter(question_set=question_set, key=key)
    if same.exclude(pk=but).exists():
        raise AskedAlready(question=text.strip()[:200])


def _locked(question: EvaluationQuestion) -> EvaluationQuestion:
    mine = EvaluationQuestion.objects.select_related("question_set").get(pk=question.pk)
    if mine.retired_at is not None or mine.question_set.retired_at is not None:
        raise NoLongerFits
    return mine


def _set_of(number: int) -> QuestionSet:
    mine = QuestionSet.objects.get(pk=number)
    if mine.retired_at is not None:
        raise NoLongerFits
    return mine
