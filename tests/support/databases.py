"""Databases that tests may spoil: rolled back, or a copy of their own with real transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.db import connection, connections, transaction

from governance import triggers


@contextmanager
def rolled_back() -> Iterator[None]:
    """What happens inside has not happened afterwards. Actions may run inside."""
    block = transaction.atomic()
    # As in Django's own TestCase: without it a durable block inside would be refused.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def triggers_away() -> Iterator[None]:
    """Like somebody who owns the database: no trigger looks while it lasts, and all are back then.

    On PostgreSQL foreign keys do not look either; on SQLite they wait for a commit anyway.
    """
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql:
            cursor.execute("SET session_replication_role = replica")
        else:
            for trigger in triggers.triggers(connection.vendor):
                cursor.execute(f"DROP TRIGGER {trigger.name}")
        yield
        if postgresql:
            cursor.execute("SET session_replication_role = DEFAULT")
        else:
            triggers.install(connection)


@contextmanager
def own_copy(folder: Path) -> Iterator[None]:
    """A copy of the test database for threads with real transactions, gone afterwards.

    Tables that are append-only cannot be emptied after a test as Django would do it.
    """
    lent = cast(Any, connections)["default"]
    name = lent.settings_dict["NAME"]
    if lent.vendor == "postgresql":
        copy = f"{name}_copy"
        lent.close()
        _outside(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    else:
        copy = str(folder / "copy.sqlite3")
        _copied(lent, copy)
    connections.databases["default"]["NAME"] = copy
    del cast(Any, connections)["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.databases["default"]["NAME"] = name
        cast(Any, connections)["default"] = lent
        if lent.vendor == "postgresql":
            _outside(f'DROP DATABASE "{copy}"')


def _copied(lent: Any, to: str) -> None:
    lent.ensure_connection()
    copy = sqlite3.connect(to)
    lent.connection.backup(copy)
    copy.close()


def _outside(statement: str) -> None:
    with cast(Any, connections)["default"]._nodb_cursor() as cursor:
        cursor.execute(statement)
