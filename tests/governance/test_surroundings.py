"""What is drawn of the graph: what is around some concepts, how much of it, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from governance import clock, surroundings
from governance.models import Account, Concept, Passage, Relation, Version
from governance.surroundings import Narrowing, Surroundings
from tests.support import graph, knowledge
from tests.support.graph import applied, concept, named, relation, span


@pytest.fixture
def passage(active: Version) -> Passage:
    graph.begin_schema()
    return active.passages.current()[0]


@pytest.fixture
def star(passage: Passage, ana: Account, ben: Account) -> Callable[[int], Concept]:
    """A drug that treats so many diseases."""

    def draw(size: int) -> Concept:
        steps = [concept(f"d{n}", "disease", f"disease {n}") for n in range(size)]
        said = [relation("new:drug", "treats", f"new:d{n}", span(passage)) for n in range(size)]
        applied(ana, ben, concept("drug", "drug", f"drug of {size}"), *steps, *said)
        return named(f"drug of {size}")

    return draw


def around(*centres: Concept, alone: tuple[Concept, ...] = (), **narrowing: Any) -> Surroundings:
    return surroundings.surroundings(
        [c.pk for c in centres],
        [c.pk for c in alone],
        at=clock.now(),
        narrowing=Narrowing(**narrowing),
    )


def names(told: Surroundings) -> list[str]:
    return [str(each) for each in told.concepts]


def test_centre_comes_with_what_is_one_step_away(star: Any) -> None:
    told = around(star(2))

    assert names(told) == ["drug of 2", "disease 0", "disease 1"]
    assert (len(told.relations), told.beyond, told.cut_around) == (2, {}, [])


def test_what_is_brought_in_alone_brings_nothing_along(star: Any) -> None:
    told = around(alone=(star(3),))

    assert names(told) == ["drug of 3"]
    assert list(told.beyond.values()) == [3]


def test_relation_between_two_that_are_drawn_is_drawn(star: Any) -> None:
    drug = star(2)

    told = around(alone=(drug, named("disease 1")))

    assert [str(each) for each in told.relations] == ["drug of 2 – treats → disease 1"]
    assert told.beyond == {drug.pk: 1}


def test_more_than_fits_is_cut_and_said(star: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "FIRST_NODES", 2)
    drug = star(5)

    told = around(drug)

    assert (len(told.concepts), told.cut_around, told.beyond) == (3, [drug.pk], {drug.pk: 3})


def test_relations_beyond_the_most_are_cut_and_said(
    star: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(surroundings, "MOST_RELATIONS", 2)

    told = around(star(3))

    assert (len(told.relations), told.is_cut) == (2, True)


def test_type_that_is_left_out_is_not_reached(star: Any) -> None:
    assert names(around(star(2), types=frozenset({"drug"}))) == ["drug of 2"]


def test_concept_that_was_asked_for_is_kept_whatever_its_type(star: Any) -> None:
    told = around(star(2), types=frozenset({"disease"}))

    assert names(told) == ["drug of 2", "disease 0", "disease 1"]


def test_relation_of_another_type_is_left_out(star: Any) -> None:
    told = around(star(2), relation_types=frozenset({"causes"}))

    assert (names(told), told.relations) == (["drug of 2"], [])


def test_what_is_not_in_force_is_drawn_when_asked_for(
    passage: Passage, ana: Account, ben: Account
) -> None:
    edge = graph.stroke(ana, ben, passage)
    knowledge.retire(passage.version, ben)

    shown, hidden = around(edge.subject, with_lapsed=True), around(edge.subject)

    assert ([r.pk for r in shown.relations], shown.in_force) == ([edge.pk], set())
    assert hidden.relations == []


def test_merged_concept_is_found_under_the_other(ana: Account, ben: Account) -> None:
    one, other = graph.two_drugs(ana, ben)
    applied(ana, ben, ("concept.merge", {"concept": one.pk, "into": other.pk}))

    assert [each.pk for each in around(one).concepts] == [other.pk]


def test_number_of_nothing_is_passed_over(star: Any) -> None:
    told = surroundings.surroundings([10**15, star(1).pk], [0], at=clock.now())

    assert names(told) == ["drug of 1", "disease 0"]


@pytest.mark.slow
def test_database_is_asked_as_often_for_many_as_for_few(
    star: Any, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    few, many = star(2), star(40)

    with django_assert_max_num_queries(12) as of_few:
        around(few, with_lapsed=True)
    with django_assert_max_num_queries(12) as of_many:
        around(many, with_lapsed=True)

    assert len(of_many) == len(of_few)


def test_most_is_said_of_the_centre_of_a_star(star: Any) -> None:
    drug = star(3)

    assert surroundings.said_most_of(2)[0] == drug
    assert Relation.objects.count() == 3
