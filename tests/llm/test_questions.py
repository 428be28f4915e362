"""Questions for measuring retrieval: who writes them, who reviews them, and when they are stale."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError

from governance.errors import (
    AlreadyExists,
    DigestChanged,
    Malformed,
    NoLongerFits,
    NotAllowed,
    SecondPersonNeeded,
)
from governance.models import Account, AuditEntry, Passage, Source, Version
from governance.verification import verify_trail
from llm.actions import question_sets, questions
from llm.actions.question_sets import Least
from llm.errors import AskedAlready, ExpectedNotInForce, QuestionIsDraft, QuestionIsStale
from llm.models import EvaluationQuestion, ExpectedPassage, QuestionKind, QuestionSet
from tests.support import knowledge
from tests.support.databases import triggers_away
from tests.support.questions import asked, founded, reviewed, written
from tests.support.visiting import passages_of

pytestmark = pytest.mark.database


@pytest.fixture
def wards(ana: Account) -> QuestionSet:
    return founded(ana)


@pytest.fixture
def low(active: Version) -> Passage:
    return passages_of(active)[0]


def seen(question: EvaluationQuestion) -> dict[str, Any]:
    return {"question": question, "digest": question.digest_now()}


def now() -> Any:
    return EvaluationQuestion.objects


def test_question_counts_once_a_second_person_has_reviewed_it(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, at: Any
) -> None:
    question = written(wards, ana, "How low?", low)
    before = now().counted(at()).count()

    questions.review(**seen(question), by=ben)

    assert (before, now().counted(at()).count()) == (0, 1)
    assert list(verify_trail()) == []


@pytest.mark.parametrize(
    ("language", "of", "kind"),
    [("en", 1, "known_item"), ("zh", 1, "cross_language"), ("zh", 0, "unanswerable")],
)
def test_kind_is_told_from_what_is_expected(
    wards: QuestionSet, low: Passage, ana: Account, language: str, of: int, kind: str
) -> None:
    question = written(wards, ana, "How low?", *[low][:of], language=language)

    assert question.kind == QuestionKind(kind)


def test_who_wrote_at_a_question_never_reviews_it(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    question = written(wards, ana, "How low?", low)
    new = asked("How low at first?", low)
    questions.edit(question=question, asked=new, seen=question.digest_now(), by=ben)
    question.refresh_from_db()

    for writer in (ana, ben):
        with pytest.raises(SecondPersonNeeded):
            questions.review(**seen(question), by=writer)


def test_database_refuses_a_review_by_a_writer(
    wards: QuestionSet, low: Passage, ana: Account
) -> None:
    question = written(wards, ana, "How low?", low)
    mine = now().filter(pk=question.pk)

    with pytest.raises(IntegrityError, match="question_needs_second_person"):
        mine.update(reviewed_by=ana.person, reviewed_at=question.written_at)


def test_what_a_reviewed_question_expects_is_fixed(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    question = reviewed(wards, ana, ben, "How low?", low)

    with pytest.raises(IntegrityError, match="an edit voids the review first"):
        ExpectedPassage.objects.filter(question=question).delete()


def test_edit_voids_the_review_and_saying_the_same_does_not(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    question = reviewed(wards, ana, ben, "How low?", low)
    told = {"question": question, "seen": question.digest_now(), "by": ana}

    questions.edit(asked=asked("How low?", low), **told)
    same = now().get().reviewed_at
    questions.edit(asked=asked("How slow?", low), **told)

    assert (same is not None, now().get().reviewed_at) == (True, None)


def test_edit_of_what_has_changed_meanwhile_is_refused(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    question = written(wards, ana, "How low?", low)
    told = {"question": question, "seen": question.digest_now()}
    questions.edit(asked=asked("How low at first?", low), by=ben, **told)

    with pytest.raises(DigestChanged):
        questions.edit(asked=asked("How high?", low), by=ana, **told)


def test_what_a_program_drafted_is_edited_before_it_is_reviewed(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    question = written(wards, ana, "What is said of Dosing?", low, drafted_by="rules")
    with pytest.raises(QuestionIsDraft):
        questions.review(**seen(question), by=ben)
    same = asked(question.text, low)

    questions.edit(question=question, asked=same, seen=question.digest_now(), by=ana)

    assert not now().get().is_draft


@pytest.mark.parametrize("text", ["", " \u200b ", "a\0b", "x" * 1001])
def test_question_without_words_or_with_too_many_is_refused(
    wards: QuestionSet, ana: Account, text: str
) -> None:
    with pytest.raises(Malformed):
        written(wards, ana, text)


def test_same_question_twice_is_refused_until_the_first_is_retired(
    wards: QuestionSet, low: Passage, ana: Account
) -> None:
    first = written(wards, ana, "How low?", low)
    with pytest.raises(AskedAlready):
        written(wards, ana, "how  LOW?", low)

    questions.retire(question=first, reason="Nobody asks so.", by=ana)

    assert written(wards, ana, "how  LOW?", low).pk


def test_passage_out_of_force_is_not_expected(
    wards: QuestionSet, low: Passage, ana: Account, active: Version
) -> None:
    knowledge.quarantine(active, ana)

    with pytest.raises(ExpectedNotInForce):
        written(wards, ana, "How low?", low)


def test_question_is_stale_while_a_new_edition_says_otherwise(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, source: Source, at: Any
) -> None:
    reviewed(wards, ana, ben, "How low?", low)
    other = written(wards, ana, "Start how?", low)

    knowledge.active(source, ana, ben, label="2026", texts=["Start high."])

    assert (now().stale(at()).count(), now().counted(at()).count()) == (2, 0)
    with pytest.raises(QuestionIsStale):
        questions.review(**seen(other), by=ben)


def test_question_follows_its_text_into_a_new_edition(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, source: Source, at: Any
) -> None:
    reviewed(wards, ana, ben, "How low?", low)

    knowledge.active(source, ana, ben, label="2026", texts=["New.", "Start low."])

    assert now().counted(at()).count() == 1


def test_set_asks_for_figures_by_a_reviewers_word_alone(
    wards: QuestionSet, ana: Account, ben: Account
) -> None:
    with pytest.raises(NotAllowed):
        question_sets.set_least(
            question_set=wards, least=Least(is_gate=True), reason="Now.", by=ana
        )

    question_sets.set_least(
        question_set=wards, least=Least(True, 90, 80, 50), reason="Agreed.", by=ben
    )

    wards.refresh_from_db()
    assert (wards.is_gate, wards.least_recall, wards.least_abstention) == (True, 90, 50)
    assert AuditEntry.objects.latest("number").action == "question_set.least_set"


def test_retired_set_takes_nothing_more(wards: QuestionSet, ana: Account, ben: Account) -> None:
    question_sets.retire(question_set=wards, reason="Replaced.", by=ben)

    with pytest.raises(NoLongerFits):
        written(wards, ana, "How low?")


def test_name_of_a_set_is_its_own(wards: QuestionSet, ana: Account) -> None:
    with pytest.raises(AlreadyExists):
        founded(ana)


def test_more_than_one_import_takes_is_refused(wards: QuestionSet, ana: Account) -> None:
    many = [asked(f"Question {n}?") for n in range(10_000)]

    with pytest.raises(Malformed, match="2000"):
        questions.write_all(question_set=wards, asked=many, by=ana)
    assert not now().exists()


def test_one_wrong_question_keeps_all_of_them_out(wards: QuestionSet, ana: Account) -> None:
    with pytest.raises(AskedAlready):
        questions.write_all(question_set=wards, asked=[asked("Why?"), asked("why?")], by=ana)

    assert not now().exists()


def test_changed_behind_our_back_is_found(wards: QuestionSet, low: Passage, ana: Account) -> None:
    question = written(wards, ana, "How low?", low)

    with triggers_away():
        ExpectedPassage.objects.filter(question=question).update(digest="0" * 64)

    assert [str(f) for f in verify_trail() if "evaluationquestion" in f.where]
