"""What was changed in the graph database is offered for review where it is plain, and put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from governance.actions import change_sets
from governance.errors import FoundIsOutdated, NotAllowed
from governance.models import (
    Account,
    AuditEntry,
    ChangeSet,
    Concept,
    ConceptStatus,
    Relation,
    Version,
)
from llm import clients, graph_offering
from llm.models import Cursor, Parked
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.projections.graph_offer import Offer, clean
from llm.projections.graph_reconcile import compared, reconcile_graph
from llm.projections.rebuild import Busy
from llm.stores.graph import Found
from llm.stores.neo4j import Neo4jStore
from llm.stores.port import StoreAway
from tests.llm.graph_stores import BOTH, opened
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.graph_standin import Behind, GraphInMemory

pytestmark = pytest.mark.django_db
Store = GraphInMemory | Neo4jStore


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[Store]:
    settings.NEO4J_URI = "bolt://the.graph"
    for store in opened(request.param):
        clients.install(graph=store)
        yield store


@pytest.fixture
def memory(settings: Any) -> GraphInMemory:
    settings.NEO4J_URI = "bolt://the.graph"
    store = GraphInMemory()
    clients.install(graph=store)
    return store


@pytest.fixture
def stroke(active: Version, ana: Account, ben: Account) -> Relation:
    """Alteplase treats stroke, says the only edition."""
    passage = active.passages.current().first()
    assert passage
    return drawing.stroke(ana, ben, passage)


def follow() -> None:
    assert advance(Graph(clients.graph_store()))


def differences(store: Store) -> list[str]:
    live = store.generation() or 0
    return [str(d) for d, _f in compared(Graph(store), live, beat=lambda: None)]


def add_node(store: Store, labels: tuple[str, ...] = ("Concept", "Drug"), **raw: Any) -> None:
    """As somebody would by hand: without a number and in no generation."""
    if isinstance(store, GraphInMemory):
        what = f"x{len(store.strange)}"
        store.strange.append(Found(None, what, raw, labels))
    else:
        named = "".join(f":`{label}`" for label in labels)
        Behind(store).cypher(f"CREATE (c{named}) SET c = $raw", raw=raw)


def add_edge(store: Store, ends: tuple[int, int], type_: str = "TREATS", **raw: Any) -> None:
    if isinstance(store, GraphInMemory):
        found = Found(None, f"y{len(store.strange)}", raw, (type_,), is_edge=True, ends=ends)
        store.strange.append(found)
    else:
        quoted = type_.replace("`", "``")
        Behind(store).cypher(
            "MATCH (a:Concept {id: $subject}), (b:Concept {id: $object})"
            f" CREATE (a)-[r:`{quoted}`]->(b) SET r = $raw",
            subject=ends[0],
            object=ends[1],
            raw=raw,
        )


def set_names(store: Store, number: int, **names: Any) -> None:
    if isinstance(store, GraphInMemory):
        nodes = store.kept[store.live or 0].nodes
        nodes[number] = replace(
            nodes[number], **{k: tuple(v) if isinstance(v, list) else v for k, v in names.items()}
        )
    else:
        Behind(store).cypher("MATCH (c:Concept {id: $id}) SET c += $names", id=number, names=names)


def steps(made: ChangeSet | None) -> list[tuple[str, Any]]:
    assert made
    return [(edit.deed, edit.content) for edit in made.edits_in_order()]


def offered(by: Account) -> list[tuple[str, Any]]:
    return steps(graph_offering.offer(by=by).change_set)


def whys(by: Account) -> list[str]:
    found = graph_offering.look(by=by)
    assert not any(each.steps for each in found)
    return [each.why for each in found]


# What can be offered.


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


# What cannot.

LONG = "x" * 10_000
HOSTILE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "no name": (("Concept", "Drug"), {}),
    "an empty name": (("Concept", "Drug"), {"name_en": " "}),
    "a number as a name": (("Concept", "Drug"), {"name_en": 5}),
    "numbers as names": (("Concept", "Drug"), {"names": [1, 2]}),
    "one name where many are": (("Concept", "Drug"), {"names": "heparin"}),
    "a long name": (("Concept", "Drug"), {"name_en": LONG}),
    "a name of 300": (("Concept", "Drug"), {"name_en": "x" * 300}),
    "ten thousand names": (("Concept", "Drug"), {"names": ["x"] * 10_000}),
    "control signs": (("Concept", "Drug"), {"name_en": "a\x01\x1b\u202eb"}),
    "NUL": (("Concept", "Drug"), {"name_en": "a\0b"}),
    "two lines": (("Concept", "Drug"), {"name_en": "a\nb"}),
    "two names, none preferred": (("Concept", "Drug"), {"names": ["a", "b"]}),
    "an unknown language": (("Concept", "Drug"), {"names": ["гепарин"]}),
    "no type": (("Concept",), {"name_en": "heparin"}),
    "an unknown type": (("Concept", "Spaceship"), {"name_en": "heparin"}),
    "two types": (("Concept", "Drug", "Disease"), {"name_en": "heparin"}),
    "types that disagree": (("Concept", "Drug"), {"name_en": "heparin", "type": "disease"}),
    "a list as a type": (("Concept",), {"name_en": "heparin", "type": ["drug"]}),
    "a number as a type": (("Concept",), {"name_en": "heparin", "type": 5}),
    "something else": (("Concept", "Drug"), {"name_en": "heparin", "note": "mine"}),
    "a strange property": (("Concept", "Drug"), {"name_en": "a", "x`}) DETACH DELETE n": 1}),
    "a list as a number": (("Concept", "Drug"), {"name_en": "heparin", "id": [1]}),
    "a code that is none": (("Concept", "Drug"), {"name_en": "heparin", "codes": ["B01"]}),
    "codes that are numbers": (("Concept", "Drug"), {"name_en": "heparin", "codes": [1.5]}),
}
# Words are words: they are offered as they are, and run nowhere.
CYPHER = "x`}) DETACH DELETE n //<script>alert(1)</script>"


@pytest.mark.parametrize("case", HOSTILE)
def test_node_that_is_not_plain_is_named_and_not_offered(
    case: str, store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    labels, raw = HOSTILE[case]
    add_node(store, labels, **raw)

    (why,) = whys(ana)

    assert why
    assert not graph_offering.offer(by=ana).change_set


def test_words_that_would_be_code_elsewhere_stay_words(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    add_node(store, name_en=CYPHER)

    ((_deed, content),) = offered(ana)

    assert content["names"][0]["name"] == CYPHER


EDGES: dict[str, tuple[str, dict[str, Any]]] = {
    "nothing": ("TREATS", {}),
    "no words": ("PREVENTS", {"passages": [1]}),
    "words of no passage": ("PREVENTS", {"words": ["low"]}),
    "fewer words than passages": ("PREVENTS", {"passages": [1, 2], "words": ["low"]}),
    "no such passage": ("PREVENTS", {"passages": [2**40], "words": ["low"]}),
    "a passage beyond all": ("PREVENTS", {"passages": [2**62], "words": ["low"]}),
    "a negative passage": ("PREVENTS", {"passages": [-1], "words": ["low"]}),
    "passages that are words": ("PREVENTS", {"passages": ["1"], "words": ["low"]}),
    "passages that are one": ("PREVENTS", {"passages": 1, "words": ["low"]}),
    "words that are numbers": ("PREVENTS", {"passages": [1], "words": [5]}),
    "long words": ("PREVENTS", {"passages": [1], "words": [LONG]}),
    "an unknown type": ("CURES`", {"passages": [1], "words": ["low"]}),
    "a type between others": ("IS_A", {"passages": [1], "words": ["low"]}),
    "a qualifier that is none": (
        "PREVENTS",
        {"passages": [1], "words": ["low"], "qualifiers": ["often"]},
    ),
    "an unknown qualifier": (
        "PREVENTS",
        {"passages": [1], "words": ["low"], "qualifiers": ["mood=good"]},
    ),
    "something else": ("PREVENTS", {"passages": [1], "words": ["low"], "by": "me"}),
}


@pytest.mark.parametrize("case", EDGES)
def test_edge_that_is_not_plain_is_named_and_not_offered(
    case: str, store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    type_, raw = EDGES[case]
    if raw.get("passages") == [1]:
        raw = raw | {"passages": [stroke.evidence.get().passage_id]}
    add_edge(store, (stroke.subject_id, stroke.object_id), type_, **raw)

    (why,) = whys(ana)

    assert why
    assert not graph_offering.offer(by=ana).change_set


def test_edge_that_says_what_is_said_already_is_not_offered(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    passage = stroke.evidence.get().passage_id
    ends = stroke.subject_id, stroke.object_id
    add_edge(store, ends, passages=[passage], words=["low"])

    assert "says so already" in whys(ana)[0]


def test_edge_is_named_by_its_ends(store: Store, stroke: Relation, ana: Account) -> None:
    follow()
    add_edge(store, (stroke.subject_id, stroke.object_id), "PREVENTS")

    (found,) = graph_offering.look(by=ana)

    assert found.what == "“alteplase – PREVENTS → ischaemic stroke” was added"


def test_passage_that_is_not_in_force_carries_nothing(
    store: Store, stroke: Relation, active: Version, ana: Account, ben: Account
) -> None:
    last = active.passages.current().last()
    assert last
    knowledge.quarantine(last, ana)
    follow()
    ends = stroke.subject_id, stroke.object_id
    add_edge(store, ends, "PREVENTS", passages=[last.pk], words=["slow"])

    assert "is not in force" in whys(ana)[0]


def test_edge_to_a_node_that_is_none_of_ours_is_not_offered(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    raw = {"passages": [1], "words": ["low"]}
    memory.strange = [Found(None, "y0", raw, ("TREATS",), is_edge=True, ends=None)]

    assert whys(ana) == ["One of its ends is no concept that is known here."]


@pytest.mark.parametrize(
    "names",
    [
        {"name_en": ""},
        {"name_en": LONG},
        {"names": [], "name_zh": "", "name_en": ""},
        {"type": "disease"},
        {"codes": ["atc:B01"]},
        {"name_en": "rt-PA", "review_until": 5},
    ],
)
def test_change_that_is_more_than_names_or_less_is_not_offered(
    names: dict[str, Any], store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    set_names(store, stroke.subject_id, **names)

    (why,) = whys(ana)

    assert why


def test_what_carries_a_relation_is_not_changed_there(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    Behind(store).change_edge(stroke.pk)

    assert whys(ana) == ["What carries a relation is not changed there. It can only be put right."]


def test_what_the_store_could_not_take_was_not_taken_away(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    Behind(memory).remove_edge(stroke.pk)
    Parked.objects.create(
        projection="graph",
        kind="relation",
        number=stroke.pk,
        since=stroke.added_at,
        retry_at=stroke.added_at,
        error="refused",
    )

    assert whys(ana) == ["The database has not taken it yet; nobody took it away."]


def test_graph_that_was_emptied_is_no_edit(
    memory: GraphInMemory, stroke: Relation, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_offering, "MOST", 1)
    follow()
    for number in (stroke.subject_id, stroke.object_id):
        Behind(memory).remove_node(number)

    assert whys(ana) == ["So much is no edit. It can only be put right."]


@pytest.mark.parametrize("number", ["abc", 1.5, True, -1])
def test_node_of_ours_with_a_strange_number_is_put_right(
    number: Any, store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    node = {"generation": store.generation(), "id": number, "type": "drug", "name_zh": ""}
    node |= {"name_en": "x", "names": ["x"], "codes": [], "review_until": 0}
    add_node(store, **node)

    assert len(graph_offering.look(by=ana)) == 1
    assert len(reconcile_graph(Graph(store), repair=True, beat=lambda: None)) == 1
    assert differences(store) == []


def test_number_of_a_concept_that_is_here_is_not_taken(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    add_node(store, name_en="heparin", id=stroke.subject_id)

    assert whys(ana) == ["It bears the number of a concept that is here, or was."]


# Who may, and when.


def test_who_may_not_draw_is_refused(store: Store, stroke: Relation, cleo: Account) -> None:
    follow()
    Behind(store).remove_edge(stroke.pk)

    with pytest.raises(NotAllowed):
        graph_offering.offer(by=cleo)

    assert len(differences(store)) == 1


def test_what_was_not_seen_is_not_offered(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    add_node(memory, name_en="heparin")
    seen = graph_offering.digest_of(graph_offering.look(by=ana))
    Behind(memory).remove_edge(stroke.pk)

    with pytest.raises(FoundIsOutdated):
        graph_offering.offer(by=ana, digest=seen)

    assert ChangeSet.objects.count() == 1


def test_store_that_is_away_is_said(memory: GraphInMemory, stroke: Relation, ana: Account) -> None:
    follow()
    memory.is_away = True

    with pytest.raises(StoreAway):
        graph_offering.offer(by=ana)

    assert Cursor.objects.get(name="graph").holder is None


def test_store_that_fails_while_it_is_put_right_leaves_the_set(
    memory: GraphInMemory, stroke: Relation, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    Behind(memory).remove_edge(stroke.pk)

    def fails(*_: Any) -> None:
        raise StoreAway("killed here")

    monkeypatch.setattr(memory, "put_edges", fails)

    told = graph_offering.offer(by=ana)

    assert (bool(told.change_set), told.is_right) == (True, False)


def test_while_somebody_else_writes_nothing_is_offered(
    memory: GraphInMemory, stroke: Relation, ana: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_offering, "PATIENCE", 0.0)
    follow()
    held = Cursor.objects.lease("graph")
    assert held

    with pytest.raises(Busy):
        graph_offering.look(by=ana)


def test_graph_that_was_never_built_has_nothing_to_offer(
    memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    assert graph_offering.look(by=ana) == []


@pytest.mark.parametrize("value", ["a\x01b", "x" * 100, ["y" * 100, 5], 2**70, None, "\ud800"])
def test_strangers_words_are_short_and_can_be_seen(value: Any) -> None:
    told = clean(value)

    assert len(told) <= 61
    assert told.isprintable()
    assert isinstance(Offer(told), Offer)
