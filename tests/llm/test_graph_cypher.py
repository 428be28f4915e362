"""The questions that `docs/neo4j.md` gives answer as the truth does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from governance import clock, graph
from governance.models import Account, Concept, Relation, Version
from llm import clients
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.stores.neo4j import Neo4jStore
from tests.llm.graph_stores import opened
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.graph_standin import Behind

pytestmark = [pytest.mark.django_db, pytest.mark.servers, pytest.mark.slow]


@pytest.fixture
def neo4j(settings: Any) -> Iterator[Behind]:
    settings.NEO4J_URI = "bolt://the.graph"
    for store in opened("neo4j"):
        assert isinstance(store, Neo4jStore)
        clients.install(graph=store)
        yield Behind(store)


@pytest.fixture
def ward(active: Version, ana: Account, ben: Account) -> Version:
    """Two drugs for two diseases, one of them said by an edition that is soon due, too."""
    drawing.begin_schema()
    first = active.passages.current().first()
    assert first
    span = drawing.span(first)
    drawing.applied(
        ana,
        ben,
        drawing.concept("h", "drug", "heparin", "肝素"),
        drawing.concept("w", "drug", "warfarin", "华法林"),
        drawing.concept("v", "disease", "venous thrombosis", "静脉血栓"),
        drawing.concept("p", "disease", "pulmonary embolism", "肺栓塞"),
        drawing.concept("x", "disease", "gout", "痛风"),
        drawing.relation("new:h", "treats", "new:v", span),
        drawing.relation("new:w", "treats", "new:v", span, qualifiers={"dose": "5 mg"}),
        drawing.relation("new:w", "treats", "new:p", span),
        drawing.relation("new:h", "treats", "new:p", span),
    )
    return active


def question(name: str) -> str:
    text = (Path(django_settings.BASE_DIR) / "docs" / "neo4j.md").read_text("utf-8")
    blocks: list[tuple[str, str]] = re.findall(r"```cypher\n// (\w+)\n(.*?)```", text, re.DOTALL)
    return dict(blocks)[name]


def follow() -> None:
    assert advance(Graph(clients.graph_store()))


def in_truth(name: str) -> list[int]:
    around = graph.neighbourhood(drawing.named(name), at=clock.now())
    touching = [
        r for r in around.relations if drawing.named(name).pk in (r.subject_id, r.object_id)
    ]
    return sorted(relation.pk for relation in touching)


@pytest.mark.parametrize("name", ["heparin", "华法林", "venous thrombosis", "gout"])
def test_neighbours_are_those_of_the_truth(neo4j: Behind, ward: Version, name: str) -> None:
    follow()

    rows = neo4j.cypher(question("neighbourhood"), name=name)

    assert [row["relation"] for row in rows] == in_truth(name)
    assert bool(rows) == (name != "gout")
    first = ward.passages.current().first()
    assert all(first and row["passages"] == [f"/passages/{first.pk}/"] for row in rows)


def test_what_is_overdue_leaves_by_the_comparison_alone(neo4j: Behind, ward: Version) -> None:
    follow()
    neo4j.cypher("MATCH ()-[r]->() SET r.ends = [1]")

    assert neo4j.cypher(question("neighbourhood"), name="heparin") == []


def test_ways_are_those_of_the_truth(neo4j: Behind, ward: Version) -> None:
    follow()
    one, other = drawing.named("heparin"), drawing.named("warfarin")

    rows = neo4j.cypher(question("paths"), **{"from": one.pk, "to": other.pk})

    ways = graph.paths(one, other, at=clock.now())
    assert len(ways) == 2
    assert sorted(row["relations"] for row in rows) == sorted([r.pk for r in w] for w in ways)


def test_there_is_no_way_to_what_is_not_connected(neo4j: Behind, ward: Version) -> None:
    follow()
    ends = {"from": drawing.named("heparin").pk, "to": drawing.named("gout").pk}

    assert neo4j.cypher(question("paths"), **ends) == []


@pytest.mark.parametrize(
    ("words", "found"), [("肝素", "heparin"), ("embolism", "pulmonary embolism")]
)
def test_concepts_are_found_by_words(neo4j: Behind, ward: Version, words: str, found: str) -> None:
    follow()
    neo4j.cypher("CALL db.awaitIndexes(30)")

    rows = neo4j.cypher(question("search"), words=words)

    assert rows[0]["name_en"] == found


def test_what_left_force_is_gone_from_every_answer(
    neo4j: Behind, ward: Version, ben: Account
) -> None:
    follow()
    knowledge.retire(ward, ben)

    assert in_truth("heparin") == []
    follow()

    assert neo4j.cypher(question("neighbourhood"), name="heparin") == []
    assert Relation.objects.current().count() == 4
    assert Concept.objects.current().count() == 5
