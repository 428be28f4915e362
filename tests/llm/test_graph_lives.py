"""Whatever people do, in whatever order, and wherever a worker is killed: graph = truth at rest."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from governance import clock
from governance.actions import change_sets
from governance.duties import Role
from governance.errors import Refused
from governance.models import ChangeSet, Concept, Passage, Relation, Version
from llm import clients
from llm.models import Cursor
from llm.projections import graph_rows
from llm.projections.advance import advance
from llm.projections.graph import Graph
from llm.projections.graph_reconcile import compared, reconcile_graph
from llm.projections.rebuild import rebuild_graph
from llm.stores.graph import GraphStore
from llm.stores.neo4j import Neo4jStore
from llm.stores.port import StoreAway
from tests.llm.graph_stores import BOTH, opened
from tests.support import graph as drawing
from tests.support import knowledge
from tests.support.graph_standin import Behind, GraphInMemory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STEPS = 40
TYPES = ("drug", "disease")


def still() -> None:
    """No lease to keep."""


class Killed(BaseException):
    """The process ends here, whatever it was doing."""


class Mortal:
    """A store before one of whose calls the worker is killed."""

    def __init__(self, store: GraphStore) -> None:
        self.store = store
        self.calls_left = -1

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.store, name)

        def call(*args: Any) -> Any:
            if self.calls_left == 0:
                self.calls_left = -1
                raise Killed
            self.calls_left -= self.calls_left > 0
            return method(*args)

        return call


class Ward:
    """Two people who draw and read, sources that come and go, and a graph that follows."""

    def __init__(self, store: GraphInMemory | Neo4jStore, seed: int) -> None:
        self.chance = random.Random(seed)
        self.ana = knowledge.account("ana", Role.CURATOR, Role.GRAPH_EDITOR)
        self.ben = knowledge.account("ben", Role.REVIEWER)
        self.mortal, self.behind = Mortal(store), Behind(store)
        self.graph = Graph(cast(GraphStore, self.mortal))
        self.named = 0

    def step(self) -> None:
        deed = self.chance.choice(self.deeds())
        with contextlib.suppress(Refused, IndexError):
            deed()

    def deeds(self) -> list[Callable[[], object]]:
        often = [self.relate, self.relate, self.support, self.add, self.publish]
        changed = [self.merge, self.rename, self.end, self.retire_concept, self.undo]
        return [*3 * often, *changed, self.retire, self.quarantine, self.tamper]

    def begin(self) -> None:
        """Enough for something to be said."""
        drawing.begin_schema()
        self.publish()
        self.apply(*(drawing.concept(f"{n}", TYPES[n % 2], f"first {n}") for n in range(12)))

    def add(self) -> None:
        self.named += 1
        type_ = self.chance.choice(TYPES)
        self.apply(drawing.concept("x", type_, f"thing {self.named}", f"物{self.named}"))

    def relate(self) -> None:
        drug, disease = self.concept("drug"), self.concept("disease")
        self.apply(drawing.relation(drug, "treats", disease, drawing.span(self.passage())))

    def support(self) -> None:
        span = drawing.span(self.passage())
        self.apply(("evidence.add", {"relation": self.relation(), **span}))

    def merge(self) -> None:
        type_ = self.chance.choice(TYPES)
        step = {"concept": self.concept(type_), "into": self.concept(type_)}
        self.apply(("concept.merge", step))

    def rename(self) -> None:
        self.named += 1
        names = [{"language": "en", "name": f"thing {self.named}", "preferred": True}]
        step = {"concept": self.concept(self.chance.choice(TYPES)), "names": names}
        self.apply(("concept.name", step))

    def end(self) -> None:
        self.apply(("relation.end", {"relation": self.relation()}))

    def retire_concept(self) -> None:
        self.apply(("concept.retire", {"concept": self.concept(self.chance.choice(TYPES))}))

    def undo(self) -> None:
        applied = list(ChangeSet.objects.filter(status="applied").order_by("-pk")[:3])
        if applied:
            chosen = self.chance.choice(applied)
            back = change_sets.undo(change_set=chosen, title="Back", by=self.ana)
            drawing.decide(change_sets.submit(change_set=back, by=self.ana), self.ben)

    def publish(self) -> None:
        source = knowledge.source(self.ana, title=f"Guideline {self.chance.random()}")
        knowledge.active(source, self.ana, self.ben, texts=["Give it at once.", "Then wait."])

    def retire(self) -> None:
        if version := self.version():
            knowledge.retire(version, self.ben)

    def quarantine(self) -> None:
        if version := self.version():
            knowledge.quarantine(version, self.ana)

    def tamper(self) -> None:
        """Somebody changes the graph directly; it is compared and repaired."""
        live = self.behind.store.generation()
        if live is None:
            return
        node = self.chance.choice([f.raw["id"] for f in self.behind.store.nodes(live)] or [0])
        edge = self.chance.choice([f.raw["id"] for f in self.behind.store.edges(live)] or [0])
        harm: list[Callable[[], None]] = [self.behind.empty, lambda: self.behind.add_node(10**9)]
        if node:
            harm += [lambda: self.behind.change_node(node), lambda: self.behind.remove_node(node)]
        if edge:
            harm += [lambda: self.behind.change_edge(edge), lambda: self.behind.remove_edge(edge)]
        self.chance.choice(harm)()
        reconcile_graph(self.graph, repair=True, beat=still)

    def apply(self, *steps: Any) -> None:
        drawing.applied(self.ana, self.ben, *steps)

    def concept(self, type_: str) -> int:
        return self.one(Concept.objects.current().filter(type__code=type_))

    def relation(self) -> int:
        return self.one(Relation.objects.current())

    def passage(self) -> Passage:
        in_force = Passage.objects.in_force(clock.now())
        return Passage.objects.get(pk=self.one(in_force))

    def version(self) -> Version | None:
        numbers = list(Version.objects.active().values_list("pk", flat=True))
        return Version.objects.get(pk=self.chance.choice(numbers)) if numbers else None

    def one(self, rows: Any) -> int:
        """Raises `IndexError` where there is none."""
        return int(self.chance.choice(rows.order_by("pk").values_list("pk", flat=True)))

    def rest(self) -> None:
        """Follow, with a worker that is killed at some call, and then one that is not."""
        self.mortal.calls_left = self.chance.randrange(12)
        try:
            if self.chance.random() < 0.15:
                rebuild_graph(self.graph)
            advance(self.graph)
        except (Killed, StoreAway):
            Cursor.objects.update(leased_until=None, holder=None)
        self.mortal.calls_left = -1
        assert advance(self.graph)

    def is_equal(self) -> bool:
        live = self.behind.store.generation()
        assert live is not None
        return not list(compared(Graph(self.behind.store), live, beat=still))


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[GraphInMemory | Neo4jStore]:
    settings.NEO4J_URI = "bolt://the.graph"
    for store in opened(request.param):
        clients.install(graph=store)
        yield store


@pytest.mark.parametrize("seed", [1, 3])
def test_the_graph_says_what_the_truth_says(store: GraphInMemory | Neo4jStore, seed: int) -> None:
    ward = Ward(store, seed)
    ward.begin()

    held = set()
    for _ in range(STEPS):
        ward.step()
        ward.rest()
        assert ward.is_equal()
        held.add(graph_rows.held_relations().count())

    assert len(held) > 2, "too little happened to say anything"


ROUNDS = 20


def changed_behind(ward: Ward, live: int) -> set[str]:
    """What somebody did directly to ten things of the graph, as it must be named."""
    behind, chance = ward.behind, ward.chance
    store = behind.store
    edges = chance.sample(sorted(f.raw["id"] for f in store.edges(live)), 5)
    nodes = chance.sample(sorted(f.raw["id"] for f in store.nodes(live)), 3)
    for number, harm in zip(edges, (behind.change_edge, behind.remove_edge) * 3, strict=False):
        harm(number)
    for number, harm in zip(nodes, (behind.change_node, behind.remove_node) * 2, strict=False):
        harm(number)
    strange = 10**9 + chance.randrange(10**6)
    behind.add_node(strange)
    behind.add_edge(nodes[0], nodes[2], strange)
    named = {f"relation {number}" for number in edges} | {f"concept {n}" for n in nodes}
    return named | {f"{strange}"}


def test_what_is_changed_behind_our_back_is_named_and_put_right(
    store: GraphInMemory | Neo4jStore,
) -> None:
    ward = Ward(store, 7)
    ward.begin()
    drugs = list(Concept.objects.filter(type__code="drug").values_list("pk", flat=True))
    diseases = list(Concept.objects.filter(type__code="disease").values_list("pk", flat=True))
    span = drawing.span(ward.passage())
    ward.apply(*(drawing.relation(a, "treats", b, span) for a in drugs for b in diseases))
    assert advance(ward.graph)
    live = store.generation() or 0

    for _ in range(ROUNDS):
        expected = changed_behind(ward, live)
        told = " | ".join(d.what for d in reconcile_graph(ward.graph, repair=True, beat=still))
        assert {each for each in expected if each not in told} == set()
        assert ward.is_equal()
