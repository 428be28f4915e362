"""The graph follows the truth: what is in force is there, what left is gone, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils.timezone import get_current_timezone

from governance.models import Account, Concept, Passage, Relation, Version
from llm import clients
from llm.models import Cursor, Exit, Parked
from llm.projections import graph_rows
from llm.projections.advance import advance, last_knowledge
from llm.projections.graph import Graph
from llm.projections.graph_reconcile import compared, reconcile_graph
from llm.projections.rebuild import NotEqual, rebuild_graph
from llm.stores.graph import Edge, Node
from llm.stores.neo4j import Neo4jStore
from llm.stores.port import StoreAway
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.following import days_later
from tests.support.graph_standin import Behind, GraphInMemory

pytestmark = pytest.mark.django_db
Store = GraphInMemory | Neo4jStore


def still() -> None:
    """No lease to keep."""


def passage(version: Version) -> Passage:
    found = version.passages.current().first()
    assert found
    return found


def follow() -> None:
    assert advance(Graph(clients.graph_store()))


def rows(store: Store) -> tuple[list[Node | Edge], list[Node | Edge]]:
    live = store.generation() or 0
    nodes = [f.row for f in store.nodes(live) if f.row]
    edges = [f.row for f in store.edges(live) if f.row]
    return sorted(nodes, key=lambda n: n.id), sorted(edges, key=lambda e: e.id)


def wanted() -> tuple[list[Node | Edge], list[Node | Edge]]:
    nodes: list[Node | Edge] = [n for chunk in graph_rows.all_nodes() for n in chunk]
    edges: list[Node | Edge] = [e for chunk in graph_rows.all_edges() for e in chunk]
    return nodes, edges


def edges(store: Store) -> set[int]:
    return {edge.id for edge in rows(store)[1]}


def differences(store: Store) -> list[str]:
    live = store.generation() or 0
    return [str(d) for d, _f in compared(Graph(store), live, beat=still)]


def test_what_was_applied_is_there(store: Store, stroke: Relation) -> None:
    follow()

    nodes, relations = rows(store)
    assert (nodes, relations) == wanted()
    assert {n.name_zh for n in nodes if isinstance(n, Node)} == {"阿替普酶", "缺血性卒中"}
    (told,) = relations
    assert isinstance(told, Edge)
    assert (told.type, told.passages) == ("treats", (passage_of(stroke).pk,))


def passage_of(relation: Relation) -> Passage:
    carried = relation.evidence.first()
    assert carried
    return carried.passage


def test_what_comes_after_arrives_by_itself(
    store: Store, active: Version, ana: Account, ben: Account
) -> None:
    drawing.begin_schema()
    follow()
    assert rows(store) == ([], [])

    drawing.applied(ana, ben, drawing.concept("h", "drug", "heparin"))
    follow()

    assert [n.name_en for n in rows(store)[0] if isinstance(n, Node)] == ["heparin"]


def test_a_relation_leaves_with_its_last_support(
    store: Store, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)

    follow()

    assert edges(store) == set()
    assert len(rows(store)[0]) == 2
    assert Exit.objects.get(projection="graph", version=active).confirmed_at


def test_it_stays_with_a_support_that_is_left(
    store: Store, stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana, title="Another"), ana, ben)
    step = {"relation": stroke.pk, **drawing.span(passage(other))}
    drawing.applied(ana, ben, ("evidence.add", step))
    follow()

    knowledge.retire(active, ben)
    follow()

    (told,) = rows(store)[1]
    assert isinstance(told, Edge)
    assert told.versions == (other.pk,)


def test_it_comes_back_when_the_quarantine_is_lifted(
    store: Store, stroke: Relation, active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)
    follow()
    assert edges(store) == set()

    knowledge.lift(active, ben, dora)
    follow()

    assert edges(store) == {stroke.pk}


def test_a_reaffirmation_moves_the_end(
    store: Store, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()
    before = rows(store)[1][0]
    with days_later(30):
        knowledge.reaffirm(active, ben)
        follow()

    after = rows(store)[1][0]
    assert isinstance(before, Edge)
    assert isinstance(after, Edge)
    assert after.ends > before.ends


def test_what_is_merged_is_one_concept_with_the_relations_of_both(
    store: Store, stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    drawing.applied(
        ana,
        ben,
        drawing.concept("r", "drug", "rt-PA"),
        drawing.concept("p", "disease", "pulmonary embolism"),
        drawing.relation("new:r", "treats", "new:p", drawing.span(passage(active))),
    )
    follow()

    one, other = drawing.named("rt-PA"), drawing.named("alteplase")
    drawing.applied(ana, ben, ("concept.merge", {"concept": one.pk, "into": other.pk}))
    follow()

    assert rows(store) == wanted()
    assert {e.subject for e in rows(store)[1] if isinstance(e, Edge)} == {other.pk}
    assert one.pk not in {n.id for n in rows(store)[0]}


def test_readers_find_how_far_it_has_come(memory: GraphInMemory, stroke: Relation) -> None:
    follow()

    assert memory.told == Cursor.objects.get(name="graph").number == last_knowledge()


def test_a_store_that_is_away_keeps_the_cursor_where_it_is(
    memory: GraphInMemory, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()
    before = Cursor.objects.get(name="graph").number
    knowledge.retire(active, ben)
    memory.is_away = True

    with pytest.raises(StoreAway):
        advance(Graph(memory))

    assert Cursor.objects.get(name="graph").number == before
    assert not Exit.objects.get(projection="graph").confirmed_at
    memory.is_away = False
    follow()
    assert Exit.objects.get(projection="graph").confirmed_at


def test_a_relation_that_cannot_be_put_holds_up_nothing(
    memory: GraphInMemory, stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    follow()
    memory.refuses = stroke.pk + 1
    drawing.applied(
        ana,
        ben,
        drawing.concept("d", "disease", "myocardial infarction"),
        drawing.relation(
            drawing.named("alteplase").pk, "treats", "new:d", drawing.span(passage(active))
        ),
    )
    follow()

    parked = Parked.objects.get(projection="graph")
    assert (parked.kind, parked.number) == ("relation", stroke.pk + 1)
    assert "told to refuse" in parked.error
    assert len(rows(memory)[0]) == 3

    memory.refuses = 0
    with days_later(1):
        follow()
    assert not Parked.objects.exists()
    assert edges(memory) == {stroke.pk, stroke.pk + 1}


def test_a_graph_that_was_emptied_is_made_anew_and_whole(
    store: Store, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()
    Behind(store).empty()

    follow()

    assert rows(store) == wanted()
    assert Cursor.objects.get(name="graph").number == last_knowledge()


def test_readers_never_see_a_half_built_graph(
    memory: GraphInMemory, stroke: Relation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise StoreAway("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(memory, "put_edges", fails)
        with pytest.raises(StoreAway):
            advance(Graph(memory))
    assert memory.generation() is None

    follow()

    assert rows(memory) == wanted()


# Compared with the truth.


def test_a_graph_as_the_truth_says_has_no_differences(store: Store, stroke: Relation) -> None:
    follow()

    assert differences(store) == []


DEEDS: dict[str, tuple[str, Callable[[Behind, Relation], None]]] = {
    "a concept changed": ("damaged concept", lambda b, r: b.change_node(r.subject_id)),
    "a relation changed": ("damaged relation", lambda b, r: b.change_edge(r.pk)),
    "a concept removed": ("missing concept", lambda b, r: b.remove_node(r.subject_id)),
    "a relation removed": ("missing relation", lambda b, r: b.remove_edge(r.pk)),
    "a concept added": ("foreign", lambda b, r: b.add_node(10**9)),
    "a relation added": ("foreign", lambda b, r: b.add_edge(r.object_id, r.subject_id)),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_changed_behind_our_back_is_found_and_put_right(
    store: Store, stroke: Relation, deed: str
) -> None:
    expected, act = DEEDS[deed]
    follow()
    act(Behind(store), stroke)

    found = [str(d) for d in reconcile_graph(Graph(store), repair=True, beat=still)]

    assert any(expected in each for each in found)
    assert differences(store) == []
    assert rows(store) == wanted()


def test_without_repair_nothing_is_changed(store: Store, stroke: Relation) -> None:
    follow()
    Behind(store).remove_edge(stroke.pk)

    assert len(reconcile_graph(Graph(store), repair=False, beat=still)) == 1

    assert edges(store) == set()


def test_what_is_not_followed_yet_is_no_difference(
    store: Store, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)

    assert reconcile_graph(Graph(store), repair=True, beat=still) == []


def test_a_graph_that_is_missing_is_found_and_made(store: Store, stroke: Relation) -> None:
    follow()
    Behind(store).empty()

    (drift,) = reconcile_graph(Graph(store), repair=True, beat=still)

    assert drift.kind == "missing"
    assert rows(store) == wanted()


# Built anew.


def test_a_graph_built_anew_is_the_same_graph(store: Store, stroke: Relation) -> None:
    follow()
    before, first = rows(store), store.generation()

    assert rebuild_graph(Graph(store)) == 1

    assert rows(store) == before
    assert store.generations() == {store.generation()}
    assert store.generation() != first


def test_what_changes_while_it_is_built_is_in_it(
    memory: GraphInMemory, stroke: Relation, active: Version, ben: Account
) -> None:
    follow()

    rebuild_graph(Graph(memory), lambda _done, _of: knowledge.retire(active, ben))

    assert edges(memory) == set()
    assert rows(memory) == wanted()


def test_what_is_not_equal_is_not_read(
    memory: GraphInMemory, stroke: Relation, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    first = memory.generation()
    put = memory.put_edges
    monkeypatch.setattr(memory, "put_edges", lambda generation, edges: put(generation, []))

    with pytest.raises(NotEqual):
        rebuild_graph(Graph(memory))

    assert memory.generation() == first
    assert memory.generations() == {first}


def test_a_concept_holds_until_the_end_of_its_own_reviews_day(
    memory: GraphInMemory, ana: Account, ben: Account
) -> None:
    drawing.begin_schema()
    drawing.applied(ana, ben, drawing.concept("h", "drug", "heparin"))
    heparin = drawing.named("heparin")
    drawing.applied(ana, ben, ("concept.review", {"concept": heparin.pk}))
    follow()

    (told,) = rows(memory)[0]
    assert isinstance(told, Node)
    due = Concept.objects.get().review_due
    assert due
    end = datetime.combine(due + timedelta(days=1), time.min, get_current_timezone())
    assert told.review_until == round(end.timestamp() * 1_000_000)


def test_what_becomes_due_needs_no_job(
    memory: GraphInMemory, stroke: Relation, active: Version
) -> None:
    """The end stands beside the support, so that a reader drops it by the clock alone."""
    follow()
    (told,) = rows(memory)[1]
    assert isinstance(told, Edge)
    term = active.latest_term
    assert term
    assert told.ends == (round(term.ends_at.timestamp() * 1_000_000),)
