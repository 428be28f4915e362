"""Stores of the test's own, and vectors from a seeded fake encoder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.duties import Scope
from llm import clients
from llm.projections.advance import advance
from llm.projections.registry import names, projection
from tests.support.callers import Caller, program
from tests.support.encoders import FakeEncoder


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
