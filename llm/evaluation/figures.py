"""The figures by which retrieval is judged. Each says where its formula comes from.

A rank counts from one and is None where the passage was not among those given. All figures are
between 0 and 1, and 1 is the best there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import NDArray

Ranks = Sequence[int | None]
Numbers = NDArray[np.float64]

SEED = 20_260_101
RESAMPLES = 1_000
# Of the bootstrap, in hundredths: the middle 95 % of what might as well have been asked.
_LOW, _HIGH = 2.5, 97.5
_AT_ONCE = 100


@dataclass(frozen=True)
class Interval:
    """A mean, and between what it would lie had other questions of the same kind been asked."""

    value: float
    low: float
    high: float


def recall_at(k: int, ranks: Ranks) -> float:
    """The share of what is expected that stands among the first `k`, of at most `k`.

    Capped as in Thakur et al., “BEIR: A Heterogenous Benchmark for Zero-shot Evaluation of
    Information Retrieval Models”, 2021, so that a perfect answer has 1 where more is expected
    than there are places.
    """
    found = sum(1 for rank in ranks if rank is not None and rank <= k)
    return found / min(k, len(ranks))


def reciprocal_rank(ranks: Ranks) -> float:
    """One over the rank of the first that is expected, or 0. Its mean is the MRR.

    Voorhees, “The TREC-8 Question Answering Track Report”, 1999.
    """
    found = [rank for rank in ranks if rank is not None]
    return 1 / min(found) if found else 0.0


def ndcg_at(k: int, ranks: Ranks) -> float:
    """The gain of what is expected, discounted by the logarithm of its place, over the best
    possible; every expected passage is worth 1.

    Järvelin and Kekäläinen, “Cumulated Gain-Based Evaluation of IR Techniques”, 2002, with the
    discount log2(1 + rank) of Burges et al., 2005.
    """
    gain = sum(1 / log2(1 + rank) for rank in ranks if rank is not None and rank <= k)
    best = sum(1 / log2(1 + place) for place in range(1, min(k, len(ranks)) + 1))
    return gain / best


def mean_with_interval(values: Sequence[float], *, seed: int = SEED) -> Interval:
    """The mean with its percentile bootstrap interval of 95 %, over the questions.

    Efron and Tibshirani, “An Introduction to the Bootstrap”, 1993, chapter 13. The same values
    have the same interval: the seed is fixed.
    """
    told = np.asarray(values, np.float64)
    low, high = np.percentile(_resampled_means(told, seed), [_LOW, _HIGH])
    return Interval(_round(told.mean()), _round(low), _round(high))


def difference_with_interval(
    before: Sequence[float], after: Sequence[float], *, seed: int = SEED
) -> Interval:
    """How much better the second is, question by question, with its paired bootstrap interval.

    Sakai, “Evaluating Evaluation Metrics based on the Bootstrap”, 2006: what is drawn again is
    the questions, each with both its values. Where 0 lies within, chance alone may be at work.
    """
    told = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    return mean_with_interval(told.tolist(), seed=seed)


def _resampled_means(values: Numbers, seed: int) -> Numbers:
    """Some draws at a time, so that ten thousand questions fit into memory."""
    random, means = np.random.default_rng(seed), []
    for begin in range(0, RESAMPLES, _AT_ONCE):
        draws = min(_AT_ONCE, RESAMPLES - begin)
        chosen = random.integers(0, len(values), (draws, len(values)))
        means.append(values[chosen].mean(axis=1))
    return np.concatenate(means)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` hundredths of all do not exceed: the nearest rank.

    Definition 1 of Hyndman and Fan, “Sample Quantiles in Statistical Packages”, 1996, which never
    tells a time that was not measured.
    """
    return float(np.percentile(values, share, method="inverted_cdf"))


@dataclass(frozen=True)
class Threshold:
    """What would be refused if everything below the threshold were."""

    threshold: float
    unanswerable: float
    answerable: float


def curve(
    unanswerable: Sequence[float], answerable: Sequence[float], *, most: int = 100
) -> list[Threshold]:
    """The share of each that scores below, at every score that occurs; thinned to `most`.

    Read as a detector of what has no answer it is the ROC curve (Fawcett, “An Introduction to ROC
    Analysis”, 2006): `unanswerable` is the rate of hits, `answerable` that of false alarms.
    """
    scores = np.unique(np.asarray([*unanswerable, *answerable], np.float64))
    if len(scores) > most:
        scores = scores[np.linspace(0, len(scores) - 1, most).round().astype(int)]
    without, having = np.sort(unanswerable), np.sort(answerable)
    return [
        Threshold(_round(score), _share_below(without, score), _share_below(having, score))
        for score in scores
    ]


def separation(unanswerable: Sequence[float], answerable: Sequence[float]) -> float:
    """How likely a question with an answer scores higher than one without, ties counting half.

    The area under the ROC curve, worked out as Mann and Whitney's U (Hanley and McNeil, 1982).
    0.5 is what a coin does.
    """
    without = np.sort(np.asarray(unanswerable, np.float64))
    below = np.searchsorted(without, answerable, side="left")
    not_above = np.searchsorted(without, answerable, side="right")
    wins = (below + not_above).sum() / 2
    return _round(wins / (len(without) * len(answerable)))


def _share_below(values: Numbers, score: float) -> float:
    if not len(values):
        return 0.0
    return _round(np.searchsorted(values, score, side="left") / len(values))


def _round(value: float) -> float:
    return round(float(value), 4)
