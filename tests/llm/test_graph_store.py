"""What every graph store promises, in memory and in Neo4j alike."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from llm.stores import neo4j as neo4j_store
from llm.stores.graph import NO_END, Edge, Node
from llm.stores.neo4j import Neo4jStore, joint_of, label_of
from llm.stores.port import StillLive, StoreAway
from tests.llm.graph_stores import BOTH, opened
from tests.support.graph_standin import Behind, GraphInMemory

Store = GraphInMemory | Neo4jStore
HOSTILE = (
    "`) DETACH DELETE c //",
    "'}) MATCH (n) DETACH DELETE n //",
    "<script>alert(1)</script>",
    "$(row.label)",
    "\\u0060",
    "‮abc\u200b",
    "'; DROP TABLE governance_concept; --",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
)


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    yield from opened(request.param)


@pytest.fixture
def live(store: Store) -> Store:
    store.create(1)
    store.switch(1)
    return store


def node(number: int, **more: object) -> Node:
    plain = Node(number, "drug", "肝素", "heparin", ("heparin", "肝素"), ("atc:B01AB01",), 0)
    return replace(plain, **more)


def edge(number: int, subject: int = 1, object_: int = 2, **more: object) -> Edge:
    plain = Edge(number, "treats", subject, object_, ("dose=5 mg",), (7,), (3,), (10,), (NO_END,))
    return replace(plain, **more)


def nodes(store: Store, generation: int = 1) -> dict[int, Node | Edge]:
    return {f.row.id: f.row for f in store.nodes(generation) if f.row}


def edges(store: Store, generation: int = 1) -> dict[int, Node | Edge]:
    return {f.row.id: f.row for f in store.edges(generation) if f.row}


def test_at_first_nothing_is_read(store: Store) -> None:
    assert store.generation() is None
    assert store.generations() == set()


def test_what_was_put_is_read_back(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2, type="disease", codes=(), names=())])
    live.put_edges(1, [edge(5)])

    assert nodes(live) == {1: node(1), 2: node(2, type="disease", codes=(), names=())}
    assert edges(live) == {5: edge(5)}


def test_putting_twice_is_putting_once(live: Store) -> None:
    for _ in range(2):
        live.put_nodes(1, [node(1), node(2)])
        live.put_edges(1, [edge(5)])

    assert (len(list(live.nodes(1))), len(list(live.edges(1)))) == (2, 1)


def test_what_is_put_again_says_the_new(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2)])
    live.put_edges(1, [edge(5)])

    changed = node(1, type="lab_test", name_en="", codes=())
    supported = edge(5, passages=(7, 8), versions=(3, 4), starts=(1, 2), ends=(5, NO_END))
    live.put_nodes(1, [changed])
    live.put_edges(1, [supported])

    assert nodes(live)[1] == changed
    assert edges(live) == {5: supported}


def test_two_relations_of_a_type_stand_between_the_same_concepts(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2)])
    live.put_edges(1, [edge(5), edge(6, qualifiers=("dose=10 mg",))])

    assert set(edges(live)) == {5, 6}


def test_dropping_a_concept_takes_its_relations_along(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2), node(3)])
    live.put_edges(1, [edge(5), edge(6, 3, 1), edge(7, 3, 2)])

    live.drop_nodes(1, [1])

    assert (set(nodes(live)), set(edges(live))) == ({2, 3}, {7})


def test_dropping_relations_leaves_the_others(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2)])
    live.put_edges(1, [edge(5), edge(6, type="is-a"), edge(7)])

    live.drop_edges(1, [5, 6, 99])

    assert set(edges(live)) == {7}


def test_generations_know_nothing_of_each_other(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2)])
    live.create(2)
    live.put_nodes(2, [node(1, name_en="other")])

    live.drop_nodes(1, [2])

    assert nodes(live) == {1: node(1)}
    assert nodes(live, 2) == {1: node(1, name_en="other")}
    assert live.generations() == {1, 2}
    assert live.generation() == 1


def test_the_one_that_is_read_is_not_discarded(live: Store) -> None:
    with pytest.raises(StillLive):
        live.discard(1)


def test_what_is_discarded_is_gone(live: Store) -> None:
    live.put_nodes(1, [node(1)])
    live.create(2)
    live.switch(2)

    live.discard(1)

    assert list(live.nodes(1)) == []
    assert live.generations() == {2}


def test_what_an_earlier_try_left_is_cleared_away(store: Store) -> None:
    store.create(1)
    store.put_nodes(1, [node(1)])

    store.create(1)

    assert list(store.nodes(1)) == []


def test_relations_are_found_by_the_version_that_supports_them(live: Store) -> None:
    live.put_nodes(1, [node(1), node(2)])
    both = {"passages": (7, 9), "versions": (3, 4), "starts": (1, 1), "ends": (2, 2)}
    live.put_edges(1, [edge(5), edge(6, **both), edge(7, versions=(4,))])

    assert live.edges_of_version(1, 3) == {5, 6}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_name_says_it_is_a_name(live: Store, name: str) -> None:
    said = node(1, name_zh=name, name_en=name, names=(name,), codes=(f"local:{name}",))
    live.put_nodes(1, [said, node(2)])
    live.put_edges(1, [edge(5, qualifiers=(f"dose={name}",))])

    assert nodes(live) == {1: said, 2: node(2)}
    assert edges(live)[5] == edge(5, qualifiers=(f"dose={name}",))


@pytest.mark.parametrize("code", ["a`b", "drug`) DETACH DELETE c //", "x y"])
def test_whatever_a_type_is_called_it_is_a_type(live: Store, code: str) -> None:
    live.put_nodes(1, [node(1, type=code), node(2)])
    live.put_edges(1, [edge(5, type=code)])

    assert nodes(live)[1] == node(1, type=code)
    assert edges(live) == {5: edge(5, type=code)}


@pytest.mark.parametrize(
    ("code", "label", "joint"),
    [
        ("lab_test", "LabTest", "LAB_TEST"),
        ("is-a", "IsA", "IS_A"),
        ("knowledge_base", "KnowledgeBaseConcept", "KNOWLEDGE_BASE"),
    ],
)
def test_types_are_named_as_cypher_names_them(code: str, label: str, joint: str) -> None:
    assert (label_of(code), joint_of(code)) == (label, joint)


# Neo4j alone.


@pytest.fixture
def server() -> Iterator[Neo4jStore]:
    for store in opened("neo4j"):
        assert isinstance(store, Neo4jStore)
        store.create(1)
        store.switch(1)
        yield store


@pytest.mark.servers
@pytest.mark.slow
class TestNeo4j:
    def test_a_concept_has_the_label_of_its_type(self, server: Neo4jStore) -> None:
        server.put_nodes(1, [node(1)])
        server.put_nodes(1, [node(1, type="lab_test")])

        rows = Behind(server).cypher("MATCH (c:Concept) RETURN labels(c) AS labels")
        assert set(rows[0]["labels"]) == {"Concept", "LabTest"}

    @pytest.mark.parametrize("words", ["肝素", "heparin", "HEPARIN"])
    def test_names_are_searched_in_both_languages(self, server: Neo4jStore, words: str) -> None:
        server.put_nodes(1, [node(1), node(2, names=("阿司匹林", "aspirin"))])
        behind = Behind(server)
        behind.cypher("CALL db.awaitIndexes(30)")

        rows = behind.cypher(
            "CALL db.index.fulltext.queryNodes('kb_concept_names', $words) YIELD node"
            " RETURN node.id AS id",
            words=words,
        )
        assert [row["id"] for row in rows] == [1]

    @pytest.mark.parametrize(
        "statement",
        [
            "MATCH (c:Concept {id: 1}) SET c.name_en = 'x'",
            "MATCH (c:Concept {id: 1}) SET c.more = 1",
            "MATCH (c:Concept {id: 1}) REMOVE c.codes",
            "MATCH (c:Concept {id: 1}) SET c:Admin",
            "MATCH (c:Concept {id: 1}) REMOVE c:Drug",
        ],
    )
    def test_a_concept_that_was_changed_is_not_ours(
        self, server: Neo4jStore, statement: str
    ) -> None:
        server.put_nodes(1, [node(1), node(2)])

        Behind(server).cypher(statement)

        found = {f.row.id: f.row for f in server.nodes(1) if f.row}
        assert found.get(1) != node(1)
        assert found[2] == node(2)

    @pytest.mark.parametrize(
        "statement",
        [
            "MATCH ()-[r {id: 5}]->() SET r.more = 1",
            "MATCH ()-[r {id: 5}]->() SET r.starts = [1]",
            "MATCH ()-[r {id: 5}]->() REMOVE r.ends",
            "MATCH (a)-[r {id: 5}]->(b) WITH a, b, r, properties(r) AS said DELETE r"
            " CREATE (b)-[s:TREATS]->(a) SET s = said",
            "MATCH (a)-[r {id: 5}]->(b) CREATE (a)-[s:CAUSES]->(b) SET s = r DELETE r",
        ],
    )
    def test_a_relation_that_was_changed_is_not_ours(
        self, server: Neo4jStore, statement: str
    ) -> None:
        server.put_nodes(1, [node(1), node(2)])
        server.put_edges(1, [edge(5)])

        Behind(server).cypher(statement)

        assert edge(5) not in [f.row for f in server.edges(1)]
        assert len(list(server.edges(1))) == 1

    def test_what_was_found_can_be_taken_away(self, server: Neo4jStore) -> None:
        server.put_nodes(1, [node(1), node(2)])
        behind = Behind(server)
        behind.cypher("MATCH (c:Concept {id: 1}) CREATE (c)<-[:X]-(:Ward)")
        behind.cypher("CREATE (:Concept {id: 3}), (:Concept {id: 4, generation: 'one'})")

        server.drop_found([f for f in server.edges(1) if not f.row])
        server.drop_found(list(server.strays()))

        assert list(server.edges(1)) == []
        assert list(server.strays()) == []
        assert len(behind.cypher("MATCH (w:Ward) RETURN w")) == 1

    def test_a_server_that_is_too_old_is_away(
        self, server: Neo4jStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(neo4j_store, "OLDEST", (99, 0))
        server._is_known = False

        with pytest.raises(StoreAway, match="older"):
            server.generation()

    def test_what_takes_too_long_is_given_up(
        self, server: Neo4jStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(neo4j_store, "PATIENCE", 0.2)

        with pytest.raises(StoreAway):
            server._ask(
                "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)"
            )

    def test_a_relation_to_what_is_not_there_is_not_put(self, server: Neo4jStore) -> None:
        server.put_nodes(1, [node(1)])
        server.put_edges(1, [edge(5)])

        assert list(server.edges(1)) == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neo4j_store, "PATIENCE", 0.5)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_away_is_away() -> None:
    store = Neo4jStore("bolt://127.0.0.1:1")

    with pytest.raises(StoreAway):
        store.generation()
    store.close()


@pytest.mark.usefixtures("impatient")
def test_a_server_that_never_answers_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = Neo4jStore(f"bolt://127.0.0.1:{silent.getsockname()[1]}")

        with pytest.raises(StoreAway):
            store.generation()
        store.close()
