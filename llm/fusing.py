"""Makes one list of two: what fits by meaning and what fits by words, half of each.

A convex combination of scores that were brought to [0, 1], as in Bruch, Gai and Ingber, "An
Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023: where the best of a list
stands far ahead of the next it counts for more, which fusing by rank throws away.
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

# The share of the meaning in a score; set on the questions marked `tune`.
MEANING = 0.5
POOL = 100
DEEPEST = 3200
# Nobody is given more passages than that.
MOST = 50
# Engines sum in their own order: beyond these digits their scores differ without meaning.
SCORE_DIGITS = 5
DIGITS = 4

Vector = NDArray[np.float32]


def fused(
    by_meaning: Sequence[Hit],
    by_words: Sequence[Hit],
    allowed: dict[int, Passage],
    vector: Vector | None,
    encoder: Encoder,
) -> list[Found]:
    """What is allowed of the two lists, as one list, the best first; what says the same once."""
    best = _ranked(by_meaning, by_words, allowed)[:MOST]
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


def _ranked(
    by_meaning: Sequence[Hit], by_words: Sequence[Hit], allowed: dict[int, Passage]
) -> list[tuple[int, float]]:
    """Passages with their fused scores, best first; ties by authority, then by the passage.

    A cosine has no zero of its own, so the last of the list is none; words in common have one.
    """
    near, worded = _scores(by_meaning, allowed), _scores(by_words, allowed)
    of_meaning = _shares(near, floor=min(near.values(), default=0.0))
    of_words = _shares(worded, floor=0.0)
    shares = {
        pk: round(MEANING * of_meaning.get(pk, 0) + (1 - MEANING) * of_words.get(pk, 0), DIGITS)
        for pk in [*near, *worded]
    }
    return sorted(shares.items(), key=lambda item: (-item[1], *tie(allowed[item[0]])))


def _shares(scores: dict[int, float], floor: float) -> dict[int, float]:
    """From the floor, which is 0, to the best, which is 1."""
    most = max(scores.values(), default=0.0) - floor
    return {pk: (score - floor) / most if most else 1.0 for pk, score in scores.items()}


def _places(hits: Sequence[Hit], allowed: dict[int, Passage]) -> dict[int, int]:
    """The rank of each allowed passage among the allowed of one list, counted from one."""
    scores = _scores(hits, allowed)
    order = sorted(scores, key=lambda pk: (-scores[pk], *tie(allowed[pk])))
    return {pk: rank for rank, pk in enumerate(order, start=1)}


def _scores(hits: Sequence[Hit], allowed: dict[int, Passage]) -> dict[int, float]:
    by_name = {str(pk): pk for pk in allowed}
    return {by_name[h.passage]: _rounded(h) for h in hits if h.passage in by_name}


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
