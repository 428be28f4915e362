"""Which accounts too many wrong passwords have locked, as django-axes counts them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import QuerySet, Sum

from governance import clock


def locked_names(at: datetime) -> QuerySet[Any]:
    """Rows of one `username` each. The order is taken away, for it would part what is counted."""
    lately = AccessAttempt.objects.filter(attempt_time__gte=at - settings.AXES_COOLOFF_TIME)
    counted = lately.order_by().values("username").annotate(wrong=Sum("failures_since_start"))
    names: QuerySet[Any] = counted.filter(wrong__gte=settings.AXES_FAILURE_LIMIT)
    return names.values("username")


def is_locked(username: str) -> bool:
    return bool(locked_names(clock.now()).filter(username=username).exists())


def end(username: str) -> bool:
    """Forget the wrong passwords; whether there were any."""
    return bool(reset(username=username))
