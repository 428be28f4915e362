"""Which rows are called back: asked of the truth at any instant, and told as the trail goes on.

Being called back is a comparison with the truth as it stands, as being in force is. What the trail
brings about is written down besides, so that whoever cut a set or trained on it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from uuid import UUID

from django.db.models import Q, QuerySet

from governance import clock
from governance.models import AuditEntry, Quarantine, TrailHead, Version
from llm.actions import training_sets
from llm.actions.training_sets import Left
from llm.models import Cursor, TrainingRow, TrainingRowPassage, TrainingSet, WhyRecalled
from llm.training.fitness import trainable

CURSOR = "training"
BATCH = 500
WHY = {
    "version.superseded": WhyRecalled.LEFT_FORCE,
    "version.retired": WhyRecalled.LEFT_FORCE,
    "version.left_force": WhyRecalled.LEFT_FORCE,
    "version.quarantined": WhyRecalled.QUARANTINED,
    "passage.quarantined": WhyRecalled.QUARANTINED,
    "source.edited": WhyRecalled.LICENCE,
}


@dataclass(frozen=True)
class CalledBack:
    """What of a set is unfit now: versions that left, those that may train no more, and passages
    that are quarantined by themselves."""

    set: TrainingSet
    left: frozenset[int]
    unlicensed: frozenset[int]
    quarantined: frozenset[int]

    def made_of(self) -> QuerySet[TrainingRowPassage]:
        """By which passages rows are called back. Of what was rejected only its licence counts."""
        gone = Q(version__in=self.left) | Q(passage__in=self.quarantined)
        unfit = Q(version__in=self.unlicensed) | Q(must_hold=True) & gone
        return TrainingRowPassage.objects.of(self.set.ordered).filter(unfit)

    def rows(self) -> QuerySet[TrainingRow]:
        return TrainingRow.objects.filter(pk__in=self.made_of().values("row")).order_by("pk")

    def count(self) -> int:
        return self.made_of().values("row").distinct().count() if self.is_any else 0

    @property
    def is_any(self) -> bool:
        return bool(self.left or self.unlicensed or self.quarantined)

    def why(self, version: int) -> WhyRecalled:
        if version in self.unlicensed:
            return WhyRecalled.LICENCE
        return WhyRecalled.LEFT_FORCE if version in self.left else WhyRecalled.QUARANTINED


def called_back(made: TrainingSet, *, at: datetime) -> CalledBack:
    """Asked by version, of which there are few, and not by row."""
    versions = _versions_of_cut(made.ordered) if made.pk else _versions_of(made.ordered)
    licensed = versions & set(trainable().values_list("pk", flat=True))
    holding = Version.objects.in_force(at).servable().values_list("pk", flat=True)
    there = versions & set(holding)
    apart = Quarantine.objects.holding(at).exclude(passage=None)
    single = {p for p, v in apart.values_list("passage", "version") if p and v in there}
    return CalledBack(made, versions - there, versions - licensed, frozenset(single))


def _versions_of(ordered: UUID) -> frozenset[int]:
    rows = TrainingRowPassage.objects.of(ordered).order_by()
    return frozenset(rows.values_list("version", flat=True).distinct())


@lru_cache(maxsize=64)
def _versions_of_cut(ordered: UUID) -> frozenset[int]:
    """Remembered, for the rows of a set that was cut never change; they may be a million."""
    return _versions_of(ordered)


def follow() -> int:
    """Read on in the trail, and write down which sets lost rows. How many times one did.

    Does nothing where another worker is at it.
    """
    cursor = Cursor.objects.lease(CURSOR)
    if cursor is None:
        return 0
    error = "It stopped unexpectedly; the log says why."
    try:
        written = 0
        while (some := _some(cursor)) is not None:
            written += some
        error = ""
        return written
    finally:
        cursor.release(error=error)


def _some(cursor: Cursor) -> int | None:
    """None at the end of the trail. Where nothing left, the trail is not held up by it."""
    epoch, last = TrailHead.objects.values_list("epoch", "size").get()
    start = cursor.number if cursor.epoch in ("", epoch) else 0
    if start >= last and cursor.epoch == epoch:
        return None
    rows = AuditEntry.objects.after(start).filter(number__lte=last, action__in=WHY)
    entries = list(rows[:BATCH])
    reached = entries[-1].number if len(entries) == BATCH else last
    found = list(_left(entries)) if TrainingSet.objects.exists() else []
    if not found:
        cursor.move(reached, epoch=epoch)
        return 0
    return training_sets.recall(found=found, reached=reached, epoch=epoch, cursor=cursor)


def _left(entries: Sequence[AuditEntry]) -> Iterator[Left]:
    """Once for all that one instant did to a version; nothing of what is fit again meanwhile."""
    for _key, some in groupby(entries, key=lambda e: (e.at, e.action, e.governs_id)):
        together = list(some)
        for made in TrainingSet.objects.filter(cut_at__lte=together[0].at).order_by("pk"):
            yield from _left_of(made, together)


def _left_of(made: TrainingSet, entries: Sequence[AuditEntry]) -> Iterator[Left]:
    entry = entries[-1]
    mine = _touched(made, entry)
    if not mine.exists():
        return
    unfit = called_back(made, at=clock.now()).made_of()
    passages = {int(e.subject_id) for e in entries if e.subject_type == "passage"}
    for version in mine.order_by("version").values_list("version", flat=True).distinct():
        rows = unfit.filter(version=version)
        rows = rows.filter(passage__in=passages) if passages else rows
        if count := rows.values("row").distinct().count():
            one = next(iter(passages)) if len(passages) == 1 else None
            yield Left(made, version, one, WHY[entry.action], count, entry.number)


def _touched(made: TrainingSet, entry: AuditEntry) -> QuerySet[TrainingRowPassage]:
    rows = TrainingRowPassage.objects.filter(set=made)
    if entry.governs_type == "source":
        return rows.filter(version__source=int(entry.governs_id))
    return rows.filter(version=int(entry.governs_id))
