"""The graph in Neo4j, over Bolt. What others may rely on there is told in `docs/neo4j.md`.

Community has one database, so a generation is a property of every node and edge, part of each
uniqueness constraint; `KnowledgeBase` names the one that is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from typing import Any

import neo4j
from neo4j import exceptions

from llm.stores.graph import Edge, Found, Node
from llm.stores.port import StillLive, StoreAway

OLDEST = (5, 26)
PATIENCE = 10.0  # seconds, for one statement
BATCH = 2000  # rows a statement
NODE_FIELDS = frozenset(Node.__dataclass_fields__)
EDGE_FIELDS = frozenset(Edge.__dataclass_fields__) - {"subject", "object"}
# What is wrong with the server, and not with what it was told.
AWAY = (
    *("Neo.TransientError.", "Neo.DatabaseError.", "Neo.ClientError.Security."),
    "Neo.ClientError.Transaction.",  # it took longer than it was given
)
READ_ONLY = (
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase",
    "Neo.ClientError.General.WriteOnReadOnlyAccessDatabase",
    "Neo.ClientError.Database.DatabaseNotFound",
    "Neo.ClientError.Cluster.NotALeader",
)

PREPARE = (
    "CREATE CONSTRAINT kb_concept IF NOT EXISTS"
    " FOR (c:Concept) REQUIRE (c.generation, c.id) IS UNIQUE",
    "CREATE CONSTRAINT kb_one IF NOT EXISTS FOR (k:KnowledgeBase) REQUIRE k.id IS UNIQUE",
    "CREATE FULLTEXT INDEX kb_concept_names IF NOT EXISTS FOR (c:Concept) ON EACH [c.names]"
    " OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}}",
)
PUT_NODES = """
UNWIND $rows AS row
MERGE (c:Concept {generation: $generation, id: row.id})
SET c = row.properties
WITH c, row, [each IN labels(c) WHERE NOT each IN ['Concept', row.label]] AS others
SET c:$(row.label)
REMOVE c:$(others)
"""
# The type of an edge cannot be set afterwards, nor its ends: what is otherwise is made anew.
PUT_EDGES = """
UNWIND $rows AS row
MATCH (subject:Concept {{generation: $generation, id: row.subject}})
MATCH (object:Concept {{generation: $generation, id: row.object}})
MERGE (subject)-[r:{type} {{generation: $generation, id: row.id}}]->(object)
SET r = row.properties
"""
DROP_NODES = """
UNWIND $ids AS id MATCH (c:Concept {generation: $generation, id: id}) DETACH DELETE c
"""
DROP_EDGES = """
MATCH ()-[r:{type}]->() WHERE r.generation = $generation AND r.id IN $ids DELETE r
"""
DISCARD = """
MATCH (c:Concept {generation: $generation}) WITH c LIMIT $most DETACH DELETE c
RETURN count(*) AS gone
"""
NODES = """
MATCH (c:Concept {generation: $generation})
RETURN elementId(c) AS element, labels(c) AS labels, properties(c) AS properties ORDER BY c.id
"""
EDGES = """
MATCH (subject:Concept {generation: $generation})-[r]->(object)
RETURN elementId(r) AS element, type(r) AS type, properties(r) AS properties,
  subject.id AS subject, object.id AS object,
  object:Concept AND object.generation = $generation AS is_inside
UNION ALL
MATCH (subject)-[r]->(object:Concept {generation: $generation})
WHERE NOT coalesce(subject:Concept AND subject.generation = $generation, false)
RETURN elementId(r) AS element, type(r) AS type, properties(r) AS properties,
  subject.id AS subject, object.id AS object, false AS is_inside
