"""Files that were brought in: received, read for proposals, then registered or discarded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from governance import clock, originals
from governance.actions import intake, uploads
from governance.doorbell import ring
from governance.errors import AlreadyIncoming, ChangedMeanwhile
from governance.identifiers import IdentifierKind, normalised
from governance.models import ATTEMPTS, Account, Version
from governance.originals import Original
from ingest import kept
from ingest.models import Incoming, Reading
from ingest.parsing.document import Unreadable
from ingest.proposing.apart import read_and_propose
from ingest.proposing.found import Proposal

TASK = "ingest.read_incoming"
BEAT_SECONDS = 5.0
SILENT = timedelta(seconds=30)
UNHEARD = timedelta(seconds=3)
STALLED = timedelta(seconds=60)
State = Incoming.State


def receive(original: Original, *, by: Account) -> Incoming:
    """Take a file in, and have it read. Raises `DuplicateUpload`, `AlreadyIncoming`."""
    uploads.refuse_duplicate(original)
    now = clock.now()
    try:
        with transaction.atomic():
            incoming = Incoming.objects.create(
                sha256=original.sha256,
                size=original.size,
                filename=original.filename,
                received_at=now,
                received_from=by.person,
                beat_at=now,
            )
    except IntegrityError:
        there = waiting().filter(sha256=original.sha256).first()
        raise AlreadyIncoming(
            file=there.filename if there else original.filename,
            by=there.received_from.display_name if there else by.person.display_name,
        ) from None
    ring([TASK], incoming.pk)
    return incoming


def waiting() -> QuerySet[Incoming]:
    """What is neither registered nor discarded, what came last first."""
    rows = Incoming.objects.filter(state__in=Incoming.OPEN).select_related("received_from")
    return rows.order_by("-pk")


def forgotten() -> QuerySet[Incoming]:
    """What waits although somebody should be at it: unheard of, or its reader was killed."""
    now = clock.now()
    unheard = Q(state=State.WAITING, beat_at__lt=now - UNHEARD)
    silent = Q(state=State.READING, beat_at__lt=now - SILENT)
    return Incoming.objects.filter(unheard | silent).order_by("pk")


def is_stalled() -> bool:
    """Whether files wait and for a minute nobody has read any: then no worker runs."""
    long_ago = clock.now() - STALLED
    if not Incoming.objects.filter(state=State.WAITING, beat_at__lt=long_ago).exists():
        return False
    come_to_by_readers = [State.READING, State.READY, State.UNREADABLE]
    read_lately = Incoming.objects.filter(state__in=come_to_by_readers, beat_at__gte=long_ago)
    return not read_lately.exists() and not Reading.objects.filter(beat_at__gte=long_ago).exists()


def read(incoming: Incoming) -> None:
    """Read one file, if it waits or its reader has gone silent. Of several who would, one does."""
    while _begin(incoming):
        if _read_once(incoming):
            return


def discard(incoming: Incoming, *, by: Account) -> None:
    """Drop it, whoever's it is. The bytes go with the tidying, unless something is made of them.

    Raises `ChangedMeanwhile` after another.
    """
    intake.discard(
        file=incoming,
        original=original_of(incoming),
        brought_by=incoming.received_from,
        by=by,
        settle=lambda: _end_open(incoming, by, state=State.DISCARDED, beat_at=clock.now()),
    )
    kept.forget(incoming.sha256, incoming.filename)


def settle(incoming: Incoming, version: Version, by: Account) -> None:
    """Say in the same transaction what became of it. Raises `ChangedMeanwhile` after another."""
    _end_open(incoming, by, state=State.REGISTERED, version=version)


def original_of(incoming: Incoming) -> Original:
    return Original(incoming.sha256, incoming.size, incoming.filename)


def _end_open(incoming: Incoming, by: Account, **what: Any) -> None:
    mine = Incoming.objects.filter(pk=incoming.pk, state__in=Incoming.OPEN)
    if not mine.update(ended_by=by.person, **what):
        ended = Incoming.objects.select_related("ended_by", "received_from").get(pk=incoming.pk)
        raise ChangedMeanwhile(by=(ended.ended_by or ended.received_from).display_name)


def _begin(incoming: Incoming) -> bool:
    now = clock.now()
    free = Q(state=State.WAITING) | Q(state=State.READING, beat_at__lt=now - SILENT)
    mine = Incoming.objects.filter(free, pk=incoming.pk)
    if mine.filter(attempts__gte=ATTEMPTS).update(
        state=State.UNREADABLE, error_code="reader_crashed"
    ):
        return False
    taken = {"state": State.READING, "attempts": F("attempts") + 1, "beat_at": now, "share": 0}
    began = bool(mine.update(**taken))
    incoming.refresh_from_db()
    return began


def _read_once(incoming: Incoming) -> bool:
    """False where the reader has crashed and it is to be tried again."""
    place = originals.path_of(incoming.sha256)
    try:
        with _beating(incoming):
            document, parsed, proposals = read_and_propose(
                place, incoming.filename, progress=lambda share: _note(incoming, share=share)
            )
    except Unreadable as reason:
        again = reason.code == "reader_crashed" and incoming.attempts < ATTEMPTS
        if again:
            _note(incoming, state=State.WAITING)
        else:
            _end(incoming, State.UNREADABLE, error_code=reason.code, error_facts=reason.facts)
        return not again
    kept.keep(incoming.sha256, incoming.filename, document, parsed)
    _end(incoming, State.READY, proposals=[asdict(each) for each in _well_formed(proposals)])
    return True


def _well_formed(proposals: tuple[Proposal, ...]) -> Iterator[Proposal]:
    """Numbers in their one spelling, each kind held against its rule; what is none is dropped."""
    for each in proposals:
        if each.field not in IdentifierKind.values:
            yield each
            continue
        with suppress(ValueError):
            value = normalised(each.field, each.value)
            yield Proposal(**(asdict(each) | {"value": value}))


def _note(incoming: Incoming, **known: Any) -> None:
    """Say that this attempt is alive. Nothing where another has taken its place."""
    mine = Incoming.objects.filter(pk=incoming.pk, state=State.READING, attempts=incoming.attempts)
    mine.update(beat_at=clock.now(), **known)


def _end(incoming: Incoming, state: Incoming.State, **found: Any) -> None:
    _note(incoming, state=state, share=1, **found)


@contextmanager
def _beating(incoming: Incoming) -> Iterator[None]:
    """Say every few seconds that this attempt is alive, however long a page takes."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            with suppress(OperationalError):
                _note(incoming)
        connection.close()

    thread = threading.Thread(target=beat, name=f"incoming-{incoming.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
