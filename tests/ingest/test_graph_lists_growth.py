"""Long lists of the graph: every wrong row is found, and work grows with the rows alone."""

from __future__ import annotations

from typing import Any

import pytest

from governance.actions import change_sets
from governance.models import Account, Passage, Version
from ingest.graph_lists.checking import bring_in
from ingest.graph_lists.circles import closing
from tests.support.effort import growth
from tests.support.graph import begin_schema
from tests.support.graph_lists import checked, found


@pytest.fixture
def passage(active: Version) -> Passage:
    begin_schema()
    return active.passages.current()[0]


def lists(rows: int, passage: Passage) -> dict[str, list[dict[str, Any]]]:
    """A fifth concepts, a fifth names, and what is said of them, each with a dose of its own."""
    concepts = [
        {"key": f"k{n}", "type": ("disease", "drug")[n % 2], "name_en": f"concept {n}"}
        for n in range(rows // 5)
    ]
    names = [
        {"concept": f"k{n}", "language": "en", "name": f"synonym {n}"} for n in range(rows // 5)
    ]
    pairs = rows // 10
    relations = [
        {
            "subject": f"k{n % pairs * 2 + 1}",
            "type": "treats",
            "object": f"k{n % pairs * 2}",
            "passage": passage.pk,
            "words": "low",
            "dose": f"{n} mg",
        }
        for n in range(rows - 2 * (rows // 5))
    ]
    return {"concepts": concepts, "names": names, "relations": relations}


@pytest.mark.long
def test_seven_wrong_rows_of_fifty_thousand_are_found(passage: Passage) -> None:
    told = lists(50_000, passage)
    told["concepts"][5]["type"] = "spaceship"
    told["names"][7]["name"] = "a\u200bb"
    told["names"][8]["language"] = "fr"
    told["relations"][1]["words"] = "high"
    told["relations"][2]["passage"] = 10**9
    told["relations"][3]["subject"] = "nobody"
    told["relations"][4]["type"] = "cures"

    run = checked(**told)

    assert found(run) == [
        ("concepts", 7, "type"),
        ("names", 9, "name"),
        ("names", 10, "language"),
        ("relations", 3, "words"),
        ("relations", 4, "passage"),
        ("relations", 5, "subject"),
        ("relations", 6, "type"),
    ]


@pytest.mark.slow
def test_checking_grows_with_the_rows(passage: Passage) -> None:
    told = {size: lists(size, passage) for size in (500, 4000)}

    assert growth(lambda size: checked(**told[size]), 500, 8) < 16


@pytest.mark.slow
def test_one_name_for_all_is_found_as_fast(passage: Passage) -> None:
    def same(rows: int) -> None:
        concepts = [
            {"type": "drug", "name_zh": "同", "name_en": f"concept {n}"} for n in range(rows)
        ]
        names = [{"concept": "同", "language": "en", "name": f"{n}"} for n in range(rows)]
        checked(concepts=concepts, names=names)

    assert growth(same, 250, 8) < 16


@pytest.mark.slow
def test_writing_the_set_grows_with_the_steps(passage: Passage, ana: Account) -> None:
    runs = {size: checked(**lists(size, passage)) for size in (250, 2000)}

    assert growth(lambda size: bring_in(run=runs[size], title="x", by=ana), 250, 8) < 16


# Circles.


@pytest.mark.parametrize(
    ("standing", "new", "wrong"),
    [
        ([], [(1, 2), (2, 3)], []),
        ([], [(1, 2), (2, 3), (3, 1)], [2]),
        ([(1, 2)], [(2, 1), (2, 3)], [0]),
        ([(1, 2), (2, 3)], [(3, 1), (1, 3)], [0]),
        ([], [(1, 2), (2, 1), (2, 3), (3, 4), (4, 2)], [1, 4]),
        ([], [("a", 1), (1, "b"), ("b", "a")], [2]),
        ([], [(1, 1)], [0]),
    ],
)
def test_step_that_closes_a_circle_is_told(standing: Any, new: Any, wrong: list[int]) -> None:
    assert closing(standing, new) == wrong


@pytest.mark.slow
@pytest.mark.parametrize("direction", [1, -1])
def test_circles_are_found_as_fast_whatever_the_order(direction: int) -> None:
    def ring(size: int) -> None:
        steps = [(n, (n + 1) % size) for n in range(size)][::direction]
        assert closing([], steps)

    assert growth(ring, 2_000, 8) < 16


@pytest.mark.slow
def test_long_way_that_is_no_circle_is_gone_once() -> None:
    def way(size: int) -> None:
        assert closing([], [(n, n + 1) for n in range(size)][::-1]) == []

    assert growth(way, 2_000, 8) < 16


@pytest.mark.long
def test_trying_the_set_grows_with_the_steps(passage: Passage, ana: Account) -> None:
    sets = {
        size: bring_in(run=checked(**lists(size, passage)), title="x", by=ana) for size in (50, 400)
    }

    def tried(size: int) -> None:
        assert change_sets.tried(change_set=sets[size], by=ana) == {}

    assert growth(tried, 50, 8) < 16
