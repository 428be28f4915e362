"""Concepts and relations in a graph database that others read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from governance.models import Concept
from llm.projections import graph_rows
from llm.projections.advance import Beat, Settle, Subject
from llm.stores.graph import GraphStore
from llm.stores.port import NotBuilt

PAGE = 1000
KINDS = ("version", "concept", "relation")


class Graph:
    """Holds a generation that is read, and another one while it is built anew."""

    name = "graph"

    def __init__(self, store: GraphStore) -> None:
        self.store = store

    @property
    def settlers(self) -> Mapping[str, Settle]:
        return {kind: partial(self._settle, kind) for kind in KINDS}

    def is_missing(self) -> bool:
        return self.store.generation() is None

    def prepare(self, beat: Beat) -> bool:
        """Readers find the whole graph, or none yet."""
        if not self.is_missing():
            return False
        generation = self.new_generation()
        self.store.create(generation)
        self.fill(generation, beat)
        self.store.switch(generation)
        return True

    def drop_unknown(self, beat: Beat) -> None:
        """What the truth does not want, or does not know at all."""
        live = self._live()
        relations = set(graph_rows.held_relations().values_list("pk", flat=True))
        concepts = set(Concept.objects.current().values_list("pk", flat=True))
        for there, wanted in ((self.store.edges, relations), (self.store.nodes, concepts)):
            unknown = [f for f in there(live) if f.row is None or f.row.id not in wanted]
            for start in range(0, len(unknown), PAGE):
                beat()
                self.store.drop_found(unknown[start : start + PAGE])

    def settle_in(self, generation: int, subject: Subject, beat: Beat) -> None:
        """Make one generation agree with the truth about a concept or a relation, or about what
        a version carries."""
        if subject.kind == "concept":
            self.settle_concepts(generation, [subject.number])
        elif subject.kind == "relation":
            self.settle_relations(generation, [subject.number], beat)
        elif subject.kind == "version":
            relations = graph_rows.relations_of_version(subject.number)
            self.settle_relations(generation, relations, beat)

    def _settle(self, kind: str, number: int, beat: Beat) -> None:
        self.settle_in(self._live(), Subject(kind, number), beat)

    def settle_concepts(self, generation: int, ids: Collection[int]) -> None:
        """Make one generation agree with the truth about these concepts."""
        nodes = graph_rows.nodes_of(ids)
        self.store.put_nodes(generation, nodes)
        gone = set(ids) - {node.id for node in nodes}
        if gone:
            self.store.drop_nodes(generation, gone)

    def settle_relations(self, generation: int, ids: Collection[int], beat: Beat) -> None:
        """Make one generation agree with the truth about these relations."""
        edges = graph_rows.edges_of(ids)
        gone = set(ids) - {edge.id for edge in edges}
        if gone:
            self.store.drop_edges(generation, gone)
        beat()
        # Their concepts may have been added by a later entry than the one about the relation.
        ends = {end for edge in edges for end in (edge.subject, edge.object)}
        self.store.put_nodes(generation, graph_rows.nodes_of(ends))
        self.store.put_edges(generation, edges)

    def fill(self, generation: int, beat: Beat) -> int:
        """Put everything into a generation. Returns how many relations."""
        for nodes in graph_rows.all_nodes():
            beat()
            self.store.put_nodes(generation, nodes)
        count = 0
        for edges in graph_rows.all_edges():
            beat()
            self.store.put_edges(generation, edges)
            count += len(edges)
        return count

    def finish(self, number: int) -> None:
        """Readers see how far it has come."""
        self.store.tell(number)

    def is_gone(self, version_id: int) -> bool:
        """No relation is there that the version supported and does not support any more."""
        there = self.store.edges_of_version(self._live(), version_id)
        wanted = {e.id for e in graph_rows.edges_of(there) if version_id in e.versions}
        return there <= wanted

    def new_generation(self) -> int:
        return max(self.store.generations(), default=0) + 1

    def _live(self) -> int:
        live = self.store.generation()
        if live is None:
            raise NotBuilt
        return live
