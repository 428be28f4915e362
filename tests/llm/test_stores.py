"""What every vector store answers, tried on each engine there is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from llm.stores.port import (
    NoCollection,
    NotBuilt,
    Point,
    Sparse,
    StillLive,
    StoreAway,
    VectorStore,
    Wanted,
    WrongDimension,
)
from tests.support.stores import (
    CLASSES,
    ENDS,
    ENGINES,
    LANGUAGES,
    NOW,
    ONE_WORD,
    STARTS,
    Bench,
    filled,
    named,
    passages,
    point,
    random_points,
    random_words,
    vector,
)


@pytest.fixture(params=ENGINES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with request.param(tmp_path / "vectors") as opened:
        yield opened


@pytest.fixture
def store(bench: Bench) -> VectorStore:
    return bench.store


# Collections


def test_new_store_has_no_live_collection(store: VectorStore) -> None:
    assert store.live() is None
    assert store.collections() == set()


def test_search_before_anything_is_live_is_no_empty_answer(store: VectorStore) -> None:
    store.create("a", 3)

    with pytest.raises(NotBuilt):
        store.nearest(vector(1, 0, 0), NOW, 5)


def test_created_collection_is_listed_and_empty(store: VectorStore) -> None:
    store.create("a", 3)

    assert store.collections() == {"a"}
    assert store.count("a") == 0


def test_creating_again_keeps_what_is_there(store: VectorStore) -> None:
    filled(store, [point(1)])

    store.create("a", 3)

    assert store.count("a") == 1


def test_creating_again_with_another_dimension_is_refused(store: VectorStore) -> None:
    store.create("a", 3)

    with pytest.raises(WrongDimension):
        store.create("a", 4)


@pytest.mark.parametrize("name", ["", "A", "../a", "a/b", "a b", "_a", "a" * 64])
def test_name_that_a_folder_cannot_bear_is_refused(store: VectorStore, name: str) -> None:
    with pytest.raises(ValueError, match="Not a name"):
        store.create(name, 3)


def test_switch_moves_readers(store: VectorStore) -> None:
    filled(store, [point(1)])
    store.create("b", 3)
    store.put("b", [point(2)])

    store.switch("b")

    assert store.live() == "b"
    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p2"]


def test_switch_to_what_is_not_there_leaves_readers_where_they_are(store: VectorStore) -> None:
    filled(store, [point(1)])

    with pytest.raises(NoCollection):
        store.switch("b")

    assert store.live() == "a"


def test_live_collection_cannot_be_discarded(store: VectorStore) -> None:
    filled(store, [point(1)])

    with pytest.raises(StillLive):
        store.discard("a")

    assert store.count("a") == 1


def test_discarding_twice_is_discarding_once(store: VectorStore) -> None:
    store.create("a", 3)

    store.discard("a")
    store.discard("a")

    assert store.collections() == set()


def test_name_is_free_again_after_discarding(store: VectorStore) -> None:
    store.create("a", 3)
    store.put("a", [point(1)])

    store.discard("a")
    store.create("a", 2)

    assert store.count("a") == 0


def test_readers_never_notice_a_switch(store: VectorStore) -> None:
    filled(store, [point(1)])
    answers: list[list[str]] = []
    stop = threading.Event()
    reader = threading.Thread(target=_read_until, args=(stop, store, answers))
    reader.start()

    for old, new in [("a", "b"), ("b", "a"), ("a", "b")]:
        _rebuild(store, old, new)
    stop.set()
    reader.join()

    assert answers
    assert all(answer == ["p1"] for answer in answers)


def _read_until(stop: threading.Event, store: VectorStore, answers: list[list[str]]) -> None:
    while not stop.is_set():
        answers.append([])
        answers[-1] = passages(store.nearest(vector(1, 0, 0), NOW, 5))


def _rebuild(store: VectorStore, old: str, new: str) -> None:
    store.create(new, 3)
    store.put(new, [point(1)])
    store.switch(new)
    store.discard(old)


CALLS: dict[str, Callable[[VectorStore], object]] = {
    "put": lambda store: store.put("x", [point(1)]),
    "stamp": lambda store: store.stamp("x", 1, 0, 1),
    "drop_versions": lambda store: store.drop_versions("x", [1]),
    "drop_points": lambda store: store.drop_points("x", [named(1)]),
    "count": lambda store: store.count("x"),
    "ids": lambda store: store.ids("x", 1),
    "scan": lambda store: list(store.scan("x")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_unknown_collection_is_named(
    store: VectorStore, call: Callable[[VectorStore], object]
) -> None:
    with pytest.raises(NoCollection, match="x"):
        call(store)


@pytest.mark.parametrize(
    "call",
    [*CALLS.values(), lambda store: store.live(), lambda store: store.collections()],
    ids=[*CALLS, "live", "collections"],
)
def test_closed_store_is_away(store: VectorStore, call: Callable[[VectorStore], object]) -> None:
    store.close()
    store.close()

    with pytest.raises(StoreAway):
        call(store)


# In force, and the other filters


@pytest.mark.parametrize(
    ("at", "found"),
    [(STARTS - 1, []), (STARTS, ["p1"]), (ENDS - 1, ["p1"]), (ENDS, [])],
    ids=["just before", "at the start", "just before the end", "at the end"],
)
def test_term_is_exact_to_the_microsecond(store: VectorStore, at: int, found: list[str]) -> None:
    filled(store, [point(1)])

    near = store.nearest(vector(1, 0, 0), Wanted(at), 5)
    said = store.matching(ONE_WORD, Wanted(at), 5)

    assert passages(near) == passages(said) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(STARTS, source_classes=("law",)), {"p1"}),
        (Wanted(STARTS, source_classes=("law", "textbook")), {"p1", "p2"}),
        (Wanted(STARTS, language="en"), {"p2"}),
        (Wanted(STARTS, sources=(3,)), {"p3"}),
        (Wanted(STARTS, sources=(1, 3)), {"p1", "p3"}),
        (Wanted(STARTS, ("law",), "en", (1,)), set()),
        (Wanted(STARTS, but_versions=(2, 9)), {"p1", "p3"}),
    ],
)
def test_filter_finds_what_it_says(store: VectorStore, wanted: Wanted, found: set[str]) -> None:
    second = point(2, version=2, source=2, source_class="textbook", language="en")
    filled(store, [point(1), second, point(3, source=3, source_class="drug_label")])

    hits = store.nearest(vector(1, 0, 0), wanted, 5)

    assert set(passages(hits)) == found


@pytest.mark.slow
def test_filters_agree_with_plain_comparisons(store: VectorStore) -> None:
    points = random_points(80)
    filled(store, points)
    wishes = [_random_wish(Random(seed)) for seed in range(40)]

    found = [set(passages(store.nearest(vector(1, 0, 0), wish, 100))) for wish in wishes]

    assert found == [{p.payload.passage for p in points if _fits(p, w)} for w in wishes]


def _random_wish(dice: Random) -> Wanted:
    return Wanted(
        at=STARTS + dice.randrange(-1, 21),
        source_classes=tuple(dice.sample(CLASSES, dice.randrange(3))),
        language=dice.choice([None, *LANGUAGES]),
        sources=tuple(dice.sample(range(3), dice.randrange(3))),
        but_versions=tuple(dice.sample(range(5), dice.randrange(3))),
    )


def _fits(candidate: Point, wanted: Wanted) -> bool:
    said = candidate.payload
    return (
        said.starts <= wanted.at < said.ends
        and said.source_class in (wanted.source_classes or CLASSES)
        and said.language in ([wanted.language] if wanted.language else LANGUAGES)
        and said.source in (wanted.sources or range(3))
        and said.version not in wanted.but_versions
    )


# Searching


def test_nearest_gives_cosines_the_best_first(store: VectorStore) -> None:
    points = random_points(20)
    filled(store, points)
    asked = vector(0.3, -2, 1)

    hits = store.nearest(asked, Wanted(STARTS + 10), 50)

    by_hand = {p.payload.passage: _cosine(p.dense, asked) for p in points}
    assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)
    assert {h.passage: h.score for h in hits} == pytest.approx(
        {h.passage: by_hand[h.passage] for h in hits}, abs=1e-5
    )


def _cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))


def test_matching_gives_the_sum_of_products(store: VectorStore) -> None:
    filled(store, [point(1, words=Sparse((2**32 - 1, 7, 0), (0.5, 2.0, 9.0)))])

    hits = store.matching(Sparse((7, 2**32 - 1, 3), (1.5, 3.0, 1.0)), NOW, 5)

    assert hits[0].score == pytest.approx(1.5 * 2.0 + 3.0 * 0.5, abs=1e-4)


def test_passage_that_shares_no_term_does_not_match(store: VectorStore) -> None:
    filled(store, [point(1, words=ONE_WORD), point(2, words=Sparse((), ()))])

    assert store.matching(Sparse((2,), (1.0,)), NOW, 5) == []


def test_no_words_match_nothing(store: VectorStore) -> None:
    filled(store, [point(1), point(2, words=Sparse((), ()))])

    assert store.matching(Sparse((), ()), NOW, 5) == []


def test_passage_without_words_is_still_near(store: VectorStore) -> None:
    filled(store, [point(1, words=Sparse((), ()))])

    assert passages(store.nearest(vector(1, 0, 0), NOW, 5)) == ["p1"]


def test_nothing_comes_back_from_an_empty_collection(store: VectorStore) -> None:
    filled(store, [])

    assert store.nearest(vector(1, 0, 0), NOW, 5) == []
    assert store.matching(ONE_WORD, NOW, 5) == []


def test_limit_may_be_larger_than_the_store(store: VectorStore) -> None:
    filled(store, [point(1), point(2)])

    assert len(store.nearest(vector(1, 0, 0), NOW, 1000)) == 2


def test_limit_cuts_among_equals(store: VectorStore) -> None:
    filled(store, [point(1), point(2), point(3)])

    assert len(store.nearest(vector(1, 0, 0), NOW, 2)) == 2


def test_limit_below_one_is_refused(store: VectorStore) -> None:
    filled(store, [point(1)])

    with pytest.raises(ValueError, match="limit"):
        store.nearest(vector(1, 0, 0), NOW, 0)


@pytest.mark.parametrize("asked", [(), (1, 0), (1, 0, 0, 0)], ids=len)
def test_query_of_another_dimension_is_refused(
    store: VectorStore, asked: tuple[float, ...]
) -> None:
    filled(store, [point(1)])

    with pytest.raises(WrongDimension):
        store.nearest(vector(*asked), NOW, 5)


def test_query_of_zeros_is_as_far_from_everything(store: VectorStore) -> None:
    filled(store, [point(1), point(2, dense=(0, 1, 0))])

    hits = store.nearest(vector(0, 0, 0), NOW, 5)

    assert [hit.score for hit in hits] == [0, 0]


def test_scores_do_not_remember_what_was_deleted(store: VectorStore) -> None:
    points = random_points(10)
    filled(store, points)
    before = _answers(store)

    store.put("a", random_points(70, seed=3)[10:])
    store.drop_points("a", [named(number) for number in range(11, 71)])

    assert _answers(store) == [pytest.approx(scores, abs=1e-6) for scores in before]


def _answers(store: VectorStore) -> list[dict[str, float]]:
    at = Wanted(STARTS + 10)
    near = store.nearest(vector(1, 1, 1), at, 50)
    said = store.matching(random_words(Random(1)), at, 50)
    return [{hit.passage: hit.score for hit in hits} for hits in (near, said)]
