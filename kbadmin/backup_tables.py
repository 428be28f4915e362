"""Every table of the truth as a file of JSON lines, and back, on either database.

Rows are written through the models as they were at the migrations that the database stands at, so
that a backup can be taken before an update's migrations, and restored by later software.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import zstandard
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

from governance import triggers
from kbadmin.backup_files import NoBackup, sync

# What is made again and must not be brought back: whoever was logged in, which migrations the
# database has seen, how far the stores of another life had come, work left for their owner, and
# answers that were kept to be said again.
LEFT_OUT = {"django_session", "django_migrations", "llm_cursor", "llm_parked", "llm_job"}
LEFT_OUT |= {"governance_keptanswer"}
ROWS = 500
LEVEL = 6

Model = type[models.Model]
Node = tuple[str, str]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Read everything as it stood at one instant, while others go on writing."""
    if connection.in_atomic_block:
        yield
        return
    begin = {
        "sqlite": "BEGIN DEFERRED",
        "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    }
    _execute(begin[connection.vendor])
    try:
        yield
    finally:
        _execute("ROLLBACK")


def applied() -> list[Node]:
    """The migrations that the database has seen, of those that this software knows."""
    loader = MigrationExecutor(connection).loader
    return sorted(node for node in loader.applied_migrations if node in loader.graph.nodes)


def unknown(nodes: list[Node]) -> list[Node]:
    """Those of the migrations that this software does not know, because it is older."""
    return [n for n in nodes if n not in MigrationExecutor(connection).loader.graph.nodes]


def tables(nodes: list[Node]) -> list[Model]:
    """The models of every table to be kept, as they were after these migrations."""
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state(_leaves(executor, nodes))
    found = state.apps.get_models(include_auto_created=True)
    kept = [m for m in found if m._meta.managed and not m._meta.proxy]
    return sorted(
        (m for m in kept if m._meta.db_table not in LEFT_OUT), key=lambda m: m._meta.db_table
    )


def migrate_to(nodes: list[Node]) -> None:
    """Bring an empty database to exactly these migrations. Raises `NoBackup` if it is beyond."""
    executor = MigrationExecutor(connection)
    beyond = set(executor.loader.applied_migrations) - set(nodes)
    if beyond:
        raise NoBackup(
            "The database was migrated further than the backup: give an empty one. "
            f"Beyond it is {'.'.join(sorted(beyond)[0])}."
        )
    executor.migrate(_leaves(executor, nodes))


def write_table(model: Model, folder: Path) -> dict[str, Any]:
    """Write a table's rows to a file of its name; what the manifest says of it."""
    path = folder / f"{model._meta.db_table}.jsonl.zst"
    rows = 0
    with path.open("wb") as file:
        with zstandard.ZstdCompressor(level=LEVEL).stream_writer(file, closefd=False) as packed:
            packed.write(_line([f.attname for f in _fields(model)]))
            for row in _rows(model):
                packed.write(_line(row))
                rows += 1
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "table": model._meta.db_table,
        "file": f"{folder.name}/{path.name}",
        "sha256": sha256,
        "bytes": path.stat().st_size,
        "rows": rows,
        "last_id": _last_id(model),
    }


def empty(kept: list[Model]) -> None:
    """Take out what migrations put in, and the triggers that would refuse it. `migrate` puts the
    triggers back; without them nothing is served."""
    on = "" if connection.vendor == "sqlite" else " ON {}"
    there = set(connection.introspection.table_names())
    for trigger in triggers.triggers(connection.vendor):
        if trigger.table in there:
            _execute(f"DROP TRIGGER IF EXISTS {trigger.name}" + on.format(trigger.table))
    for model in kept:
        _execute(f"DELETE FROM {_name(model._meta.db_table)}")  # noqa: S608  (names of our own)


def read_table(model: Model, path: Path, told: dict[str, Any]) -> None:
    """Put the rows of a file into a table that is empty. Raises `NoBackup` if they do not fit."""
    fields = _fields(model)
    columns = ", ".join(_name(f.column) for f in fields)
    holders = ", ".join(["%s"] * len(fields))
    into = f"INSERT INTO {_name(model._meta.db_table)} ({columns}) VALUES ({holders})"  # noqa: S608
    lines = _lines(path)
    if next(lines, None) != [f.attname for f in fields]:
        raise NoBackup(f"The columns of {path.name} are not those of its migrations.")
    rows = 0
    while chunk := [_values(row, fields) for row in islice(lines, ROWS)]:
        with connection.cursor() as cursor:
            cursor.executemany(into, chunk)
        rows += len(chunk)
    if rows != told["rows"]:
        raise NoBackup(f"{path.name} holds {rows} rows, not {told['rows']}.")
    if told["last_id"] is not None:
        _continue_after(model, told["last_id"])


def _leaves(executor: MigrationExecutor, nodes: list[Node]) -> list[Node]:
    graph, chosen = executor.loader.graph, set(nodes)
    return [
        node
        for node in nodes
        if not any(c.key in chosen and c.key[0] == node[0] for c in graph.node_map[node].children)
    ]


def _fields(model: Model) -> list[Any]:
    return list(model._meta.concrete_fields)


def _rows(model: Model) -> Iterator[list[Any]]:
    fields = _fields(model)
    found = model._base_manager.order_by("pk").values_list(*(f.attname for f in fields))
    for row in found.iterator(ROWS):
        yield [_plain(field, value) for field, value in zip(fields, row, strict=True)]


def _plain(field: Any, value: Any) -> Any:
    """A column's value as JSON from which the field's own `to_python` makes it again."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(value).decode()
    if value is None or field.get_internal_type() == "JSONField":
        return value
    return value if isinstance(value, bool | int | float | str) else _spelt(value)


def _spelt(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _values(row: list[Any], fields: list[Any]) -> list[Any]:
    return [
        field.get_db_prep_save(_python(field, value), connection)
        for field, value in zip(fields, row, strict=True)
    ]


def _python(field: Any, value: Any) -> Any:
    if value is None:
        return None
    return base64.b64decode(value) if _is_binary(field) else field.to_python(value)


def _is_binary(field: Any) -> bool:
    return bool(field.get_internal_type() == "BinaryField")


def _line(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(path: Path) -> Iterator[list[Any]]:
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as packed:
        for line in io.TextIOWrapper(packed, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def _last_id(model: Model) -> int | None:
    """The last number that the database gave out; one given out is never given again."""
    if not isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
        return None
    table, column = model._meta.db_table, model._meta.pk.column
    if connection.vendor == "sqlite":
        found = _one("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    else:
        found = _one(_LAST_VALUE, [table, column])
    highest = model._base_manager.aggregate(last=models.Max("pk"))["last"]
    return max(found or 0, highest or 0)


def _continue_after(model: Model, last: int) -> None:
    table = model._meta.db_table
    if connection.vendor == "sqlite":
        _execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        _execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
        return
    column = model._meta.pk.column if model._meta.pk else "id"
    sequence = "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)"
    _execute(sequence, [table, column, max(last, 1), last > 0])


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def _execute(statement: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _one(statement: str, values: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return row[0] if row else None


_LAST_VALUE = """SELECT last_value FROM pg_sequences
    WHERE format('%%I.%%I', schemaname, sequencename)::regclass
        = pg_get_serial_sequence(%s, %s)::regclass"""
