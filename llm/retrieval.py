"""Finds passages for a question: by meaning and by words, fenced by the truth, fused by rank.

The stores only propose. Whether a passage may be served is asked of the truth again, for every
hit, in one query; a store that is behind can cost recall but never safety.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import QuerySet, Subquery
from numpy.typing import NDArray

from governance import clock
from governance.models import AuditEntry, Passage, TrailHead, Version
from llm import clients, words
from llm.caching import cached, digest_of_embedded
from llm.embedding import Encoder
from llm.models import Cursor, VersionWords, WordCount
from llm.projections.advance import last_knowledge
from llm.projections.vectors import cuts_words_as_now, embeds_as, microseconds
from llm.stores.port import Hit, NotBuilt, Sparse, VectorStore, Wanted

PROFILE = f"rrf-1:k=60:pool=100:{words.PROFILE}"
POOL = 100
DEEPEST = 3200
# Nobody is given more passages than that.
MOST = 50
# Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
# Learning Methods", 2009, where k = 60 too.
K = 60
# Engines sum in their own order: beyond these digits their scores differ without meaning.
SCORE_DIGITS = 5

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    query: str
    top_k: int = 10
    source_classes: tuple[str, ...] = ()
    language: str | None = None
    sources: tuple[int, ...] = ()
    # Other names of what is asked about: passages with these words are looked for, too.
    also: tuple[str, ...] = ()

    @property
    def worded(self) -> str:
        """What is looked for by words."""
        return " ".join([self.query, *self.also])


@dataclass(frozen=True)
class Found:
    """A passage that may be served. `score` is the fused sum over its possible maximum.

    The ranks are its places in the two lists, counted from one; None where it stands in none.
    """

    passage: Passage
    score: float
    similarity: float | None
    rank_by_meaning: int | None = None
    rank_by_words: int | None = None


@dataclass(frozen=True)
class Answer:
    """`trail`: how far the store had come; `truth`: where the fence looked; both count knowledge.

    `withheld` counts the hits that a store offered and the truth refused; `refused` names them
    as the store did.
    """

    found: list[Found]
    trail: int
    truth: int
    withheld: int
    refused: frozenset[str] = frozenset()


def retrieve(question: Question, *, at: datetime) -> Answer:
    """The passages in force that fit best. Raises `StoreAway` where the store does not answer."""
    at = not_before_the_trail(at)
    store, encoder = clients.vector_store(), clients.encoder()
    trail = Cursor.objects.filter(name="vectors").values_list("number", flat=True).first() or 0
    wanted = Wanted(microseconds(at), question.source_classes, question.language, question.sources)
    by_meaning, vector = _by_meaning(question.query, wanted, store, encoder)
    by_words = _by_words(question.worded, wanted, store, at=at)
    offered = {hit.passage for hit in [*by_meaning, *by_words]}
    allowed, truth = _fence(offered, at=at)
    found = fused(by_meaning, by_words, allowed, vector, encoder)[: question.top_k]
    refused = frozenset(offered - {str(pk) for pk in allowed})
    return Answer(found, trail, truth, len(refused), refused)


def fused(
    by_meaning: Sequence[Hit],
    by_words: Sequence[Hit],
    allowed: dict[int, Passage],
    vector: Vector | None,
    encoder: Encoder,
) -> list[Found]:
    """What is allowed of the two lists, as one list, the best first."""
    best = _ranked([by_meaning, by_words], allowed)[:MOST]
    similarity = _similarities(vector, [allowed[pk] for pk, _score in best], encoder)
    near, worded = _places(by_meaning, allowed), _places(by_words, allowed)
    return [
        Found(allowed[pk], score, similarity.get(pk), near.get(pk), worded.get(pk))
        for pk, score in best
    ]


def not_before_the_trail(at: datetime) -> datetime:
    """Where this machine's clock is behind another's, what that one ended has ended."""
    last = TrailHead.objects.values_list("at", flat=True).get()
    return max(at, last) if last else at


def _by_meaning(
    query: str, wanted: Wanted, store: VectorStore, encoder: Encoder
) -> tuple[list[Hit], Vector | None]:
    """Nothing while the live collection was made with another encoder: a rebuild is due."""
    live = _live(store)
    if not embeds_as(live, encoder):
        return [], None
    vector = encoder.queries([query])[0]
    exact = store.count(live) <= settings.EXACT_SEARCH_LIMIT
    return whole_ties(lambda n: store.nearest(vector, wanted, n, exact)), vector


def _live(store: VectorStore) -> str:
    live = store.live()
    if live is None:
        raise NotBuilt
    return live


def _by_words(query: str, wanted: Wanted, store: VectorStore, *, at: datetime) -> list[Hit]:
    """Nothing while the live collection has words that were cut otherwise: a rebuild is due."""
    if not cuts_words_as_now(_live(store)):
        return []
    sparse = weights_of(query, at=at)
    if not sparse.indices:
        return []
    return whole_ties(lambda n: store.matching(sparse, wanted, n))


def weights_of(query: str, *, at: datetime) -> Sparse:
    """How much each term of the query weighs at the instant."""
    holding, passages = word_statistics(words.term_ids(query), at=at)
    weights = words.of_query(query, holding, passages)
    return Sparse(weights.indices, weights.values)


def word_statistics(terms: set[int], *, at: datetime) -> tuple[dict[int, int], int]:
    """In how many passages in force each term stands, and how many passages those are.

    From the truth at the instant, never from an engine, which would count what was deleted.
    """
    versions = Version.objects.in_force(at).servable().values("pk")
    counts: dict[int, int] = {}
    rows = WordCount.objects.filter(term__in=terms, version__in=versions)
    for term, passages in rows.values_list("term", "passages"):
        counts[term] = counts.get(term, 0) + passages
    totals = VersionWords.objects.filter(version__in=versions).values_list("passages", flat=True)
    return counts, sum(totals)


def whole_ties(search: Callable[[int], list[Hit]]) -> list[Hit]:
    """The best hits, never cut between two of the same score, where the engine's choice is a whim.

    Asks deeper while the last score goes on; where even that does not end, its hits are left out.
    """
    depth = POOL
    while True:
        hits = search(depth)
        if len(hits) < depth:
            return hits
        last = _rounded(hits[-1])
        whole = [hit for hit in hits if _rounded(hit) > last]
        if whole or depth >= DEEPEST:
            return whole
        depth *= 2


def _rounded(hit: Hit) -> float:
    return round(hit.score, SCORE_DIGITS)


def _fence(offered: set[str], *, at: datetime) -> tuple[dict[int, Passage], int]:
    """What of the offered may be served, and at which number of the trail that was so.

    A store may offer what is no passage's number, where somebody else has put it there.
    """
    known = [int(name) for name in offered if _NUMBER.fullmatch(name)]
    while True:
        at = not_before_the_trail(max(at, clock.now()))
        allowed = {p.pk: p for p in _looked_at(known, at)}
        if not allowed:
            return {}, last_knowledge()
        first: Any = next(iter(allowed.values()))
        # What was committed since the instant was taken ended later than it: look once more.
        if first.trail_at is None or first.trail_at <= at:
            return allowed, first.truth or 0


def _looked_at(known: Sequence[int], at: datetime) -> QuerySet[Passage]:
    """In one statement, so that passages, number and the trail's last instant fit together."""
    number = AuditEntry.objects.knowledge().order_by("-number").values("number")[:1]
    rows = Passage.objects.in_force(at).filter(pk__in=known).select_related("version", "section")
    return rows.annotate(
        truth=Subquery(number), trail_at=Subquery(TrailHead.objects.values("at")[:1])
    )


