"""What time it is. Asked at the edges only; everything further in is told (`at=`, `today=`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.utils import timezone

_set_to: ContextVar[datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> datetime:
    return _set_to.get() or timezone.now()


def today() -> date:
    """The day it is in the hospital."""
    return timezone.localdate(now())


def start_of(day: date) -> datetime:
    """The instant at which a day of the hospital's calendar begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


@contextmanager
def set_to(at: datetime) -> Iterator[None]:
    """Let history be written in its order, as the sample of `serve --demo` does.

    The trail refuses an instant before its last entry, so this cannot backdate anything.
    """
    token = _set_to.set(at)
    try:
        yield
    finally:
        _set_to.reset(token)
