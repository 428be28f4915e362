"""Compares the graph store with the truth, row by row, and repairs it.

Of each row of the truth a digest is held, so that memory does not grow with what a row says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import chain, islice

from governance.models import AuditEntry
from llm.models import Cursor
from llm.projections import graph_rows
from llm.projections.advance import Beat, Subject, subjects_of
from llm.projections.drift import Drift
from llm.projections.graph import Graph
from llm.stores.graph import Edge, Found, Node

PAGE = 1000


def reconcile_graph(graph: Graph, *, repair: bool, beat: Beat) -> list[Drift]:
    """What differs in the generation that is read; put right where `repair` is set.

    What the store has not followed yet is no difference.
    """
    live = graph.store.generation()
    if live is None:
        if repair:
            graph.prepare(beat)
        return [Drift("graph", "missing", "the graph")]
    told = differing(graph, live, beat=beat)
    if repair:
        put_right(graph, live, told, beat)
    return [drift for drift, _found in told]


def differing(graph: Graph, live: int, *, beat: Beat) -> list[tuple[Drift, Found | None]]:
    """Everything that differs there and beside it, with what was read."""
    ahead = _moved()
    everything = chain(_beside(graph, live), compared(graph, live, beat=beat))
    return [(d, f) for d, f in everything if _subject(d) not in ahead]


def put_right(graph: Graph, live: int, told: list[tuple[Drift, Found | None]], beat: Beat) -> None:
    """Take away first: what is damaged may stand in the way of what is right."""
    graph.store.drop_found([found for _drift, found in told if found])
    for drift, _found in told:
        if drift.what.startswith("generation "):
            beat()
            graph.store.discard(int(drift.what.split()[1]))
    concepts = [d.number for d, _f in told if d.number and d.what.startswith("concept ")]
    relations = [d.number for d, _f in told if d.number and d.what.startswith("relation ")]
    graph.settle_concepts(live, concepts)
    graph.settle_relations(live, relations + _joined(concepts), beat)


def compared(graph: Graph, generation: int, *, beat: Beat) -> Iterator[tuple[Drift, Found | None]]:
    """Every concept and relation that is missing, foreign or damaged in a generation, with what
    was read there."""
    store = graph.store
    yield from _sides("concept", graph_rows.all_nodes(), store.nodes(generation), beat)
    yield from _sides("relation", graph_rows.all_edges(), store.edges(generation), beat)


def _beside(graph: Graph, live: int) -> Iterator[tuple[Drift, Found | None]]:
    """What is in no generation, or in one that nobody builds."""
    for found in graph.store.strays():
        yield Drift("graph", "foreign", _named(found)), found
    building = Cursor.objects.lease("rebuild")
    if building:
        building.release()
        for other in sorted(graph.store.generations() - {live}):
            yield Drift("graph", "foreign", f"generation {other}"), None


def _sides(
    kind: str, truth: Iterable[Sequence[Node | Edge]], there: Iterator[Found], beat: Beat
) -> Iterator[tuple[Drift, Found | None]]:
    expected: dict[int, bytes] = {}
    for rows in truth:
        beat()
        expected |= {row.id: _digest(row) for row in rows}
    wanted = set(expected)
    while page := list(islice(there, PAGE)):
        beat()
        for found in page:
            number = _number_of(found)
            if found.row and expected.get(found.row.id) == _digest(found.row):
                del expected[found.row.id]
            elif number in wanted:
                expected.pop(number, None)
                yield Drift("graph", "damaged", f"{kind} {number}", number), found
            elif found.row and number:
                yield Drift("graph", "foreign", f"{kind} {number}", number), found
            else:
                yield Drift("graph", "foreign", _named(found)), found
    for left in expected:
        yield Drift("graph", "missing", f"{kind} {left}", left), None


def _number_of(found: Found) -> int:
    """The one it claims; 0 where that is no number."""
    claimed = found.raw.get("id")
    return claimed if type(claimed) is int else 0


def _digest(row: Node | Edge) -> bytes:
    said = [getattr(row, field.name) for field in fields(row)]
    return hashlib.sha256(repr(said).encode()).digest()


def _named(found: Found) -> str:
    """By the number that it claims, if any; a name of a stranger's making is not repeated."""
    return f"{found.what} ({str(found.raw.get('id', ''))[:20]})"


def _subject(drift: Drift) -> Subject:
    return Subject(drift.what.partition(" ")[0], drift.number)


def _moved() -> set[Subject]:
    """What the trail says of after the number that the store has come to."""
    number = Cursor.objects.filter(name=Graph.name).values_list("number", flat=True).first() or 0
    ahead = set(subjects_of(list(AuditEntry.objects.knowledge().after(number))))
    versions = [subject.number for subject in ahead if subject.kind == "version"]
    carried = {n for each in versions for n in graph_rows.relations_of_version(each)}
    return ahead | {Subject("relation", number) for number in carried}


def _joined(concepts: list[int]) -> list[int]:
    """What was taken away with a concept that was damaged."""
    rows = graph_rows.held_relations()
    at_either_end = rows.filter(subject__in=concepts) | rows.filter(object__in=concepts)
    return list(at_either_end.values_list("pk", flat=True).distinct())
