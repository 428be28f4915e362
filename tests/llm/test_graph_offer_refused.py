"""What was changed in the graph database and is not plain, or cannot be offered now."""

from __future__ import annotations

from typing import Any

import pytest

from governance.errors import FoundIsOutdated, NotAllowed
from governance.models import (
    Account,
    ChangeSet,
    Relation,
    Version,
)
from llm import graph_offering
from llm.models import Cursor, Parked
from llm.projections.graph import Graph
from llm.projections.graph_offer import Offer, clean
from llm.projections.graph_reconcile import reconcile_graph
from llm.projections.rebuild import Busy
from llm.stores.graph import Found
from llm.stores.port import StoreAway
from tests.support import knowledge
from tests.support.graph_by_hand import (
    Store,
    add_edge,
    add_node,
    differences,
    follow,
    offered,
    set_names,
    whys,
)
from tests.support.graph_standin import Behind, GraphInMemory

pytestmark = pytest.mark.django_db


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


def test_nodes_that_are_not_plain_are_named_each(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    for labels, raw in HOSTILE.values():
        add_node(store, labels, **raw)

    assert len(whys(ana)) == len(HOSTILE)
    assert not graph_offering.offer(by=ana).change_set


@pytest.mark.parametrize("case", HOSTILE)
def test_node_that_is_not_plain_is_named_and_not_offered(
    case: str, memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    labels, raw = HOSTILE[case]
    add_node(memory, labels, **raw)

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
    "a qualifier said twice": (
        "PREVENTS",
        {"passages": [1], "words": ["low"], "qualifiers": ["dose=5 mg", "dose=50 mg"]},
    ),
    "an unknown qualifier": (
        "PREVENTS",
        {"passages": [1], "words": ["low"], "qualifiers": ["mood=good"]},
    ),
    "something else": ("PREVENTS", {"passages": [1], "words": ["low"], "by": "me"}),
}


def edge(case: str, stroke: Relation) -> tuple[str, dict[str, Any]]:
    """Between the ends of the relation, its passage in place of the first."""
    type_, raw = EDGES[case]
    is_carried = raw.get("passages") == [1]
    passages = {"passages": [stroke.evidence.get().passage_id]} if is_carried else {}
    return type_, raw | passages


def test_edges_that_are_not_plain_are_named_each(
    store: Store, stroke: Relation, ana: Account
) -> None:
    follow()
    for case in EDGES:
        type_, raw = edge(case, stroke)
        add_edge(store, (stroke.subject_id, stroke.object_id), type_, **raw)

    assert len(whys(ana)) == len(EDGES)
    assert not graph_offering.offer(by=ana).change_set


@pytest.mark.parametrize("case", EDGES)
def test_edge_that_is_not_plain_is_named_and_not_offered(
    case: str, memory: GraphInMemory, stroke: Relation, ana: Account
) -> None:
    follow()
    type_, raw = edge(case, stroke)
    add_edge(memory, (stroke.subject_id, stroke.object_id), type_, **raw)

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
