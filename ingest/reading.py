"""Reads an upload in a process apart, and hands its text to the truth."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Q, QuerySet

from governance import clock, originals
from governance.actions import uploads
from governance.actions.passages import PassageText, SectionText, Text
from governance.models import ParseState, Passage, Upload
from ingest import kept, splitting
from ingest.models import Reading
from ingest.parsing.document import Document, Unreadable
from ingest.sandbox import read_apart

BEAT_SECONDS = 5.0
# After so long without a beat, whoever was reading is taken to be dead.
SILENT = timedelta(seconds=30)
# A file that nobody began to read for so long was not heard of; the doorbell was away.
UNHEARD = timedelta(seconds=3)


def read(upload: Upload, *, again: bool = False) -> None:
    """Read one upload, if it is waiting; with `again`, also if its reader has gone silent.

    Where reading crashes it is tried again, until every attempt is used up.
    """
    if not _may_begin(upload, again=again):
        return
    attempt = uploads.begin_reading(upload=upload, again=again)
    while attempt is not None:
        attempt = _attempt(upload, attempt)


def forgotten() -> QuerySet[Upload]:
    """Uploads that wait although somebody should be at them."""
    now = clock.now()
    unheard = Q(parse_state=ParseState.QUEUED, received_at__lt=now - UNHEARD)
    silent = Q(parse_state=ParseState.RUNNING) & (
        Q(reading=None) | Q(reading__beat_at__lt=now - SILENT)
    )
    return Upload.objects.filter(unheard | silent).order_by("pk")


def text_of(parsed: splitting.Parsed) -> Text:
    """A reader's sections and passages as the truth takes them."""
    return Text(
        sections=[SectionText(s.level, s.title, s.path, s.page) for s in parsed.sections],
        passages=[
            PassageText(
                section=p.section,
                text=p.text,
                kind=Passage.Kind(p.kind),
                page=p.page,
                boxes=tuple((b.page, b.left, b.top, b.right, b.bottom) for b in p.boxes),
            )
            for p in parsed.passages
        ],
    )


def _may_begin(upload: Upload, *, again: bool) -> bool:
    """Say that somebody is at it, before the attempt is counted, so that nobody takes it over.

    False where another has done so: of several who would take over a silent attempt, one does.
    """
    now = clock.now()
    mine = Reading.objects.filter(upload=upload)
    if again:
        mine = mine.exclude(upload__parse_state=ParseState.RUNNING, beat_at__gte=now - SILENT)
    else:
        mine = mine.filter(upload__parse_state=ParseState.QUEUED)
    if mine.update(beat_at=now):
        return True
    first = {"attempt": 0, "beat_at": now}
    return Reading.objects.get_or_create(upload=upload, defaults=first)[1]


def _attempt(upload: Upload, attempt: int) -> int | None:
    """Read once. Returns the number of the next attempt where this one has crashed."""

    def progress(share: float) -> None:
        _note(upload, attempt, share=share)

    try:
        with _beating(upload, attempt):
            document, parsed = kept.taken(upload.sha256, upload.filename) or read_apart(
                originals.path_of(upload.sha256), upload.filename, progress=progress
            )
    except Unreadable as reason:
        if reason.code == "reader_crashed" and _note(upload, attempt):
            return uploads.begin_reading(upload=upload, again=True)
        uploads.fail_reading(upload=upload, attempt=attempt, code=reason.code, facts=reason.facts)
    else:
        uploads.finish_reading(
            upload=upload, attempt=attempt, reading=_told(document), text=text_of(parsed)
        )
        kept.forget(upload.sha256, upload.filename)
    return None


def _told(document: Document) -> uploads.Reading:
    warnings: list[dict[str, Any]] = [asdict(w) for w in document.warnings]
    return uploads.Reading(document.media_type, document.pages, splitting.PROFILE, warnings)


def _note(upload: Upload, attempt: int, **known: float) -> bool:
    """Say that this attempt is alive. False where another has taken its place."""
    mine = Reading.objects.filter(upload=upload, attempt=attempt)
    return bool(mine.update(beat_at=clock.now(), **known))


@contextmanager
def _beating(upload: Upload, attempt: int) -> Iterator[None]:
    """Say every few seconds that this attempt is alive, however long a page takes."""
    Reading.objects.update_or_create(
        upload=upload, defaults={"attempt": attempt, "share": 0, "beat_at": clock.now()}
    )
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            # A database that is busy for once is no reason to fall silent.
            with suppress(OperationalError):
                _note(upload, attempt)
        connection.close()

    thread = threading.Thread(target=beat, name=f"beat-{upload.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
