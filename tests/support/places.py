"""Places for backups: the world as the test left it, and an empty one to restore into."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from llm import clients

_DATABASE = "db.sqlite3"


@contextmanager
def empty_place(folder: Path) -> Iterator[Path]:
    """A home and an SQLite database with nothing in them, in place of the test's, for a while.

    What is laid there before is found there.
    """
    quick = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA foreign_keys=ON;"}
    lent, home = cast(Any, connections)["default"], settings.KB_HOME
    before = dict(connections.databases["default"])
    clients.close()
    folder.mkdir(parents=True, exist_ok=True)
    settings.KB_HOME = folder
    connections.databases["default"].update(
        ENGINE="django.db.backends.sqlite3", NAME=str(folder / _DATABASE), OPTIONS=quick
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


@contextmanager
def migrated_place(folder: Path) -> Iterator[Path]:
    """An empty place after `migrate`, which takes two seconds the first time alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _DATABASE).write_bytes(_migrated())
    with empty_place(folder):
        yield folder


@functools.cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        with empty_place(Path(name)):
            call_command("migrate", verbosity=0)
        return (Path(name) / _DATABASE).read_bytes()
