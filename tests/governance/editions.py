"""The day on which editions of one source are made and follow each other, and how it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime

from governance.models import AuditEntry, Version
from governance.originals import Original

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
TODAY = date(2026, 8, 31)
LAST_DAY = date(2027, 2, 28)
SOON = date(2026, 10, 1)
ORIGINAL = Original("a" * 64, 3, "guideline.txt")


def last_action() -> str:
    return AuditEntry.objects.latest("number").action


def ends(version: Version) -> datetime:
    term = version.latest_term
    assert term
    return term.ends_at
