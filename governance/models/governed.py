"""What makes a row governed: the trail can say what it must be."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.timezone import is_aware
from simple_history.models import HistoricalRecords

Json = Any

# Who is changing something, and why, for the admin's history pages. Set by `changing()`.
changed_by: ContextVar[Any] = ContextVar("changed_by", default=None)
changed_because: ContextVar[str] = ContextVar("changed_because", default="")


class FieldHistory(HistoricalRecords):
    """django-simple-history, told who and why by the block that makes the change."""

    def get_change_reason_for_object(self, instance: Any, history_type: str, using: Any) -> str:
        return changed_because.get()[:100]

    def get_history_user(self, instance: Any) -> Any:
        return changed_by.get()


class Governed(models.Model):
    """A row whose whole state, with that of its `parts`, is committed to in the trail."""

    parts: ClassVar[tuple[str, ...]] = ()
    # Columns that change without being knowledge or duty, such as the last login.
    ungoverned: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def state(self) -> dict[str, Json]:
        """Every governed column of this row and of its parts, as plain JSON."""
        state: dict[str, Json] = columns(self, leave_out=self.ungoverned)
        for part in self.parts:
            rows = getattr(self, part).order_by("pk")
            state[part] = [columns(row) for row in rows]
        return state


def columns(row: models.Model, *, leave_out: frozenset[str] = frozenset()) -> dict[str, Json]:
    fields = (f for f in row._meta.concrete_fields if f.name not in leave_out)
    return {f.attname: plain(getattr(row, f.attname)) for f in fields}


def plain(value: object) -> Json:
    """A column's value as JSON, the same on every database and in every time zone."""
    if isinstance(value, datetime):
        return round(value.timestamp() * 1_000_000) if is_aware(value) else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
