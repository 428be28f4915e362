"""Whatever the column, of a governed row or of one that is part of it: its change is found.

The rows are compared as they were read, so that one database speaks for both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from governance.verification import governed_models
from tests.support.tampering import Deed, named, sql, tamper

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,
    pytest.mark.usefixtures("tampered_world"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite alone can look away"),
]
LATER = datetime(2026, 9, 9, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "BooleanField": None,
    "DateTimeField": LATER,
    "DateField": LATER.date(),
    "JSONField": '["other"]',
    "CharField": "zz",
    "TextField": "zz",
}
PARTS = ("contributors", "reviews", "terms", "quarantines", "retirements", "identifiers")


def columns_of(model: type[Any]) -> list[str]:
    left_out = {"id", *getattr(model, "ungoverned", ())}
    return [f.column for f in model._meta.concrete_fields if f.column not in left_out]


def tables() -> list[tuple[type[Any], type[Any]]]:
    """Each governed model with itself and with each of its parts."""
    own: list[tuple[type[Any], type[Any]]] = [(model, model) for model in governed_models()]
    parts: list[tuple[type[Any], type[Any]]] = [
        (model, getattr(model, part).rel.related_model)
        for model in governed_models()
        for part in model.parts
    ]
    return [pair for pair in own + parts if pair[0]._meta.app_label == "governance"]


CASES = [
    pytest.param(owner, row, column, id=f"{owner.__name__}-{row.__name__}-{column}")
    for owner, row in tables()
    for column in columns_of(row)
]


def exchanged(row: type[Any], column: str) -> Deed:
    """Give the first row another value in a column, whatever it was."""
    field = next(f for f in row._meta.concrete_fields if f.column == column)
    first = row._default_manager.order_by("pk").first()
    if first is None:
        pytest.skip("There is no row of this kind here.")
    value = getattr(first, field.attname)
    if isinstance(value, datetime):
        changed: Any = value - timedelta(microseconds=1)
    elif field.get_internal_type() == "BooleanField":
        changed = not value
    elif isinstance(value, int):
        changed = value + 1000
    else:
        changed = VALUES.get(field.get_internal_type(), 77)
    sql_of = f"UPDATE {row._meta.db_table} SET {connection.ops.quote_name(column)} = %s"
    return lambda: sql(f"{sql_of} WHERE id = %s", changed, first.pk)


def without_checks(deed: Deed) -> Deed:
    """SQLite can be told to look away."""

    def act() -> None:
        sql("PRAGMA ignore_check_constraints = ON")
        deed()
        sql("PRAGMA ignore_check_constraints = OFF")

    return act


@pytest.mark.parametrize(("owner", "row", "column"), CASES)
def test_changed_column_is_found(owner: type[Any], row: type[Any], column: str) -> None:
    tamper(without_checks(exchanged(row, column)))

    names = {name.split()[0] for name in named()}
    assert owner._meta.model_name in names
