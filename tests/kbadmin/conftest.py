"""Stores of the test's own, and vectors from a seeded fake encoder, for those who ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llm import clients
from tests.support.encoders import FakeEncoder


@pytest.fixture
def stores(home: Path) -> Iterator[None]:
    clients.install(with_encoder=FakeEncoder(seed=1))
    yield
    clients.close()
