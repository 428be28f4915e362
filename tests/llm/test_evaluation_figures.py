"""The figures of retrieval against numbers worked out by hand, and their intervals."""

from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm.evaluation.figures import (
    Interval,
    curve,
    difference_with_interval,
    mean_with_interval,
    ndcg_at,
    percentile,
    recall_at,
    reciprocal_rank,
    separation,
)

RANKS = st.lists(st.none() | st.integers(1, 50), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("k", "ranks", "is_"),
    [
        (1, [1], 1.0),
        (1, [2], 0.0),
        (3, [3], 1.0),
        (3, [None], 0.0),
        (3, [1, 4], 0.5),
        # Two are expected and there is one place: a perfect answer has 1.
        (1, [1, 2], 1.0),
        (10, [1, 2, 11, None], 0.5),
    ],
)
def test_recall_worked_out_by_hand(k: int, ranks: list[int | None], is_: float) -> None:
    assert recall_at(k, ranks) == is_


@pytest.mark.parametrize(
    ("ranks", "is_"),
    [
        ([1], 1.0),
        ([3], 1 / log2(4)),  # 0.5
        ([11], 0.0),
        ([None], 0.0),
        # (1 / log2(2) + 1 / log2(4)) / (1 / log2(2) + 1 / log2(3)) = 1.5 / 1.63093
        ([1, 3], 0.9197207891481876),
    ],
)
def test_ndcg_worked_out_by_hand(ranks: list[int | None], is_: float) -> None:
    assert ndcg_at(10, ranks) == pytest.approx(is_)


def test_reciprocal_rank_is_that_of_the_first() -> None:
    assert [reciprocal_rank(r) for r in ([4], [None], [None, 2])] == [0.25, 0.0, 0.5]


@given(RANKS)
def test_figures_are_shares_and_a_better_rank_is_never_worse(ranks: list[int | None]) -> None:
    better = [max(rank - 1, 1) if rank else 50 for rank in ranks]

    for figure in (lambda r: recall_at(10, r), lambda r: ndcg_at(50, r), reciprocal_rank):
        assert 0 <= figure(ranks) <= figure(better) <= 1 + 1e-9 or len(set(better)) < len(better)


def test_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [0.0, 1.0, 1.0, 1.0]

    told = mean_with_interval(values)

    assert (told.value, told == mean_with_interval(values)) == (0.75, True)
    assert told.low < 0.75 < told.high


def test_interval_is_that_of_the_normal_law_where_there_are_many() -> None:
    values = np.random.default_rng(7).random(2_000)

    told = mean_with_interval(values.tolist())

    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (told.high - told.low) / 2 == pytest.approx(half, rel=0.1)


def test_what_is_always_the_same_has_no_width() -> None:
    assert mean_with_interval([0.5] * 9) == Interval(0.5, 0.5, 0.5)


def test_difference_is_paired() -> None:
    before, after = [0.1, 0.5, 0.9], [0.2, 0.6, 1.0]

    assert difference_with_interval(before, after) == Interval(0.1, 0.1, 0.1)


def test_percentile_is_a_value_that_was_measured() -> None:
    times = [15.0, 20.0, 35.0, 40.0, 50.0]

    assert [percentile(times, p) for p in (5, 30, 40, 50, 95)] == [15, 20, 20, 35, 50]


def test_curve_tells_at_each_score_what_would_be_refused() -> None:
    told = curve([0.1, 0.3], [0.2, 0.4])

    assert [(t.threshold, t.unanswerable, t.answerable) for t in told] == [
        (0.1, 0.0, 0.0),
        (0.2, 0.5, 0.0),
        (0.3, 0.5, 0.5),
        (0.4, 1.0, 0.5),
    ]


def test_curve_of_many_is_thinned_with_both_its_ends() -> None:
    scores = [n / 1000 for n in range(1000)]

    told = curve(scores, scores, most=10)

    assert (len(told), told[0].threshold, told[-1].threshold) == (10, 0.0, 0.999)


@pytest.mark.parametrize(
    ("without", "having", "is_"),
    # Of 2 × 2 pairs the answerable one wins 3, then all, then half of each.
    [([0.1, 0.3], [0.2, 0.4], 0.75), ([0.1], [0.2, 0.3], 1.0), ([0.2], [0.2], 0.5)],
)
def test_separation_worked_out_by_hand(
    without: list[float], having: list[float], is_: float
) -> None:
    assert separation(without, having) == is_
