"""What one block did to many passages of a version: told once on a time line, with all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.models import AuditEntry

TOLD_ONCE = (
    "passage.quarantined",
    "passage.quarantine_lift_begun",
    "passage.quarantine_ended",
)
# What entries of one block about one version have in common.
SAME = ("action", "at", "governs_type", "governs_id")


def without_repeats(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Of those that are told once, the first."""
    same = AuditEntry.objects.filter(**{name: OuterRef(name) for name in SAME})
    earlier = same.filter(number__lt=OuterRef("number"))
    return entries.exclude(Q(action__in=TOLD_ONCE) & Exists(earlier))


def passages_told(entries: Iterable[Any]) -> dict[int, list[str]]:
    """The numbers of the passages that each entry stands for, by the entry's own; one query."""
    told = {_same(e): e.number for e in entries if e.action in TOLD_ONCE}
    rows = AuditEntry.objects.filter(
        action__in=TOLD_ONCE,
        at__in={at for _action, at, _kind, _number in told},
        governs_id__in={number for _action, _at, _kind, number in told},
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows.order_by("number").only(*SAME, "subject_id"):
        if (number := told.get(_same(row))) is not None:
            found[number].append(row.subject_id)
    return found


def _same(entry: Any) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in SAME)
