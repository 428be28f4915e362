"""Answers a question as it would have been answered at an instant that is past.

Nothing is asked of a store, which knows the present alone. What was in force then is asked of the
truth, how near it is of the cache of vectors; ranking and fusing are those of `llm.retrieval`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from governance.clock import start_of
from governance.duties import Deed, Scope
from governance.errors import Malformed
from governance.models import Account, AuditEntry, Client, Passage, Review, Version
from llm import clients, words
from llm.abstention import judged, signs
from llm.caching import cached, count_words, digest_of_embedded
from llm.calibration import calibration_of
from llm.embedding import Encoder
from llm.found import Found
from llm.fusing import DEEPEST, evened, fused, whole_ties
from llm.models import VersionWords, WordCount
from llm.retrieval import Answer, Question
from llm.stores.port import Hit, Sparse
from llm.weighing import matches
from llm.wording import statistics_of, wording_of

# So many passages are in memory at once, with their vectors.
BLOCK = 1000
# Years before would overflow once a time zone is reckoned with.
EARLIEST_YEAR = 1900

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Recollection:
    """An answer of the past.

    `without_vector` counts the passages in force then that could not be compared by meaning,
    because the cache has no vector of them under the encoder of today. `in_force_now` names what
    of the answer may be served today, and `review_due` says by when each version was to be
    reviewed as it was known then.
    """

    answer: Answer
    at: datetime
    without_vector: int
    in_force_now: frozenset[int]
    review_due: dict[int, date]


@dataclass
class Compared:
    """Every passage that was looked at, with its score by meaning, parted by the language that it
    is written in, and by words."""

    nearness: dict[str, dict[int, float]] = field(default_factory=dict)
    matching: dict[int, float] = field(default_factory=dict)
    without_vector: int = 0


def instant(said: object, *, now: datetime) -> datetime:
    """The instant that is meant: written with its offset, or a day, which means its last one.

    Raises `Malformed` for anything else, and for what is not past: an answer of the past stays.
    """
    try:
        at = _read(said if isinstance(said, str) else "")
    except (ValueError, OverflowError):
        problem = _("Give an instant with its offset, or a day: 2026-05-31T08:00:00+08:00.")
        raise Malformed(field="as_of", problem=problem) from None
    if at > now:
        raise Malformed(field="as_of", problem=_("It must be past; of a day, its end."))
    return at


def _read(said: str) -> datetime:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        next_day = date.fromisoformat(said) + timedelta(days=1)
        at = start_of(next_day) - timedelta(microseconds=1)
    elif _INSTANT.fullmatch(said):
        at = datetime.fromisoformat(said)
    else:
        raise ValueError(said)
    if at.year < EARLIEST_YEAR:
        raise ValueError(said)
    return at


def retrieve_as_of(question: Question, *, at: datetime, now: datetime) -> Recollection:
    """What was in force at the instant and fits best, by the names that concepts have today.

    Raises `Unavailable` where the encoder is away.
    """
    _count_what_was_not_counted(at)
    search = _Search(question, at)
    compared = search.through(Passage.objects.in_force(at))
    by_meaning, by_words = search.by_meaning(compared), _best(compared.matching)
    offered = [int(hit.passage) for hit in [*by_meaning, *by_words]]
    rows = Passage.objects.in_force(at).filter(pk__in=offered)
    allowed = {p.pk: p for p in rows.select_related("version", "section")}
    found = fused(by_meaning, by_words, allowed, search.vector, search.encoder)
    given, truth = found[: question.top_k], _number_at(at)
    answer = Answer(given, truth, truth, withheld=0)
    if search.calibration:
        seen = signs(found, by_meaning, search.asked, search.statistics)
        answer = judged(answer, search.calibration, seen)
    return Recollection(
        answer,
        at,
        compared.without_vector,
        _in_force([f.passage.pk for f in given], now),
        _due_at([f.passage.version_id for f in given], at),
    )


def out_of_force(question: Question, *, at: datetime, most: int = 10) -> list[Found]:
    """What had been approved by the instant, was not in force then, and would have fitted best."""
    search = _Search(question, at)
    approved = Passage.objects.filter(version__approved_at__lte=at, replacement=None)
    gone = approved.exclude(pk__in=Passage.objects.in_force(at).values("pk"))
    compared = search.through(gone)
    by_meaning, by_words = search.by_meaning(compared), _best(compared.matching)
    offered = [int(hit.passage) for hit in [*by_meaning, *by_words]]
    rows = Passage.objects.filter(pk__in=offered).select_related("version__source", "section")
    allowed = {p.pk: p for p in rows}
    return fused(by_meaning, by_words, allowed, search.vector, search.encoder)[:most]


def may_look_back(user: Account | Client) -> bool:
    """Compliance, reviewers, and programs that may see what has left force."""
    if isinstance(user, Client):
        return user.opens(Scope.AUDIT)
    return user.may(Deed.AUDIT) or user.may(Deed.REVIEW)


class _Search:
    """A question at an instant, as it is compared with passages."""

    def __init__(self, question: Question, at: datetime) -> None:
        self.question = question
        self.encoder = clients.encoder()
        self.vector: Vector = self.encoder.queries([question.query])[0]
        self.calibration = calibration_of(self.encoder.profile)
        self.asked = wording_of(question.query)
        self.statistics = statistics_of(self.asked.shares, at=at)
        self.weights = self.statistics.weights(self.asked.shares)

    def through(self, rows: QuerySet[Passage]) -> Compared:
        """One walk over the rows, block by block, so that memory does not grow with them."""
        compared = Compared()
        sharing = _sharing(self.weights)
        for block in _blocks(_asked_for(self.question, rows)):
            texts = {p.pk: p.embedded_text() for p in block}
            digests = {pk: digest_of_embedded(text) for pk, text in texts.items()}
            near = _near(digests, self.vector, self.encoder)
            for passage in block:
                if passage.pk in near:
                    of_language = compared.nearness.setdefault(_language_of(passage), {})
                    of_language[passage.pk] = near[passage.pk]
            compared.without_vector += len(texts) - len(near)
            worded = {p.pk: texts[p.pk] for p in block if p.version_id in sharing}
            compared.matching |= matches(worded, digests, self.weights)
        return compared

    def by_meaning(self, compared: Compared) -> list[Hit]:
        """The list that a store gives, or its lists where the encoder favours a language."""
        if self.calibration is None:
            every = {pk: s for scores in compared.nearness.values() for pk, s in scores.items()}
            return _best(every)
        asked_in = self.question.written_in
        return [
            hit
            for language, scores in compared.nearness.items()
            for hit in evened(_best(scores), self.calibration.offset(asked_in, language))
        ]


def _language_of(passage: Passage) -> str:
    return str(passage.written_in)  # type: ignore[attr-defined]


def _asked_for(question: Question, rows: QuerySet[Passage]) -> QuerySet[Passage]:
    if question.source_classes:
        rows = rows.filter(version__citation__source_class__in=question.source_classes)
    if question.language:
        rows = rows.filter(version__citation__language=question.language)
    if question.sources:
        rows = rows.filter(version__source__in=question.sources)
    return rows


def _blocks(rows: QuerySet[Passage]) -> Iterator[Sequence[Passage]]:
    """By number and not by a cursor, which SQLite would keep open while others want to write."""
    rows = rows.select_related("section").only("version_id", "text", "section__path")
    rows = rows.annotate(written_in=F("version__citation__language"))
    rows, last = rows.order_by("pk"), 0
    while block := list(rows.filter(pk__gt=last)[:BLOCK]):
        yield block
        last = block[-1].pk


def _near(digests: dict[int, str], vector: Vector, encoder: Encoder) -> dict[int, float]:
    """The cosine of each passage whose vector is in the cache; vectors have length one."""
    known = cached(digests.values(), encoder.profile.name)
    there = [pk for pk, digest in digests.items() if digest in known]
    if not there:
        return {}
    scores = np.stack([known[digests[pk]] for pk in there]) @ vector
    return dict(zip(there, scores.tolist(), strict=True))


def _sharing(weights: Sparse) -> set[int]:
    """The versions in which a term of the query stands at all."""
    counts = WordCount.objects.filter(term__in=weights.indices)
    return set(counts.values_list("version", flat=True).distinct())


def _best(scores: dict[int, float]) -> list[Hit]:
    """The list that an exact search of a store gives of these, cut where it would be."""
    order = sorted(scores, key=lambda pk: -scores[pk])[:DEEPEST]
    hits = [Hit(str(pk), scores[pk]) for pk in order]
    return whole_ties(lambda depth: hits[:depth])


def _count_what_was_not_counted(at: datetime) -> None:
    """Statistics of versions that left force before words were cut as they are now."""
    counted = VersionWords.objects.filter(profile=words.PROFILE).values("version")
    for version in Version.objects.in_force(at).servable().exclude(pk__in=counted):
        count_words(version)


def _number_at(at: datetime) -> int:
    """How many the last change of knowledge had by then."""
    return AuditEntry.objects.knowledge().filter(at__lte=at).last_number()


def _in_force(passages: Sequence[int], now: datetime) -> frozenset[int]:
    rows = Passage.objects.in_force(now).filter(pk__in=passages)
    return frozenset(rows.values_list("pk", flat=True))


def _due_at(versions: Sequence[int], at: datetime) -> dict[int, date]:
    """The day by which a version was to be reviewed: a reaffirmation since has moved it."""
    decided = Review.objects.filter(version__in=versions, at__lte=at).exclude(review_due=None)
    rows = decided.order_by("pk").values_list("version", "review_due")
    return {version: due for version, due in rows if due}
