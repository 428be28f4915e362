"""Places for backups: the world as the test left it, and an empty one to restore into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connections

from llm import clients


@contextmanager
def empty_place(folder: Path) -> Iterator[Path]:
    """A home and an SQLite database with nothing in them, in place of the test's, for a while."""
    quick = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA foreign_keys=ON;"}
    lent, home = cast(Any, connections)["default"], settings.KB_HOME
    before = dict(connections.databases["default"])
    clients.close()
    folder.mkdir(parents=True, exist_ok=True)
    settings.KB_HOME = folder
    connections.databases["default"].update(
        ENGINE="django.db.backends.sqlite3", NAME=str(folder / "db.sqlite3"), OPTIONS=quick
    )
    del cast(Any, connections)["default"]
    try:
        yield folder
    finally:
        clients.close()
        connections["default"].close()
        connections.databases["default"].update(before)
        cast(Any, connections)["default"] = lent
        settings.KB_HOME = home
