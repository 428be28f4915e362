"""The weights of passages' words, worked out once and kept beside the vectors of the same text."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from llm import words
from llm.models import CachedVector
from llm.stores.port import Sparse

# A term's number, and its weight in the passage.
WEIGHT = np.dtype([("term", "<u4"), ("weight", "<f4")])
PART = 500

Weights = NDArray[np.void]


def matches(
    texts: Mapping[int, str], digests: Mapping[int, str], query: Sparse
) -> dict[int, float]:
    """What a store would score for each text that shares a term with the query.

    `digests` names the texts, under the same keys. What nobody has weighed yet is weighed now,
    some thousand texts in a second.
    """
    weighed = _weighed({digests[key]: text for key, text in texts.items()})
    if not weighed or not query.indices:
        return {}
    keys = list(texts)
    own = [weighed[digests[key]] for key in keys]
    owner = np.repeat(np.arange(len(keys)), [len(each) for each in own])
    together = np.concatenate(own)
    wanted = np.asarray(query.indices, np.int64)
    at = np.searchsorted(wanted, together["term"]).clip(max=len(wanted) - 1)
    shared = wanted[at] == together["term"]
    products = np.asarray(query.values, np.float32)[at] * together["weight"]
    scores = np.bincount(owner[shared], products[shared], len(keys))
    return {key: float(score) for key, score in zip(keys, scores, strict=True) if score > 0}


def _weighed(texts: Mapping[str, str]) -> dict[str, Weights]:
    """The weights by digest, from the cache or else worked out and kept."""
    profile = f"words-{words.profile_name()}"
    known = _kept(list(texts), profile)
    fresh = {digest: _weigh(text) for digest, text in texts.items() if digest not in known}
    CachedVector.objects.bulk_create(
        (CachedVector(profile=profile, digest=d, vector=w.tobytes()) for d, w in fresh.items()),
        batch_size=PART,
        ignore_conflicts=True,
    )
    return known | fresh


def _kept(digests: list[str], profile: str) -> dict[str, Weights]:
    found: dict[str, Weights] = {}
    for start in range(0, len(digests), PART):
        rows = CachedVector.objects.filter(
            profile=profile, digest__in=digests[start : start + PART]
        )
        found |= {
            d: np.frombuffer(bytes(v), WEIGHT) for d, v in rows.values_list("digest", "vector")
        }
    return found


def _weigh(text: str) -> Weights:
    own = words.of_passage(text)
    return np.array(list(zip(own.indices, own.values, strict=True)), WEIGHT)
