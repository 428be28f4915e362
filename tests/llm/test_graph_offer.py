"""What was changed in the graph database is offered for review where it is plain, and put right."""

from __future__ import annotations

import pytest

from governance.actions import change_sets
from governance.models import (
    Account,
    AuditEntry,
    Concept,
    ConceptStatus,
    Relation,
)
from llm import graph_offering
from tests.support import graph as drawing
from tests.support.graph_by_hand import (
    Store,
    add_edge,
    add_node,
    differences,
    follow,
    offered,
    set_names,
)
from tests.support.graph_standin import Behind, GraphInMemory

pytestmark = pytest.mark.django_db


def test_node_with_names_and_a_type_is_a_concept_to_be_added(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    add_node(store, name_zh="肝素", names=["肝素", "heparin"], codes=["atc:B01AB01"])

    ((deed, content),) = offered(ana)

    assert (deed, content["type"]) == ("concept.add", "drug")
    assert content["codes"] == [{"system": "atc", "code": "B01AB01"}]
    assert [(n["language"], n["name"], n["preferred"]) for n in content["names"]] == [
        ("zh", "肝素", True),
        ("en", "heparin", True),
    ]


def test_names_that_were_changed_are_names_to_be_given(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    set_names(store, stroke.subject_id, name_en="rt-PA", names=["alteplase", "rt-PA", "阿替普酶"])

    ((deed, content),) = offered(ana)

    assert (deed, content["concept"]) == ("concept.name", stroke.subject_id)
    assert {(n["language"], n["name"]): n["preferred"] for n in content["names"]} == {
        ("zh", "阿替普酶"): True,
        ("en", "rt-PA"): True,
        ("en", "alteplase"): False,
    }


def test_edge_that_names_passage_and_words_is_a_relation_to_be_added(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    passage = stroke.evidence.get().passage
    ends = stroke.subject_id, stroke.object_id
    dose = ["dose=0.9 mg/kg"]
    add_edge(store, ends, "PREVENTS", passages=[passage.pk], words=["low"], qualifiers=dose)

    ((deed, content),) = offered(ana)

    assert (deed, content["type"], content["qualifiers"]) == (
        "relation.add",
        "prevents",
        {"dose": "0.9 mg/kg"},
    )
    assert content["evidence"] == [drawing.span(passage, "low")]


def test_edge_that_was_taken_away_is_a_relation_to_be_ended(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    Behind(store).remove_edge(stroke.pk)

    assert offered(ana) == [("relation.end", {"relation": stroke.pk})]


def test_node_that_was_taken_away_is_a_concept_to_be_retired_with_its_relations(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    Behind(store).remove_node(stroke.subject_id)

    assert offered(ana) == [
        ("relation.end", {"relation": stroke.pk}),
        ("concept.retire", {"concept": stroke.subject_id}),
    ]


def test_relation_between_two_that_were_taken_away_is_ended_once(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    for number in (stroke.subject_id, stroke.object_id):
        Behind(memory).remove_node(number)

    assert [deed for deed, _content in offered(ana)].count("relation.end") == 1


def test_nothing_enters_without_the_second_person(
    store: Store, stroke: Relation, ana: Account, ben: Account
) -> None:
    follow()
    Behind(store).remove_node(stroke.subject_id)
    made = graph_offering.offer(by=ana).change_set
    assert made
    before = Concept.objects.get(pk=stroke.subject_id).status

    asked = change_sets.submit(change_set=made, by=ana)
    drawing.decide(asked, ben)

    after = Concept.objects.get(pk=stroke.subject_id).status
    assert (before, after) == (ConceptStatus.CURRENT, ConceptStatus.RETIRED)


def test_store_is_put_right_whatever_was_offered(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    add_node(store, name_en="heparin")
    add_node(store, name_en=5)
    Behind(store).change_edge(stroke.pk)

    told = graph_offering.offer(by=ana)

    assert told.is_right
    assert differences(store) == []
    assert graph_offering.look(by=ana) == []


def test_looking_changes_nothing(store: Store, stroke: Relation, ana: Account) -> None:
    follow()
    Behind(store).remove_edge(stroke.pk)
    before = AuditEntry.objects.last_number()

    found = graph_offering.look(by=ana)

    assert [each.steps for each in found] == [(("relation.end", {"relation": stroke.pk}),)]
    assert AuditEntry.objects.last_number() == before
    assert len(differences(store)) == 1
