"""Half-open spans of time, and the one comparison by which something is in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q


class SpanQuerySet(models.QuerySet[Any]):
    def holding(self, at: datetime) -> Self:
        return self.filter(holds(at))


def holds(at: datetime, *, prefix: str = "") -> Q:
    """The span began at or before the instant and ends after it, or has no end yet."""
    begun = Q(**{f"{prefix}starts_at__lte": at})
    open_ended = Q(**{f"{prefix}ends_at__isnull": True})
    return begun & (open_ended | Q(**{f"{prefix}ends_at__gt": at}))


class Span(models.Model):
    """From `starts_at`, inclusive, until `ends_at`, exclusive; None is open."""

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)
