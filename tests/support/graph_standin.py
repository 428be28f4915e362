"""A graph store in memory, and a Neo4j that is emptied before and after each test."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import neo4j

from llm.stores.graph import Edge, Found, Node
from llm.stores.neo4j import Neo4jStore, joint_of, label_of
from llm.stores.port import StillLive, StoreAway


@dataclass
class Rows:
    nodes: dict[int, Node] = field(default_factory=dict)
    edges: dict[int, Edge] = field(default_factory=dict)


@dataclass
class GraphInMemory:
    """Does what Neo4j does with the same calls, and can be told to be away, or to refuse a row."""

    kept: dict[int, Rows] = field(default_factory=dict)
    live: int | None = None
    told: int = 0
    is_away: bool = False
    refuses: int = 0
    # What is none of ours, as it would be read back.
    strange: list[Found] = field(default_factory=list)

    def generation(self) -> int | None:
        self._answer()
        return self.live

    def generations(self) -> set[int]:
        self._answer()
        return set(self.kept) | ({self.live} if self.live is not None else set())

    def create(self, generation: int) -> None:
        self._answer()
        self.kept[generation] = Rows()

    def switch(self, generation: int) -> None:
        self._answer()
        self.live = generation

    def tell(self, number: int) -> None:
        self._answer()
        self.told = number

    def discard(self, generation: int) -> None:
        self._answer()
        if generation == self.live:
            raise StillLive(str(generation))
        self.kept.pop(generation, None)

    def put_nodes(self, generation: int, nodes: Sequence[Node]) -> None:
        self._answer()
        self.kept[generation].nodes |= {node.id: node for node in nodes}

    def put_edges(self, generation: int, edges: Sequence[Edge]) -> None:
        self._answer()
        if any(edge.id == self.refuses for edge in edges):
            raise ValueError("told to refuse this relation")
        rows = self.kept[generation]
        rows.edges |= {e.id: e for e in edges if {e.subject, e.object} <= rows.nodes.keys()}

    def drop_nodes(self, generation: int, ids: Collection[int]) -> None:
        self._answer()
        rows = self.kept[generation]
        rows.nodes = {n: node for n, node in rows.nodes.items() if n not in ids}
        kept = rows.edges.items()
        rows.edges = {n: e for n, e in kept if e.subject not in ids and e.object not in ids}

    def drop_edges(self, generation: int, ids: Collection[int]) -> None:
        self._answer()
        rows = self.kept[generation]
        rows.edges = {n: edge for n, edge in rows.edges.items() if n not in ids}

    def nodes(self, generation: int) -> Iterator[Found]:
        self._answer()
        yield from [_found(f"n{n}", row) for n, row in self._rows(generation).nodes.items()]

    def edges(self, generation: int) -> Iterator[Found]:
        self._answer()
        yield from [_found(f"e{n}", row) for n, row in self._rows(generation).edges.items()]
        yield from [each for each in self.strange if each.is_edge]

    def strays(self) -> Iterator[Found]:
        self._answer()
        yield from [each for each in self.strange if not each.is_edge]

    def edges_of_version(self, generation: int, version: int) -> set[int]:
        self._answer()
        return {n for n, e in self._rows(generation).edges.items() if version in e.versions}

    def drop_found(self, found: Sequence[Found]) -> None:
        self._answer()
        assert self.live is not None
        strange = [each.what for each in self.strange]
        self.strange = [each for each in self.strange if each not in found]
        for each in [each for each in found if each.what not in strange]:
            drop = self.drop_nodes if each.what.startswith("n") else self.drop_edges
            drop(self.live, [int(each.what[1:])])

    def close(self) -> None:
        """There is nothing to let go of."""

    def _rows(self, generation: int) -> Rows:
        return self.kept.get(generation, Rows())

    def _answer(self) -> None:
        if self.is_away:
            raise StoreAway("told to be away")


class Behind:
    """What somebody does in the graph behind our back, in memory or by Cypher."""

    def __init__(self, store: GraphInMemory | Neo4jStore) -> None:
        self.store = store

    def change_node(self, number: int) -> None:
        if isinstance(self.store, GraphInMemory):
            nodes = self._mine().nodes
            nodes[number] = replace(nodes[number], name_en="altered")
        else:
            self.cypher("MATCH (c:Concept {id: $id}) SET c.name_en = 'altered'", id=number)

    def change_edge(self, number: int) -> None:
        if isinstance(self.store, GraphInMemory):
            edges = self._mine().edges
            edges[number] = replace(edges[number], ends=(0,))
        else:
            self.cypher("MATCH ()-[r {id: $id}]->() SET r.ends = [0]", id=number)

    def remove_node(self, number: int) -> None:
        if isinstance(self.store, GraphInMemory):
            assert self.store.live is not None
            self.store.drop_nodes(self.store.live, [number])
        else:
            self.cypher("MATCH (c:Concept {id: $id}) DETACH DELETE c", id=number)

    def remove_edge(self, number: int) -> None:
        if isinstance(self.store, GraphInMemory):
            del self._mine().edges[number]
        else:
            self.cypher("MATCH ()-[r {id: $id}]->() DELETE r", id=number)

    def add_node(self, number: int) -> None:
        if isinstance(self.store, GraphInMemory):
            self._mine().nodes[number] = Node(number, "drug", "", "made up", ("made up",), (), 0)
        else:
            self.cypher(
                "MATCH (k:KnowledgeBase)"
                " CREATE (:Concept {generation: k.generation, id: $id, name_en: 'made up'})",
                id=number,
            )

    def add_edge(self, subject: int, object_: int, number: int = 10**9) -> None:
        if isinstance(self.store, GraphInMemory):
            made = Edge(number, "treats", subject, object_, (), (), (), (), ())
            self._mine().edges[number] = made
        else:
            self.cypher(
                "MATCH (a:Concept {id: $subject}), (b:Concept {id: $object})"
                " CREATE (a)-[:TREATS {id: $id, generation: a.generation}]->(b)",
                subject=subject,
                object=object_,
                id=number,
            )

    def empty(self) -> None:
        if isinstance(self.store, GraphInMemory):
            self.store.kept, self.store.live = {}, None
        else:
            self.cypher("MATCH (n) DETACH DELETE n")

    def cypher(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        assert isinstance(self.store, Neo4jStore)
        with self.store._driver.session() as session:
            return list(session.run(statement, parameters))

    def _mine(self) -> Rows:
        assert isinstance(self.store, GraphInMemory)
        assert self.store.live is not None
        return self.store.kept[self.store.live]


def _found(what: str, row: Node | Edge) -> Found:
    """With its properties as they would be read back, where these are asked for."""
    said = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(row).items()}
    if isinstance(row, Node):
        return Found(row, what, said, ("Concept", label_of(row.type)))
    ends = said.pop("subject"), said.pop("object")
    return Found(row, what, said, (joint_of(row.type),), is_edge=True, ends=ends)
