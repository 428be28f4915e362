"""Files received, and what reading them came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from governance.actions import passages
from governance.actions.passages import Text
from governance.doorbell import ring
from governance.duties import Deed
from governance.errors import DuplicateUpload, NotRetryable, RetryNeedsDraft
from governance.lifecycle import CURRENT, Status
from governance.models import (
    ATTEMPTS,
    Account,
    ParseState,
    Upload,
    Version,
)
from governance.originals import Original
from governance.trail import SYSTEM, Changes, changing


@dataclass(frozen=True)
class Reading:
    """What a reader says of a file beside its text."""

    media_type: str
    pages: int | None
    profile: str
    warnings: Sequence[Mapping[str, Any]]


def refuse_duplicate(original: Original) -> None:
    """The bytes of a draft, of what is in review or of an active version are there already."""
    same = Version.objects.filter(upload__sha256=original.sha256, status__in=CURRENT)
    version = same.select_related("source").first()
    if version:
        raise DuplicateUpload(version=version.pk, source=version.source.title)


def receive(original: Original, *, by: Account, changes: Changes) -> Upload:
    upload = Upload.objects.create(
        sha256=original.sha256,
        size=original.size,
        filename=original.filename,
        received_at=changes.at,
        received_from=by.person,
    )
    changes.note("upload.received", upload, file=original.sha256, size=original.size)
    have_read(upload)
    return upload


def have_read(upload: Upload) -> None:
    """Ask for the file to be read once this transaction is in. The sweep finds what this misses."""
    transaction.on_commit(lambda: ring([settings.READER_TASK], upload.pk), robust=True)


def begin_reading(*, upload: Upload, again: bool = False) -> int | None:
    """Count an attempt before it starts, so that a file that kills its reader is not read for ever.

    Returns the attempt's number, or None where there is nothing to read. `again` takes over
    an attempt that has gone silent; after the last one the upload has failed.
    """
    with changing(by=SYSTEM) as changes:
        upload = Upload.objects.get(pk=upload.pk)
        waiting = [ParseState.QUEUED, ParseState.RUNNING] if again else [ParseState.QUEUED]
        if upload.parse_state not in waiting:
            return None
        if upload.attempts >= ATTEMPTS:
            _fail(upload, "reader_crashed", {}, changes)
            return None
        upload.attempts += 1
        upload.parse_state = ParseState.RUNNING
        upload.save(update_fields=["attempts", "parse_state"])
        changes.note("upload.reading_begun", upload, attempt=upload.attempts)
    return upload.attempts


def finish_reading(*, upload: Upload, attempt: int, reading: Reading, text: Text) -> bool:
    """Take over what was read into the draft, in one transaction. False if the attempt is stale."""
    with changing(by=SYSTEM) as changes:
        upload = Upload.objects.get(pk=upload.pk)
        if upload.parse_state != ParseState.RUNNING or upload.attempts != attempt:
            return False
        upload.parse_state = ParseState.DONE
        upload.media_type, upload.pages = reading.media_type, reading.pages
        upload.profile, upload.warnings = reading.profile, [dict(w) for w in reading.warnings]
        upload.save(update_fields=["parse_state", "media_type", "pages", "profile", "warnings"])
        changes.note("upload.read", upload, attempt=attempt, profile=reading.profile)
        for version in upload.versions.filter(status=Status.DRAFT, content_digest=""):
            passages.fill(version, text)
            changes.note("version.parsed", version, content=version.content_digest)
    return True


def fail_reading(*, upload: Upload, attempt: int, code: str, facts: Mapping[str, Any]) -> bool:
    with changing(by=SYSTEM) as changes:
        upload = Upload.objects.get(pk=upload.pk)
        if upload.parse_state != ParseState.RUNNING or upload.attempts != attempt:
            return False
        _fail(upload, code, facts, changes)
    return True


def retry(*, upload: Upload, by: Account) -> Upload:
    """Have a file read again that could not be read, while it is a draft's."""
    with changing(by=by, may=Deed.CURATE) as changes:
        upload = Upload.objects.get(pk=upload.pk)
        if upload.parse_state != ParseState.FAILED:
            raise NotRetryable
        _refuse_without_draft(upload)
        upload.parse_state, upload.attempts = ParseState.QUEUED, 0
        upload.error_code, upload.error_facts = "", {}
        upload.save(update_fields=["parse_state", "attempts", "error_code", "error_facts"])
        changes.note("upload.retried", upload)
        have_read(upload)
    return upload


def _refuse_without_draft(upload: Upload) -> None:
    """Text that was read goes nowhere else."""
    versions = list(upload.versions.order_by("-pk"))
    if versions and not any(version.status == Status.DRAFT for version in versions):
        raise RetryNeedsDraft(now=versions[0].get_status_display())


def _fail(upload: Upload, code: str, facts: Mapping[str, Any], changes: Changes) -> None:
    upload.parse_state = ParseState.FAILED
    upload.error_code, upload.error_facts = code, dict(facts)
    upload.save(update_fields=["parse_state", "error_code", "error_facts"])
    changes.note("upload.reading_failed", upload, code=code)
