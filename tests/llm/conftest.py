"""Stores of the test's own, and vectors from a seeded fake encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from governance import clock
from governance.duties import Scope
from governance.models import Account, Relation, Version
from llm import clients
from llm.projections.advance import advance
from llm.projections.registry import names, projection
from llm.stores.neo4j import Neo4jStore
from tests.llm.graph_stores import BOTH, opened
from tests.support import graph as drawing
from tests.support.callers import Caller, program
from tests.support.encoders import FakeEncoder
from tests.support.graph_standin import GraphInMemory


@pytest.fixture(autouse=True)
def encoder(home: Path) -> Iterator[FakeEncoder]:
    fake = FakeEncoder(seed=1)
    clients.install(with_encoder=fake)
    yield fake
    clients.close()


@pytest.fixture
def tier(db: None) -> Caller:
    return program(Scope.RETRIEVE)


def follow() -> None:
    """Bring every projection to the end of the trail."""
    for name in names():
        advance(projection(name))


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[GraphInMemory | Neo4jStore]:
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


@pytest.fixture
def at() -> Callable[[], datetime]:
    """What time it is whenever it is asked."""
    return clock.now
