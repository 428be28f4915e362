"""Which accounts too many wrong passwords have locked, as django-axes counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import QuerySet, Sum

from governance import clock


@dataclass(frozen=True)
class LockOut:
    """How many wrong passwords were given, when the last of them, and until when it holds.

    What is tried meanwhile counts too and prolongs it. When the others were given is not kept.
    """

    wrong: int
    last_at: datetime
    until: datetime


def locked_names(at: datetime) -> QuerySet[Any]:
    """Rows of one `username` each. The order is taken away, for it would part what is counted."""
    counted = _lately(at).order_by().values("username").annotate(wrong=Sum("failures_since_start"))
    names: QuerySet[Any] = counted.filter(wrong__gte=settings.AXES_FAILURE_LIMIT)
    return names.values("username")


def is_locked(username: str) -> bool:
    return lock_out_of(username, clock.now()) is not None


def lock_out_of(username: str, at: datetime) -> LockOut | None:
    """A row is a caller, and is forgotten a while after that caller's last wrong password."""
    rows = list(_lately(at).filter(username=username).order_by("attempt_time"))
    wrong = left = sum(row.failures_since_start for row in rows)
    for row in rows:
        left -= row.failures_since_start
        if left < settings.AXES_FAILURE_LIMIT <= wrong:
            until = row.attempt_time + settings.AXES_COOLOFF_TIME
            return LockOut(wrong, rows[-1].attempt_time, until)
    return None


def end(username: str) -> bool:
    """Forget the wrong passwords; whether there were any."""
    return bool(reset(username=username))


def _lately(at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = AccessAttempt.objects.filter(
        attempt_time__gte=at - settings.AXES_COOLOFF_TIME
    )
    return rows
