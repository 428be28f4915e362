"""Takes away what was brought in and came to nothing: bytes, readings, lists."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

from django.conf import settings

from governance import clock, originals
from governance.models import Upload
from ingest import kept
from ingest.models import Incoming, SourceList

# Long enough for whoever pressed the wrong button to bring the same file in again.
AFTER = timedelta(days=1)


def tidy() -> None:
    before = clock.now() - AFTER
    discarded = Incoming.objects.filter(state=Incoming.State.DISCARDED, beat_at__lt=before)
    for incoming in discarded[:100]:
        _drop_bytes(incoming.sha256)
        incoming.delete()
    SourceList.objects.filter(received_at__lt=before, registered_at=None).delete()
    kept.tidy()
    _drop_half_received()


def _drop_half_received() -> None:
    """What a killed process left of files it was receiving; nobody was told they are here."""
    for left in settings.FILE_UPLOAD_TEMP_DIR.glob("*"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - AFTER.total_seconds():
                left.unlink()


def _drop_bytes(sha256: str) -> None:
    """Only where nothing was made of them, and nobody has sent them anew meanwhile."""
    if Upload.objects.filter(sha256=sha256).exists():
        return
    if Incoming.objects.filter(sha256=sha256, state__in=Incoming.OPEN).exists():
        return
    place = originals.path_of(sha256)
    if place.exists() and place.stat().st_mtime < time.time() - AFTER.total_seconds():
        place.unlink(missing_ok=True)
