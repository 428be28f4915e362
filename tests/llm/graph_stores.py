"""The graph stores that a test is run with: one in memory, and Neo4j where there is one."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm.stores.neo4j import Neo4jStore
from tests.support.graph_standin import Behind, GraphInMemory

BOTH = [
    pytest.param("memory"),
    pytest.param(
        "neo4j",
        marks=[pytest.mark.servers, pytest.mark.slow],
    ),
]


def opened(name: str) -> Iterator[GraphInMemory | Neo4jStore]:
    """Empty at first. Of Neo4j there is one, which one test at a time may have."""
    if name == "memory":
        yield GraphInMemory()
        return
    uri = os.environ.get("KB_TEST_NEO4J_URI")
    if not uri:
        pytest.skip("needs KB_TEST_NEO4J_URI: make test-servers")
    with (Path(tempfile.gettempdir()) / "kb-neo4j.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        store = Neo4jStore(uri)
        Behind(store).empty()
        yield store
        store.close()
