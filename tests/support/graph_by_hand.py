"""Editing the graph database by hand, behind our back, and what is offered then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from governance.models import Account, ChangeSet
from llm import clients, graph_offering
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.projections.graph_reconcile import compared
from llm.stores.graph import Found
from llm.stores.neo4j import Neo4jStore
from tests.support.graph_standin import Behind, GraphInMemory

Store = GraphInMemory | Neo4jStore


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