"""
# Nodes that look like ours and are in no generation: relabelled, or made by somebody else.
STRAYS = """
MATCH (c:Concept) WHERE c.generation IS NULL OR NOT c.generation IS :: INTEGER
RETURN elementId(c) AS element, labels(c) AS labels, properties(c) AS properties
UNION
MATCH (n) WHERE NOT n:Concept AND n.review_until IS NOT NULL AND n.generation IS NOT NULL
RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS properties
"""
EDGES_OF_VERSION = """
MATCH (:Concept {generation: $generation})-[r]->() WHERE $version IN r.versions RETURN r.id AS id
"""


class Neo4jStore:
    """Raises `StoreAway` where the server does not answer, answers too late, cannot be written
    to or is older than 5.26."""

    def __init__(self, uri: str, *, user: str = "", password: str = "") -> None:
        auth = (user, password) if user else None
        self._driver = neo4j.GraphDatabase.driver(
            uri,
            auth=auth,
            connection_timeout=PATIENCE,
            connection_acquisition_timeout=PATIENCE,
            max_transaction_retry_time=PATIENCE,
            notifications_min_severity="OFF",
        )
        self._typed: set[str] = set()
        self._is_known = False

    def generation(self) -> int | None:
        rows = self._ask("MATCH (k:KnowledgeBase {id: 1}) RETURN k.generation AS generation")
        found = rows[0]["generation"] if rows else None
        return found if type(found) is int else None

    def generations(self) -> set[int]:
        rows = self._ask("MATCH (c:Concept) RETURN DISTINCT c.generation AS generation")
        live = self.generation()
        found = {row["generation"] for row in rows if type(row["generation"]) is int}
        return found if live is None else found | {live}

    def create(self, generation: int) -> None:
        self._clear(generation)
        for statement in PREPARE:
            self._ask(statement)

    def switch(self, generation: int) -> None:
        self._ask(
            "MERGE (k:KnowledgeBase {id: 1}) SET k.generation = $generation", generation=generation
        )

    def tell(self, number: int) -> None:
        self._ask("MATCH (k:KnowledgeBase {id: 1}) SET k.trail = $number", number=number)

    def discard(self, generation: int) -> None:
        if generation == self.generation():
            raise StillLive(str(generation))
        self._clear(generation)

    def put_nodes(self, generation: int, nodes: Sequence[Node]) -> None:
        rows = [
            {"id": n.id, "label": label_of(n.type), "properties": _stored(n, generation)}
            for n in nodes
        ]
        self._in_batches(PUT_NODES, generation, rows)

    def put_edges(self, generation: int, edges: Sequence[Edge]) -> None:
        for type_, alike in groupby(sorted(edges, key=lambda e: e.type), key=lambda e: e.type):
            rows = [
                {
                    "id": e.id,
                    "subject": e.subject,
                    "object": e.object,
                    "properties": _stored(e, generation),
                }
                for e in alike
            ]
            quoted = _quoted(joint_of(type_))
            self._constrain(quoted)
            self._in_batches(PUT_EDGES.format(type=quoted), generation, rows)

    def drop_nodes(self, generation: int, ids: Collection[int]) -> None:
        self._ask(DROP_NODES, generation=generation, ids=list(ids))

    def drop_edges(self, generation: int, ids: Collection[int]) -> None:
        """Through the index of each type: looking for them among all would cost as many."""
        for type_ in self._types() if ids else ():
            statement = DROP_EDGES.format(type=_quoted(type_))
            self._ask(statement, generation=generation, ids=list(ids))

    def nodes(self, generation: int) -> Iterator[Found]:
        for row in self._stream(NODES, generation=generation):
            node = _node_in(row, generation)
            yield Found(node, row["element"], dict(row["properties"]), tuple(row["labels"]))

    def edges(self, generation: int) -> Iterator[Found]:
        for row in self._stream(EDGES, generation=generation):
            ends = (row["subject"], row["object"]) if row["is_inside"] else None
            raw, edge = dict(row["properties"]), _edge_in(row, generation)
            yield Found(edge, row["element"], raw, (row["type"],), is_edge=True, ends=ends)

    def strays(self) -> Iterator[Found]:
        for row in self._stream(STRAYS):
            yield Found(None, row["element"], dict(row["properties"]), tuple(row["labels"]))

    def edges_of_version(self, generation: int, version: int) -> set[int]:
        rows = self._ask(EDGES_OF_VERSION, generation=generation, version=version)
        return {row["id"] for row in rows if type(row["id"]) is int}

    def drop_found(self, found: Sequence[Found]) -> None:
        elements = [each.what for each in found]
        self._ask("MATCH ()-[r]->() WHERE elementId(r) IN $elements DELETE r", elements=elements)
        self._ask("MATCH (n) WHERE elementId(n) IN $elements DETACH DELETE n", elements=elements)

    def close(self) -> None:
        self._driver.close()

    def _clear(self, generation: int) -> None:
        while self._ask(DISCARD, generation=generation, most=BATCH)[0]["gone"]:
            pass

    def _constrain(self, quoted: str) -> None:
        """Two edges of one number cannot be; the index behind it is what they are found by."""
        if quoted in self._typed:
            return
        self._ask(
            f"CREATE CONSTRAINT IF NOT EXISTS FOR ()-[r:{quoted}]-()"
            " REQUIRE (r.generation, r.id) IS UNIQUE"
        )
        self._typed.add(quoted)

    def _types(self) -> list[str]:
        rows = self._ask("CALL db.relationshipTypes() YIELD relationshipType RETURN *")
        return [row["relationshipType"] for row in rows]

    def _in_batches(self, statement: str, generation: int, rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), BATCH):
            self._ask(statement, generation=generation, rows=rows[start : start + BATCH])

    def _ask(self, statement: str, **parameters: Any) -> list[neo4j.Record]:
        with _away(), self._driver.session() as session:
            self._know(session)
            return session.execute_write(_all_of(statement, parameters))

    def _stream(self, statement: str, **parameters: Any) -> Iterator[neo4j.Record]:
        with _away(), self._driver.session() as session:
            self._know(session)
            yield from session.run(statement, parameters)

    def _know(self, session: neo4j.Session) -> None:
        """Whether the server is one that understands what it will be told."""
        if self._is_known:
            return
        rows = list(session.run("CALL dbms.components() YIELD versions RETURN versions"))
        version = str(rows[0]["versions"][0])
        numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
        if numbers < OLDEST:
            raise StoreAway(f"Neo4j {version} is older than 5.26.")
        self._is_known = True


def label_of(type_code: str) -> str:
    """The label of a type of concepts: `lab_test` is `LabTest`. Our mark's own is kept free."""
    label = "".join(part.capitalize() for part in re.split(r"[-_]", type_code)) or "Concept"
    return "KnowledgeBaseConcept" if label == "KnowledgeBase" else label


