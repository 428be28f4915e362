"""Ways between concepts: all of the shortest, found by looking from both ends."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from governance import clock, graph
from governance.models import Account, Concept, Relation, Version
from tests.support import graph as drawing

pytestmark = [pytest.mark.database, pytest.mark.django_db]
DRUGS, DISEASES = 5, 5


@pytest.fixture(params=[1, 2, 3])
def ward(request: pytest.FixtureRequest, active: Version, ana: Account, ben: Account) -> None:
    """Some drugs treat some diseases, by chance."""
    chance = random.Random(request.param)
    passage = active.passages.current().first()
    assert passage
    drawing.begin_schema()
    drugs = [drawing.concept(f"d{n}", "drug", f"drug {n}") for n in range(DRUGS)]
    diseases = [drawing.concept(f"e{n}", "disease", f"disease {n}") for n in range(DISEASES)]
    pairs = [(a, b) for a in range(DRUGS) for b in range(DISEASES)]
    said = [
        drawing.relation(f"new:d{a}", "treats", f"new:e{b}", drawing.span(passage))
        for a, b in chance.sample(pairs, 8)
    ]
    drawing.applied(ana, ben, *drugs, *diseases, *said)


def by_hand(start: int, end: int) -> set[tuple[int, ...]]:
    """Every way without a circle, and of these the shortest."""
    relations = list(Relation.objects.current())

    def onward(here: int, seen: tuple[int, ...], way: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if here == end:
            yield way
            return
        for each in relations:
            ends = (each.subject_id, each.object_id)
            if here in ends:
                there = ends[0] if ends[1] == here else ends[1]
                if there not in seen:
                    yield from onward(there, (*seen, there), (*way, each.pk))

    ways = list(onward(start, (start,), ()))
    shortest = min(map(len, ways), default=0)
    return {way for way in ways if len(way) == shortest <= graph.LONGEST_PATH}


def test_ways_are_those_that_a_search_of_everything_finds(ward: None) -> None:
    concepts = list(Concept.objects.current())
    lengths = set()

    for start in concepts:
        for end in concepts:
            if start != end:
                found = graph.paths(start, end, at=clock.now())
                told = [tuple(relation.pk for relation in way) for way in found]
                assert set(told) == by_hand(start.pk, end.pk)
                assert len(told) == len(set(told))
                lengths |= {len(way) for way in told}

    assert len(lengths) > 2


def test_there_is_no_way_from_a_concept_to_itself(ward: None) -> None:
    (concept, *_others) = Concept.objects.current()

    assert graph.paths(concept, concept, at=clock.now()) == []
