"""Carries a derived store forward along the trail.

An entry only says what to look at. What to do follows from how that version, or that relation,
stands now, so late, doubled or shuffled messages do no harm, and a crash half-way is made good by
going the same way again. No transaction is open while a store is written to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
Settle = Callable[[int, Beat], None]


@dataclass(frozen=True)
class Subject:
    """What a store is made to agree with the truth about: its kind, and its number."""

    kind: str
    number: int


class Projection(Protocol):
    """One derived store. Each method may be called twice for the same thing."""

    name: str

    @property
    def settlers(self) -> Mapping[str, Settle]:
        """The kinds of subjects that matter here, and how to make the store agree with the truth
        about one of them, as it stands now."""

    def is_missing(self) -> bool:
        """There is no store yet, or no more, so that everything must be settled."""

    def prepare(self, beat: Beat) -> bool:
        """Make a store where it is missing. True where it then holds all that it has to."""

    def drop_unknown(self, beat: Beat) -> None:
        """Take away what belongs to no version that the truth wants in the store."""

    def finish(self, number: int) -> None:
        """Everything up to this number of the trail has been settled."""

    def is_gone(self, version_id: int) -> bool:
        """Read the store: nothing is left of what the truth no longer wants there."""


def advance(projection: Projection) -> bool:
    """Bring a store to the end of the trail. False if another worker is at it.

    What cannot be settled is parked and does not hold up the others. A store that does
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
        settled = _settle_all(projection, cursor, subjects_of(entries), entries[-1].number)
        confirm_open_exits(projection, only=settled)
        cursor.move(entries[-1].number, epoch=epoch)
    if due := Parked.objects.due(projection.name, clock.now()):
        waiting = [Subject(parked.kind, parked.number) for parked in due]
        _settle_all(projection, cursor, waiting, cursor.number)
    confirm_open_exits(projection)


def _begin(projection: Projection, cursor: Cursor) -> str:
    """Go back to the beginning where the store is missing, or the trail is another one.

    The cursor moves first: whoever is killed between the two finds the store missing still.
    """
    epoch = TrailHead.objects.values_list("epoch", flat=True).get()
    is_missing, came = projection.is_missing(), cursor.number
    if is_missing or cursor.epoch != epoch:
        cursor.move(0, epoch=cursor.epoch)
        is_whole = projection.prepare(cursor.hold)
        projection.drop_unknown(cursor.hold)
        # What left force since then is looked at again all the same: its exit is recorded.
        cursor.move(came if is_whole and cursor.epoch == epoch else 0, epoch=epoch)
    return epoch


def subjects_of(entries: Sequence[AuditEntry]) -> list[Subject]:
    return list(dict.fromkeys(Subject(e.governs_type, int(e.governs_id)) for e in entries))


def _settle_all(
    projection: Projection, cursor: Cursor, subjects: Sequence[Subject], number: int
) -> set[int]:
    """Settle the subjects of a step, and finish it. Returns the versions that could be settled.

    The lease is asked for once more after the last write: whoever had lost it by then may have
    written over what a successor wrote, and has it all looked at again.
    """
    mine = [s for s in subjects if s.kind in projection.settlers]
    try:
        settled = {s for s in mine if _settle(projection, cursor, s)}
        cursor.hold()
        projection.finish(number)
        cursor.hold()
    except LostLease:
        for subject in mine:
            Parked.objects.look_again(
                projection.name, subject.number, kind=subject.kind, at=clock.now()
            )
        raise
    return {subject.number for subject in settled if subject.kind == "version"}


def _settle(projection: Projection, cursor: Cursor, subject: Subject) -> bool:
    cursor.hold()
    kind, number = subject.kind, subject.number
    mine = Parked.objects.filter(projection=projection.name, kind=kind, number=number)
    before = mine.first()
    try:
        projection.settlers[kind](number, cursor.hold)
    except (LostLease, StoreAway, Unavailable):
        raise
    except Exception as error:
        log.exception("%s could not settle %s %s.", projection.name, kind, number)
        Parked.objects.park(projection.name, number, error, kind=kind, at=clock.now())
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