def _ranked(lists: Sequence[Sequence[Hit]], allowed: dict[int, Passage]) -> list[tuple[int, float]]:
    """Passages with their fused scores, best first; ties by authority, then by the passage."""
    total: dict[int, float] = {}
    for hits in lists:
        for pk, rank in _places(hits, allowed).items():
            total[pk] = total.get(pk, 0.0) + 1 / (K + rank)
    most = len(lists) / (K + 1)
    shares = {pk: round(score / most, SCORE_DIGITS) for pk, score in total.items()}
    return sorted(shares.items(), key=lambda item: (-item[1], *_tie(allowed[item[0]])))


def _places(hits: Sequence[Hit], allowed: dict[int, Passage]) -> dict[int, int]:
    """The rank of each allowed passage among the allowed of one list, counted from one."""
    by_name = {str(pk): pk for pk in allowed}
    scores = {by_name[h.passage]: _rounded(h) for h in hits if h.passage in by_name}
    order = sorted(scores, key=lambda pk: (-scores[pk], *_tie(allowed[pk])))
    return {pk: rank for rank, pk in enumerate(order, start=1)}


def _tie(passage: Passage) -> tuple[int, int]:
    return (passage.version.citation or {})["authority"], passage.pk


def _similarities(
    vector: Vector | None, passages: Sequence[Passage], encoder: Encoder
) -> dict[int, float]:
    """The cosine of query and passage, from the cache, whichever list found the passage."""
    if vector is None:
        return {}
    digests = {p.pk: digest_of_embedded(p.embedded_text()) for p in passages}
    known = cached(digests.values(), encoder.profile.name)
    return {
        pk: round(float(vector @ known[digest]), 4)
        for pk, digest in digests.items()
        if digest in known
    }
