"""What the tests against running processes share: one embedded installation, one fleet."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.embeddings_endpoint import running_endpoint
from tests.support.fleet import Fleet, running_fleet
from tests.support.served import Served, served


@pytest.fixture(scope="module")
def hospital() -> Iterator[Served]:
    """`manage.py serve` in one process, with the staff."""
    with running_endpoint() as endpoint, served(EMBEDDING_MODEL=endpoint.address) as hospital:
        yield hospital


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    """Web, two workers and the schedule over PostgreSQL and Redis."""
    database, broker = os.environ.get("DATABASE_URL"), os.environ.get("KB_TEST_REDIS_URL")
    if not database or not broker:
        pytest.skip("needs DATABASE_URL and KB_TEST_REDIS_URL: make test-servers")
    lane = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with running_fleet(database=database, broker=broker, lane=lane) as fleet:
        yield fleet


@pytest.fixture
def steady(fleet: Fleet) -> Iterator[Fleet]:
    """The fleet, with whatever the test took away given back afterwards."""
    yield fleet
    fleet.store_fails_with(None)
    fleet.watch.pause = 0.0
    fleet.launch_ready(
        *(name for name in ("one", "two", "web") if not fleet.running[name].is_alive)
    )
