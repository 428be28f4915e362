"""Makes one list of two: what fits by meaning and what fits by words, fused by rank.

Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods", 2009, where k = 60 too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from governance.models import Passage
from llm.alike import folded_together
from llm.caching import cached, digest_of_embedded
from llm.embedding import Encoder
from llm.found import Found, tie
from llm.stores.port import Hit

K = 60
POOL = 100
DEEPEST = 3200
# Nobody is given more passages than that.
MOST = 50
# Engines sum in their own order: beyond these digits their scores differ without meaning.
SCORE_DIGITS = 5

Vector = NDArray[np.float32]


def fused(
    by_meaning: Sequence[Hit],
    by_words: Sequence[Hit],
    allowed: dict[int, Passage],
    vector: Vector | None,
    encoder: Encoder,
) -> list[Found]:
    """What is allowed of the two lists, as one list, the best first; what says the same once."""
    best = _ranked([by_meaning, by_words], allowed)[:MOST]
    similarity = _similarities(vector, [allowed[pk] for pk, _score in best], encoder)
    near, worded = _places(by_meaning, allowed), _places(by_words, allowed)
    return folded_together(
        [
            Found(allowed[pk], score, similarity.get(pk), near.get(pk), worded.get(pk))
            for pk, score in best
        ]
    )


def evened(hits: Sequence[Hit], offset: float) -> list[Hit]:
    """The hits, each with what its language is at a disadvantage by."""
    return [replace(hit, score=hit.score + offset) for hit in hits]


def whole_ties(search: Callable[[int], list[Hit]], pool: int | None = None) -> list[Hit]:
    """The best hits, never cut between two of the same score, where the engine's choice is a whim.

    Asks deeper while the last score goes on; where even that does not end, its hits are left out.
    """
    depth = pool or POOL
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


def _ranked(lists: Sequence[Sequence[Hit]], allowed: dict[int, Passage]) -> list[tuple[int, float]]:
    """Passages with their fused scores, best first; ties by authority, then by the passage."""
    total: dict[int, float] = {}
    for hits in lists:
        for pk, rank in _places(hits, allowed).items():
            total[pk] = total.get(pk, 0.0) + 1 / (K + rank)
    most = len(lists) / (K + 1)
    shares = {pk: round(score / most, SCORE_DIGITS) for pk, score in total.items()}
    return sorted(shares.items(), key=lambda item: (-item[1], *tie(allowed[item[0]])))


def _places(hits: Sequence[Hit], allowed: dict[int, Passage]) -> dict[int, int]:
    """The rank of each allowed passage among the allowed of one list, counted from one."""
    by_name = {str(pk): pk for pk in allowed}
    scores = {by_name[h.passage]: _rounded(h) for h in hits if h.passage in by_name}
    order = sorted(scores, key=lambda pk: (-scores[pk], *tie(allowed[pk])))
    return {pk: rank for rank, pk in enumerate(order, start=1)}


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
