"""When a version is in force, worked out a second time, from the rows of decisions alone.

It looks at no term and uses none of the product's arithmetic, so that it can be wrong only in
other ways than the product is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from governance.models import Quarantine, Retirement, Review, Source, Version

HOSPITAL = ZoneInfo("Asia/Shanghai")
NEVER = datetime.max.replace(tzinfo=HOSPITAL)
TICK = timedelta(microseconds=1)

Stretch = tuple[datetime, datetime]


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HOSPITAL)


@dataclass(frozen=True)
class Record:
    """What was decided about one version. `decisions`: instant and day when due, in order."""

    version: int
    effective_from: date | None
    effective_until: date | None
    decisions: tuple[tuple[datetime, date], ...]
    retired_at: datetime
    quarantines: tuple[Stretch, ...]

    def alone(self) -> list[Stretch]:
        """When it would be in force if its source had no other version."""
        found: list[Stretch] = []
        for at, due in self.decisions:
            last_days = [d for d in (due, self.effective_until) if d]
            end = min(midnight(d + timedelta(days=1)) for d in last_days)
            if found and at < found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                start = midnight(self.effective_from) if self.effective_from else at
                found.append((max(at, start), end))
        cut = [(start, min(end, self.retired_at)) for start, end in found]
        return [(start, end) for start, end in cut if start < end]


class Oracle:
    """Answers for one source."""

    def __init__(self, source: Source) -> None:
        self.records = [_record(version) for version in source.versions.order_by("pk")]

    def stretches(self, record: Record) -> list[Stretch]:
        """When nothing but a quarantine keeps it from being served."""
        others = [start for r in self.records if r != record for start, _ in r.alone()]
        return [
            (start, min([end, *(other for other in others if other > start)]))
            for start, end in record.alone()
        ]

    def in_force(self, at: datetime) -> set[int]:
        return {r.version for r in self.records if self._holds(r, at)}

    def _holds(self, record: Record, at: datetime) -> bool:
        runs = any(start <= at < end for start, end in self.stretches(record))
        return runs and not any(start <= at < end for start, end in record.quarantines)

    def instants(self) -> list[datetime]:
        """Every instant at which an answer could change, with the moments around it."""
        return sorted(e + step for e in self.edges() for step in (-TICK, timedelta(0), TICK))

    def edges(self) -> list[datetime]:
        """Every instant at which an answer could change, and some at which it must not."""
        edges: set[datetime] = set()
        for record in self.records:
            spans = [*record.alone(), *self.stretches(record), *record.quarantines]
            edges |= {edge for span in spans for edge in span}
            edges |= {at for at, _ in record.decisions}
            days = {d for _, due in record.decisions for d in (due, record.effective_until) if d}
            edges |= {midnight(d + timedelta(days=n)) for d in days for n in (0, 1, 2)}
        return sorted(edges - {NEVER})


def _record(version: Version) -> Record:
    reviews = Review.objects.filter(version=version).exclude(review_due=None).order_by("pk")
    retired = Retirement.objects.filter(version=version).first()
    kept = Quarantine.objects.filter(version=version, passage=None)
    return Record(
        version.pk,
        version.effective_from,
        version.effective_until,
        tuple((r.at, r.review_due) for r in reviews if r.review_due),
        retired.at if retired else NEVER,
        tuple((q.starts_at, q.ends_at or NEVER) for q in kept),
    )
