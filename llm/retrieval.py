"""Finds passages for a question: by meaning and by words, fenced by the truth, fused.

The stores only propose. Whether a passage may be served is asked of the truth again, for every
hit, in one query; a store that is behind can cost recall but never safety.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import QuerySet, Subquery
from numpy.typing import NDArray

from governance import clock
from governance.models import AuditEntry, Language, Passage, TrailHead
from llm import clients, wording, words
from llm.abstention import judged, signs
from llm.calibration import Calibration, Signs, calibration_of
from llm.embedding import Encoder
from llm.found import Found
from llm.fusing import MEANING, POOL, evened, fused, whole_ties
from llm.models import Cursor
from llm.projections.advance import last_knowledge
from llm.projections.vectors import cuts_words_as_now, embeds_as, microseconds
from llm.releases.held import Held
from llm.stores.port import Hit, NotBuilt, Sparse, VectorStore, Wanted
from llm.wording import language_of, statistics_of, wording_of

PROFILE = f"convex-1:{MEANING}:pool={POOL}:{wording.PROFILE}:{words.PROFILE}"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    query: str
    top_k: int = 10
    source_classes: tuple[str, ...] = ()
    language: str | None = None
    sources: tuple[int, ...] = ()
    within: Held | None = None

    @property
    def written_in(self) -> str:
        return language_of(self.query)

    @property
    def pool(self) -> int:
        """A store is not told single passages: so many more are asked for as the fence takes out
        of a release."""
        return POOL + len(self.within.without if self.within else ())

    def admits(self, passage: Passage) -> bool:
        """Whether it is of the classes and of the release asked for, whatever a store says."""
        of_class = (passage.version.citation or {})["source_class"]
        if self.source_classes and of_class not in self.source_classes:
            return False
        return self.within is None or self.within.holds(passage)

    def wanted(self, at: datetime) -> Wanted:
        return Wanted(
            microseconds(at),
            self.source_classes,
            self.language,
            self.sources,
            self.within.came_since() if self.within else (),
        )


@dataclass(frozen=True)
class Answer:
    """`trail`: how far the store had come; `truth`: where the fence looked; both count knowledge.

    `withheld` counts the hits that a store offered and the truth refused; `refused` names them
    as the store did. `at` is the instant at which the fence looked. `confidence`, between 0 and 1,
    is None where the encoder is not calibrated; `abstained`: it is too low for anything to be
    shown.
    """

    found: list[Found]
    trail: int
    truth: int
    withheld: int
    refused: frozenset[str] = frozenset()
    at: datetime | None = None
    confidence: float | None = None
    abstained: bool = False
    signs: Signs | None = None

    @property
    def given(self) -> list[Found]:
        """What is shown of it: nothing where it abstained."""
        return [] if self.abstained else self.found


def retrieve(question: Question, *, at: datetime) -> Answer:
    """The passages in force that fit best; of those that a release holds, where one is given.

    Raises `StoreAway` where the store does not answer.
    """
    return retrieve_all([question], at=at)[0]


def retrieve_all(questions: Sequence[Question], *, at: datetime) -> list[Answer]:
    """An answer for each, in their order; the encoder is asked once for all of them."""
    at = not_before_the_trail(at)
    store, encoder = clients.vector_store(), clients.encoder()
    trail = Cursor.objects.filter(name="vectors").values_list("number", flat=True).first() or 0
    vectors = _vectors([each.query for each in questions], store, encoder)
    return [
        _answer(question, vector, trail, at=at)
        for question, vector in zip(questions, vectors, strict=True)
    ]


def _answer(question: Question, vector: Vector | None, trail: int, *, at: datetime) -> Answer:
    store, encoder = clients.vector_store(), clients.encoder()
    calibration = calibration_of(encoder.profile)
    asked = wording_of(question.query)
    statistics = statistics_of(asked.shares, at=at)
    by_meaning = _by_meaning(question, vector, store, calibration, at=at)
    by_words = _by_words(question, statistics.weights(asked.shares), store, at=at)
    offered = {hit.passage for hit in [*by_meaning, *by_words]}
    allowed, truth, fenced_at = _fence(offered, at=at)
    allowed = {pk: passage for pk, passage in allowed.items() if question.admits(passage)}
    found = fused(by_meaning, by_words, allowed, vector, encoder)
    refused = frozenset(offered - {str(pk) for pk in allowed})
    answer = Answer(found[: question.top_k], trail, truth, len(refused), refused, fenced_at)
    if calibration is None or vector is None:
        return answer
    return judged(answer, calibration, signs(found, by_meaning, asked, statistics))


def served(number: int, classes: Sequence[str] = (), *, at: datetime) -> Answer:
    """The passage of that number, or nothing where it is not in force."""
    trail = Cursor.objects.filter(name="vectors").values_list("number", flat=True).first() or 0
    allowed, truth, fenced_at = _fence({str(number)}, at=not_before_the_trail(at))
    asked = Question("", source_classes=tuple(classes))
    found = [Found(passage, 1.0, None) for passage in allowed.values() if asked.admits(passage)]
    return Answer(found, trail, truth, withheld=0, at=fenced_at)


def not_before_the_trail(at: datetime) -> datetime:
    """Where this machine's clock is behind another's, what that one ended has ended."""
    last = TrailHead.objects.values_list("at", flat=True).get()
    return max(at, last) if last else at


def _vectors(
    queries: Sequence[str], store: VectorStore, encoder: Encoder
) -> Sequence[Vector | None]:
    """Nothing while the live collection was made with another encoder: a rebuild is due."""
    if not embeds_as(_live(store), encoder):
        return [None] * len(queries)
    return list(encoder.queries(list(queries)))


def _by_meaning(
    question: Question,
    vector: Vector | None,
    store: VectorStore,
    calibration: Calibration | None,
    *,
    at: datetime,
) -> list[Hit]:
    """A search for each language, where the encoder favours one; else one for all."""
    if vector is None:
        return []
    exact = store.count(_live(store)) <= settings.EXACT_SEARCH_LIMIT

    def nearest(wanted: Wanted) -> list[Hit]:
        return whole_ties(lambda depth: store.nearest(vector, wanted, depth, exact), question.pool)

    wanted = question.wanted(at)
    if calibration is None:
        return nearest(wanted)
    return [
        hit
        for language in ([question.language] if question.language else Language.values)
        for hit in evened(
            nearest(replace(wanted, language=language)),
            calibration.offset(question.written_in, language),
        )
    ]


def _live(store: VectorStore) -> str:
    live = store.live()
    if live is None:
        raise NotBuilt
    return live


def _by_words(
    question: Question, weights: Sparse, store: VectorStore, *, at: datetime
) -> list[Hit]:
    """Nothing while the live collection has words that were cut otherwise: a rebuild is due."""
    if not cuts_words_as_now(_live(store)) or not weights.indices:
        return []
    wanted = question.wanted(at)
    return whole_ties(lambda n: store.matching(weights, wanted, n), question.pool)


def _fence(offered: set[str], *, at: datetime) -> tuple[dict[int, Passage], int, datetime]:
    """What of the offered may be served, at which number of the trail that was so, and when.

    A store may offer what is no passage's number, where somebody else has put it there.
    """
    known = [int(name) for name in offered if _NUMBER.fullmatch(name)]
    while True:
        at = not_before_the_trail(max(at, clock.now()))
        allowed = {p.pk: p for p in _looked_at(known, at)}
        if not allowed:
            return {}, last_knowledge(), at
        first: Any = next(iter(allowed.values()))
        # What was committed since the instant was taken ended later than it: look once more.
        if first.trail_at is None or first.trail_at <= at:
            return allowed, first.truth or 0, at


def _looked_at(known: Sequence[int], at: datetime) -> QuerySet[Passage]:
    """In one statement, so that passages, number and the trail's last instant fit together."""
    number = AuditEntry.objects.knowledge().order_by("-number").values("number")[:1]
    rows = Passage.objects.in_force(at).filter(pk__in=known).select_related("version", "section")
    return rows.annotate(
        truth=Subquery(number), trail_at=Subquery(TrailHead.objects.values("at")[:1])
    )
