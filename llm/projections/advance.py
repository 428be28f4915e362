"""Carries a derived store forward along the trail.

An entry only says which version to look at. What to do follows from how that version stands now,
so late, doubled or shuffled messages do no harm, and a crash half-way is made good by going the
same way again. No transaction is open while a store is written to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from governance import clock
from governance.models import AuditEntry, TrailHead
from llm.embedding import Unavailable
from llm.models import Cursor, Exit, LostLease, Parked
from llm.stores.port import StoreAway

log = logging.getLogger(__name__)

BATCH = 200

# What takes a version, or passages of it, out of a store.
LEAVING = frozenset(
    {"version.superseded", "version.retired", "version.quarantined", "passage.quarantined"}
)

Beat = Callable[[], None]


class Projection(Protocol):
    """One derived store. Each method may be called twice for the same thing."""

    name: str

    def is_missing(self) -> bool:
        """There is no store yet, or no more, so that everything must be settled."""

    def prepare(self) -> None:
        """Make an empty store where it is missing."""

    def drop_unknown(self, beat: Beat) -> None:
        """Take away what belongs to no version that the truth wants in the store."""

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
        error = "It stopped unexpectedly; the log says why."
        try:
            _walk(projection, cursor)
            error = ""
        except LostLease:
            log.warning("Another worker has taken over %s.", projection.name)
            return False
        except (StoreAway, Unavailable) as away:
            error = repr(away)
            raise
        finally:
            cursor.release(error=error)
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
    # Before anything is asked of the store, so that the record is open while the store is away.
    _open_exits(projection, knowledge_after(cursor.number))
    epoch = _begin(projection, cursor)
    while entries := knowledge_after(cursor.number):
        _open_exits(projection, entries)
        settled = _settle_all(projection, cursor, _versions(entries), entries[-1].number)
        confirm_open_exits(projection, only=settled)
        cursor.move(entries[-1].number, epoch=epoch)
    if waiting := Parked.objects.due(projection.name, clock.now()):
        _settle_all(projection, cursor, waiting, cursor.number)
    confirm_open_exits(projection)


def _begin(projection: Projection, cursor: Cursor) -> str:
    """Go back to the beginning where the store is missing, or the trail is another one.

    The cursor moves first: whoever is killed between the two finds the store missing still.
    """
    epoch = TrailHead.objects.values_list("epoch", flat=True).get()
    is_missing = projection.is_missing()
    if is_missing or cursor.epoch != epoch:
        cursor.move(0, epoch=cursor.epoch)
        projection.prepare()
        projection.drop_unknown(cursor.hold)
        cursor.move(0, epoch=epoch)
    return epoch


def _versions(entries: Sequence[AuditEntry]) -> list[int]:
    return list(dict.fromkeys(int(e.governs_id) for e in entries if e.governs_type == "version"))


def _settle_all(
    projection: Projection, cursor: Cursor, versions: Sequence[int], number: int
) -> set[int]:
    """Settle the versions of a step, and finish it. Returns those that could be settled.

    The lease is asked for once more after the last write: whoever had lost it by then may have
    written over what a successor wrote, and has it all looked at again.
    """
    try:
        settled = {v for v in versions if _settle(projection, cursor, v)}
        cursor.hold()
        projection.finish(number)
        cursor.hold()
    except LostLease:
        Parked.objects.look_again(projection.name, versions, at=clock.now())
        raise
    return settled


def _settle(projection: Projection, cursor: Cursor, version_id: int) -> bool:
    cursor.hold()
    mine = Parked.objects.filter(projection=projection.name, version=version_id)
    before = mine.first()
    try:
        projection.settle(version_id, cursor.hold)
    except (LostLease, StoreAway, Unavailable):
        raise
    except Exception as error:
        log.exception("%s could not settle version %s.", projection.name, version_id)
        Parked.objects.park(projection.name, version_id, error, at=clock.now())
        return False
    if before:
        # Not what was parked meanwhile by a worker that had lost its lease.
        mine.filter(retry_at=before.retry_at).delete()
    return True


def _open_exits(projection: Projection, entries: Sequence[AuditEntry]) -> None:
    """Open the record of what left; it is closed once the store is read back empty of it."""
    for entry in entries:
        if entry.action in LEAVING:
            Exit.objects.get_or_create(
                projection=projection.name,
                version_id=int(entry.governs_id),
                number=entry.number,
                defaults={"left_at": entry.at},
            )


def confirm_open_exits(projection: Projection, *, only: set[int] | None = None) -> None:
    waiting = Exit.objects.filter(projection=projection.name, confirmed_at=None)
    if only is not None:
        waiting = waiting.filter(version__in=only)
    seen = list(waiting.values_list("pk", "version_id"))
    for version_id in {version_id for _pk, version_id in seen}:
        if projection.is_gone(version_id):
            mine = [pk for pk, version in seen if version == version_id]
            waiting.filter(pk__in=mine).update(confirmed_at=clock.now())