def joint_of(type_code: str) -> str:
    """The type of edges of a type of relations: `is_a` is `IS_A`."""
    return type_code.replace("-", "_").upper()


def _quoted(name: str) -> str:
    """As Cypher takes a name whatever stands in it."""
    return "`" + name.replace("`", "``") + "`"


def _stored(row: Node | Edge, generation: int) -> dict[str, Any]:
    fields = NODE_FIELDS if isinstance(row, Node) else EDGE_FIELDS
    values = {k: v for k, v in asdict(row).items() if k in fields}
    lists = {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}
    return lists | {"generation": generation}


def _node_in(row: neo4j.Record, generation: int) -> Node | None:
    said = _read(row["properties"], NODE_FIELDS)
    if said is None:
        return None
    node = Node(**said)
    right = {"Concept", label_of(node.type)} if isinstance(node.type, str) else set()
    return node if set(row["labels"]) == right else None


def _edge_in(row: neo4j.Record, generation: int) -> Edge | None:
    said = _read(row["properties"], EDGE_FIELDS)
    if said is None or not row["is_inside"] or row["properties"]["generation"] != generation:
        return None
    edge = Edge(**said, subject=row["subject"], object=row["object"])
    is_typed = isinstance(edge.type, str) and joint_of(edge.type) == row["type"]
    return edge if is_typed else None


def _read(properties: dict[str, Any], fields: frozenset[str]) -> dict[str, Any] | None:
    """What it says, lists as tuples, or None where it says more or less than ours do."""
    if properties.keys() != fields | {"generation"}:
        return None
    return {k: tuple(v) if isinstance(v, list) else v for k, v in properties.items() if k in fields}


def _all_of(
    statement: str, parameters: dict[str, Any]
) -> Callable[[neo4j.ManagedTransaction], list[neo4j.Record]]:
    @neo4j.unit_of_work(timeout=PATIENCE)
    def ask(transaction: neo4j.ManagedTransaction) -> list[neo4j.Record]:
        return list(transaction.run(statement, parameters))

    return ask


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except exceptions.Neo4jError as error:
        code = error.code or ""
        if code.startswith(AWAY) or code in READ_ONLY or error.is_retryable():
            raise StoreAway(f"{code}: {error.message}") from error
        raise
    except (exceptions.DriverError, OSError) as error:
        raise StoreAway(repr(error)) from error
