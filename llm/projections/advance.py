"""Carries a derived store forward along the trail.

An entry only says which version to look at. What to do follows from how that version stands now,
so late, doubled or shuffled messages do no harm, and a crash half-way is made good by going the
same way again. No transaction is open while a store is written to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from governance import clock
from governance.models import AuditEntry, TrailHead
from llm.embedding import Unavailable
from llm.models import Cursor, Exit, LostLease, Parked
from llm.stores.port import StoreAway

log = logging.getLogger(__name__)

BATCH = 200
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)

# What takes a version, or passages of it, out of a store.
LEAVING = frozenset(
    {"version.superseded", "version.retired", "version.quarantined", "passage.quarantined"}
)

Beat = Callable[[], None]


class Projection(Protocol):
    """One derived store. Each method may be called twice for the same thing."""

    name: str

    def prepare(self) -> bool:
        """Make the store ready. True if it is new and empty, so that all must be settled."""

    def settle(self, version_id: int, beat: Beat) -> None:
        """Make the store agree with the truth about one version, as it stands now."""

    def finish(self, number: int) -> None:
        """Everything up to this number of the trail has been settled."""

    def is_gone(self, version_id: int) -> bool:
        """Read the store: nothing is left of what the truth no longer wants there."""


def advance(projection: Projection) -> bool:
    """Bring a store to the end of the trail. False if another worker is at it.

    A version that cannot be settled is parked and does not hold up the others. A store that does
    not answer parks nothing: the cursor stays where it is. Raises `StoreAway`.
    """
    while cursor := Cursor.objects.lease(projection.name):
        try:
            _walk(projection, cursor)
        except LostLease:
            log.warning("Another worker has taken over %s.", projection.name)
            return False
        except (StoreAway, Unavailable) as error:
            cursor.release(error=repr(error))
            raise
        cursor.release()
        # What came while the lease was still held rang in vain.
        if not behind(cursor):
            return True
    return False


def knowledge_after(number: int) -> list[AuditEntry]:
    return list(AuditEntry.objects.knowledge().after(number)[:BATCH])


def last_knowledge() -> int:
    return AuditEntry.objects.knowledge().last_number()


def behind(cursor: Cursor) -> int:
    """How many changes of knowledge a store has not followed yet."""
    return AuditEntry.objects.knowledge().after(cursor.number).count()


def _walk(projection: Projection, cursor: Cursor) -> None:
    epoch = TrailHead.objects.values_list("epoch", flat=True).get()
    if projection.prepare() or cursor.epoch != epoch:
        cursor.move(0, epoch=epoch)
    while entries := knowledge_after(cursor.number):
        settled = _settle_all(projection, cursor, _versions(entries))
        projection.finish(entries[-1].number)
        _confirm_exits(projection, entries, settled)
        cursor.move(entries[-1].number, epoch=epoch)
    due = Parked.objects.filter(projection=projection.name, retry_at__lte=clock.now())
    if waiting := list(due.values_list("version_id", flat=True)):
        _settle_all(projection, cursor, waiting)
        projection.finish(cursor.number)
    confirm_open_exits(projection)


def _versions(entries: Sequence[AuditEntry]) -> list[int]:
    return list(dict.fromkeys(int(e.governs_id) for e in entries if e.governs_type == "version"))


def _settle_all(projection: Projection, cursor: Cursor, versions: Sequence[int]) -> set[int]:
    settled = set()
    for version_id in versions:
        cursor.hold()
        try:
            projection.settle(version_id, cursor.hold)
        except LostLease:
            _look_again(projection, version_id)
            raise
        except (StoreAway, Unavailable):
            raise
        except Exception as error:
            log.exception("%s could not settle version %s.", projection.name, version_id)
            _park(projection, version_id, error)
        else:
            Parked.objects.filter(projection=projection.name, version=version_id).delete()
            settled.add(version_id)
    return settled


def _look_again(projection: Projection, version_id: int) -> None:
    """Somebody else has the store; what was written last may be stale. Have it settled anew."""
    now = clock.now()
    Parked.objects.update_or_create(
        projection=projection.name,
        version_id=version_id,
        defaults={"error": "The lease was lost while it was settled.", "retry_at": now},
        create_defaults={"error": "The lease was lost.", "retry_at": now, "since": now},
    )


def _park(projection: Projection, version_id: int, error: Exception) -> None:
    now = clock.now()
    parked, _new = Parked.objects.get_or_create(
        projection=projection.name,
        version_id=version_id,
        defaults={"since": now, "retry_at": now, "error": ""},
    )
    pause = min(FIRST_PAUSE * 2**parked.attempts, LONGEST_PAUSE)
    parked.attempts, parked.error = parked.attempts + 1, repr(error)[:2000]
    parked.retry_at = now + pause
    parked.save(update_fields=["attempts", "error", "retry_at"])


def _confirm_exits(
    projection: Projection, entries: Sequence[AuditEntry], settled: set[int]
) -> None:
    """Open the exit record of what left, and close it once the store is read back empty of it."""
    for entry in entries:
        if entry.action in LEAVING:
            Exit.objects.get_or_create(
                projection=projection.name,
                version_id=int(entry.governs_id),
                number=entry.number,
                defaults={"left_at": entry.at},
            )
    confirm_open_exits(projection, only=settled)


def confirm_open_exits(projection: Projection, *, only: set[int] | None = None) -> None:
    waiting = Exit.objects.filter(projection=projection.name, confirmed_at=None)
    if only is not None:
        waiting = waiting.filter(version__in=only)
    for version_id in set(waiting.values_list("version_id", flat=True)):
        if projection.is_gone(version_id):
            waiting.filter(version=version_id).update(confirmed_at=clock.now())
