"""What every vector store keeps and lets go of, tried on each engine there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from llm.stores.port import Hit, Payload, Sparse, VectorStore, Wanted, WrongDimension
from tests.support.stores import (
    ENDS,
    ENGINES,
    NOW,
    ONE_WORD,
    STARTS,
    Bench,
    edge_bench,
    filled,
    named,
    passages,
    point,
    random_points,
    random_words,
    standin_bench,
    vector,
)


@pytest.fixture(params=ENGINES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with request.param(tmp_path / "vectors") as opened:
        yield opened


@pytest.fixture
def store(bench: Bench) -> VectorStore:
    return bench.store


# Putting


def test_point_put_twice_is_there_once(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.put("a", [point(1)])

    assert store.count("a") == 1


def test_point_put_again_is_replaced_whole(store: VectorStore) -> None:
    filled(store, [point(1)])
    changed = point(1, dense=(0, 1, 0), words=Sparse((9,), (3.0,)), version=2, language="en")

    store.put("a", [changed])

    (found,) = store.scan("a", vectors=True)
    assert found.payload == changed.payload
    assert found.words == changed.words
    assert found.dense.tolist() == [0, 1, 0]


def test_putting_nothing_puts_nothing(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.put("a", [])

    assert store.count("a") == 1


@pytest.mark.slow
def test_put_of_many_batches_leaves_none_out(store: VectorStore) -> None:
    points = random_points(600)

    filled(store, points)

    assert {found.id for found in store.scan("a")} == {point.id for point in points}


def test_put_with_one_vector_too_short_puts_none(store: VectorStore) -> None:
    store.create("a", 3)

    with pytest.raises(WrongDimension):
        store.put("a", [point(1), point(2, dense=(1, 0))])

    assert store.count("a") == 0


@pytest.mark.parametrize("odd", [float("nan"), float("inf")])
def test_vector_that_holds_no_number_is_refused(store: VectorStore, odd: float) -> None:
    store.create("a", 3)

    with pytest.raises(ValueError, match="finite"):
        store.put("a", [point(1, dense=(1, 0, odd))])


def test_what_is_put_aside_does_not_reach_readers(store: VectorStore) -> None:
    filled(store, [point(1)])
    store.create("b", 3)

    store.put("b", [point(2)])

    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


# Stamping


def test_stamp_moves_the_term_of_every_point_of_the_version(store: VectorStore) -> None:
    filled(store, [point(1), point(2), point(3, version=2)])

    store.stamp("a", 1, STARTS, STARTS + 5)

    assert passages(store.nearest(vector(1, 0, 0), Wanted(STARTS + 5), 5)) == ["p3"]


def test_stamp_brings_points_back_as_well(store: VectorStore) -> None:
    filled(store, [point(1, ends=STARTS)])

    store.stamp("a", 1, STARTS, ENDS)

    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


def test_stamp_changes_the_term_and_nothing_else(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.stamp("a", 1, 3, 4)

    (found,) = store.scan("a", vectors=True)
    assert found.payload == replace(point(1).payload, starts=3, ends=4)
    assert found.words == point(1).words


def test_stamp_of_a_version_that_is_not_there_changes_nothing(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.stamp("a", 2, 3, 4)

    assert [found.payload for found in store.scan("a")] == [point(1).payload]


# Dropping


def test_dropped_versions_are_gone_and_no_others(store: VectorStore) -> None:
    filled(store, [point(1), point(2, version=2), point(3, version=3)])

    store.drop_versions("a", [1, 3, 4])

    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p2"]


def test_dropping_no_versions_drops_nothing(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.drop_versions("a", [])

    assert store.count("a") == 1


def test_dropped_points_are_gone_and_no_others(store: VectorStore) -> None:
    filled(store, [point(1), point(2), point(3)])

    store.drop_points("a", {named(1), named(3), named(4)})

    assert store.ids("a", 1) == {named(2)}


def test_dropping_no_points_drops_nothing(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.drop_points("a", [])

    assert store.count("a") == 1


def test_point_can_be_put_again_after_it_was_dropped(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.drop_points("a", [named(1)])
    store.put("a", [point(1)])

    assert passages(store.matching(ONE_WORD, NOW, 5)) == ["p1"]


# Counting and reading back


def test_count_and_ids_are_of_one_version(store: VectorStore) -> None:
    filled(store, [point(1), point(2), point(3, version=2)])

    assert store.count("a", 1) == 2
    assert store.ids("a", 2) == {named(3)}


def test_version_that_is_gone_reads_back_empty(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.drop_versions("a", [1])

    assert store.count("a", 1) == 0
    assert store.ids("a", 1) == set()


def test_scan_gives_vectors_of_length_one(store: VectorStore) -> None:
    filled(store, [point(1, dense=(3, 0, 4))])

    (found,) = store.scan("a", vectors=True)

    assert found.dense.dtype == np.float32
    assert found.dense.tolist() == pytest.approx([0.6, 0, 0.8])


def test_scan_leaves_vectors_out_unless_asked(store: VectorStore) -> None:
    filled(store, [point(1)])

    (found,) = store.scan("a")

    assert (found.dense, found.words) == (None, None)


def test_scan_is_in_the_order_of_the_ids(store: VectorStore) -> None:
    filled(store, [point(3), point(1), point(2)])

    assert [found.id for found in store.scan("a")] == [named(1), named(2), named(3)]


# Behind our back


def test_foreign_point_is_found_by_a_scan(bench: Bench) -> None:
    bench.store.create("a", 3)

    bench.meddle("a", named(9), {"text": "not ours"})

    assert [(s.id, s.payload) for s in bench.store.scan("a")] == [(named(9), None)]


def test_foreign_point_has_no_vectors_but_is_no_obstacle(bench: Bench) -> None:
    bench.store.create("a", 3)

    bench.meddle("a", named(9), {})

    (found,) = bench.store.scan("a", vectors=True)
    assert (found.dense, found.words) == (None, None)


@pytest.mark.parametrize("field", ["passage", "version", "starts", "ends", "language"])
def test_point_that_lost_a_field_is_found_by_a_scan(bench: Bench, field: str) -> None:
    bench.store.create("a", 3)
    damaged = {k: v for k, v in point(1).payload.raw().items() if k != field}

    bench.meddle("a", named(1), damaged)

    assert [(s.id, s.payload) for s in bench.store.scan("a")] == [(named(1), None)]


@pytest.mark.parametrize("field", ["passage", "starts", "ends"])
def test_point_that_lost_a_field_is_no_hit(bench: Bench, field: str) -> None:
    filled(bench.store, [point(1)])
    damaged = {k: v for k, v in point(2).payload.raw().items() if k != field}

    bench.meddle("a", named(2), damaged, [1.0, 0.0, 0.0])

    assert passages(bench.store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


@pytest.mark.parametrize("start", ["today", None, 1.5, [STARTS - 1, STARTS + 9]])
def test_point_with_an_odd_start_is_no_hit(bench: Bench, start: object) -> None:
    filled(bench.store, [point(1)])
    damaged = {**point(2).payload.raw(), "starts": start}

    bench.meddle("a", named(2), damaged, [1.0, 0.0, 0.0])

    assert passages(bench.store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


def test_numbered_point_of_somebody_else_can_be_dropped(bench: Bench) -> None:
    bench.store.create("a", 3)
    bench.meddle("a", 42, {"text": "not ours"})

    bench.store.drop_points("a", [found.id for found in bench.store.scan("a")])

    assert bench.store.count("a") == 0


def test_point_that_was_changed_is_whole_again_after_a_put(bench: Bench) -> None:
    filled(bench.store, [point(1)])
    bench.meddle("a", named(1), {**point(1).payload.raw(), "by": "somebody"})

    bench.store.put("a", [point(1)])

    assert [found.payload for found in bench.store.scan("a")] == [point(1).payload]


# Both engines


@pytest.mark.slow
def test_engines_give_the_same_scores(tmp_path: Path) -> None:
    with edge_bench(tmp_path / "vectors") as one, standin_bench(tmp_path) as other:
        answers, others = (_all_answers(bench.store) for bench in (one, other))

    for found, tolerance in (("near", 1e-5), ("said", 1e-4)):
        for left, right in zip(answers[found], others[found], strict=True):
            assert left == pytest.approx(right, abs=tolerance)


def _all_answers(store: VectorStore) -> dict[str, list[dict[str, float]]]:
    """Passages and scores of twenty dense and twenty word searches, after some history."""
    filled(store, random_points(200, dimension=24), dimension=24)
    store.drop_versions("a", [3])
    at = Wanted(STARTS + 10)
    dice = [Random(seed) for seed in range(20)]
    queries = [vector(*(each.gauss(0, 1) for _ in range(24))) for each in dice]
    near = [store.nearest(query, at, 300) for query in queries]
    said = [store.matching(random_words(each), at, 300) for each in dice]
    return {"near": [_scores(hits) for hits in near], "said": [_scores(hits) for hits in said]}


def _scores(hits: list[Hit]) -> dict[str, float]:
    return {hit.passage: hit.score for hit in hits}


# The shapes


@pytest.mark.parametrize(
    ("indices", "values"),
    [((1, 1), (1.0, 1.0)), ((1,), ()), ((-1,), (1.0,)), ((2**32,), (1.0,))],
    ids=["twice", "no value", "negative", "too high"],
)
def test_sparse_vector_that_an_engine_would_refuse_is_refused_at_once(
    indices: tuple[int, ...], values: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="sparse"):
        Sparse(indices, values)


RAW = point(1).payload.raw()


@pytest.mark.parametrize(
    "raw",
    [None, {}, {**RAW, "by": "Ana"}, {**RAW, "ends": 1.5}, {**RAW, "version": True}],
    ids=["none", "empty", "more", "no whole number", "a truth value"],
)
def test_odd_payload_is_not_read(raw: dict[str, object] | None) -> None:
    assert Payload.read(raw) is None
