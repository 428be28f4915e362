from __future__ import annotations

from typing import Any

import pytest

from governance import originals
from governance.actions import uploads, versions
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.actions.versions import Edition
from governance.errors import DuplicateUpload, NotAllowed, NotRetryable, RetryNeedsDraft
from governance.lifecycle import Status
from governance.models import Account, AuditEntry, ParseState, Source, Upload, Version
from governance.originals import Original
from tests.support import knowledge
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database

READING = Reading("text/plain", 3, "test-1", [{"code": "no_headings"}])
TEXT = Text([SectionText(1, "Dosing", ("Dosing",))], [PassageText(0, "Start low.", page=2)])


@pytest.fixture
def unread(source: Source, ana: Account) -> Version:
    return knowledge.unread(source, ana)


@pytest.fixture
def upload(unread: Version) -> Upload:
    return unread.upload


def upload_again(version: Version, by: Account) -> Version:
    """The bytes of a version, sent once more."""
    sent = version.upload
    original = Original(sent.sha256, sent.size, "again.txt")
    return versions.register(
        source=version.source, edition=Edition("again", "2024"), original=original, by=by
    )


def state(upload: Upload) -> tuple[str, int]:
    upload.refresh_from_db()
    return upload.parse_state, upload.attempts


def crash(upload: Upload, times: int) -> list[int | None]:
    """Attempts that go silent, each taken over by the next."""
    return [uploads.begin_reading(upload=upload, again=True) for _ in range(times)]


def finish(upload: Upload, attempt: int) -> bool:
    return uploads.finish_reading(upload=upload, attempt=attempt, reading=READING, text=TEXT)


# The same bytes.


@pytest.mark.parametrize("fixture", ["draft", "in_review", "active"])
def test_same_bytes_are_refused_while_a_version_of_them_stands(
    request: Any, ana: Account, fixture: str
) -> None:
    version = request.getfixturevalue(fixture)

    with pytest.raises(DuplicateUpload) as refused:
        upload_again(version, ana)

    assert refused.value.facts == {"version": version.pk, "source": version.source.title}


def test_same_bytes_are_refused_for_another_source(draft: Version, ana: Account) -> None:
    original = Original(draft.upload.sha256, 3, "again.txt")

    with pytest.raises(DuplicateUpload):
        versions.register(
            source=knowledge.source(ana), edition=Edition("x", "2024"), original=original, by=ana
        )


def test_bytes_of_a_withdrawn_draft_may_come_again(draft: Version, ana: Account) -> None:
    versions.withdraw(version=draft, reason="Wrong file.", by=ana)

    assert upload_again(draft, ana).status == Status.DRAFT


def test_bytes_of_a_retired_version_may_come_again(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert upload_again(active, ana).status == Status.DRAFT


def test_refused_duplicate_leaves_no_upload(draft: Version, ana: Account) -> None:
    before = Upload.objects.count()

    with pytest.raises(DuplicateUpload):
        upload_again(draft, ana)

    assert Upload.objects.count() == before


def test_upload_says_what_came_from_whom(upload: Upload, ana: Account) -> None:
    assert originals.path_of(upload.sha256).stat().st_size == upload.size
    assert upload.received_from == ana.person


# Reading.


def test_attempt_is_counted_before_it_starts(upload: Upload) -> None:
    attempt = uploads.begin_reading(upload=upload)

    assert (attempt, state(upload)) == (1, (ParseState.RUNNING, 1))


def test_attempt_that_runs_is_not_begun_again(upload: Upload) -> None:
    uploads.begin_reading(upload=upload)

    assert uploads.begin_reading(upload=upload) is None


def test_finished_attempt_fills_the_draft(unread: Version, upload: Upload) -> None:
    attempt = uploads.begin_reading(upload=upload)
    assert attempt

    assert finish(upload, attempt)
    assert [p.text for p in unread.passages.all()] == ["Start low."]
    assert state(upload) == (ParseState.DONE, 1)


def test_what_was_read_is_kept_beside_the_text(upload: Upload) -> None:
    finish(upload, uploads.begin_reading(upload=upload) or 0)
    upload.refresh_from_db()

    assert (upload.pages, upload.warnings) == (3, [{"code": "no_headings"}])


def test_stale_attempt_fills_nothing(unread: Version, upload: Upload) -> None:
    first, second = crash(upload, 2)
    assert first
    assert second

    assert not finish(upload, first)
    assert not unread.passages.exists()
    assert state(upload) == (ParseState.RUNNING, second)


def test_stale_attempt_fails_nothing(upload: Upload) -> None:
    crash(upload, 2)

    assert not uploads.fail_reading(upload=upload, attempt=1, code="broken_file", facts={})
    assert state(upload) == (ParseState.RUNNING, 2)


def test_attempt_is_finished_once(unread: Version, upload: Upload) -> None:
    crash(upload, 1)
    finish(upload, 1)

    assert not finish(upload, 1)
    assert unread.passages.count() == 1


def test_reader_that_crashed_three_times_is_not_tried_again(upload: Upload) -> None:
    attempts = crash(upload, 4)

    assert attempts == [1, 2, 3, None]
    assert state(upload) == (ParseState.FAILED, 3)
    assert upload.error_code == "reader_crashed"


def test_failed_reading_stays_failed(upload: Upload) -> None:
    crash(upload, 4)

    assert crash(upload, 1) == [None]
    assert not finish(upload, 3)


def test_failure_says_what_and_where(upload: Upload) -> None:
    crash(upload, 1)
    uploads.fail_reading(upload=upload, attempt=1, code="picture_only", facts={"page": 3})
    upload.refresh_from_db()

    assert (upload.error_code, upload.error_facts) == ("picture_only", {"page": 3})


def test_retry_begins_at_the_first_attempt(upload: Upload, ana: Account) -> None:
    crash(upload, 4)
    uploads.retry(upload=upload, by=ana)

    assert state(upload) == (ParseState.QUEUED, 0)
    assert (upload.error_code, upload.error_facts) == ("", {})


def test_attempt_from_before_a_retry_is_stale(upload: Upload, ana: Account) -> None:
    crash(upload, 1)
    uploads.fail_reading(upload=upload, attempt=1, code="broken_file", facts={})
    uploads.retry(upload=upload, by=ana)

    assert not finish(upload, 1)


@pytest.mark.parametrize("attempts", [0, 1])
def test_only_what_failed_is_retried(upload: Upload, ana: Account, attempts: int) -> None:
    crash(upload, attempts)

    with pytest.raises(NotRetryable):
        uploads.retry(upload=upload, by=ana)


def test_file_of_a_withdrawn_draft_is_not_read_again(
    unread: Version, upload: Upload, ana: Account
) -> None:
    crash(upload, 4)
    versions.withdraw(version=unread, reason="Wrong file.", by=ana)

    with pytest.raises(RetryNeedsDraft):
        uploads.retry(upload=upload, by=ana)

    assert state(upload)[0] == ParseState.FAILED


def test_who_only_audits_retries_nothing(upload: Upload, cleo: Account) -> None:
    crash(upload, 4)

    with pytest.raises(NotAllowed):
        uploads.retry(upload=upload, by=cleo)


def test_withdrawn_draft_is_not_filled(unread: Version, upload: Upload, ana: Account) -> None:
    crash(upload, 1)
    versions.withdraw(version=unread, reason="Wrong file.", by=ana)
    finish(upload, 1)

    assert not unread.passages.exists()


def test_every_step_of_a_reading_is_noted(upload: Upload) -> None:
    crash(upload, 4)

    told = AuditEntry.objects.filter(subject_type="upload").order_by("number")
    begun = ["upload.reading_begun"] * 3
    expected = ["upload.received", *begun, "upload.reading_failed"]
    assert [e.action for e in told] == expected


def test_database_refuses_a_failure_without_a_reason(upload: Upload) -> None:
    with database_refuses("a_failed_reading_says_why"):
        Upload.objects.update(parse_state=ParseState.FAILED)


def test_database_knows_no_other_state(upload: Upload) -> None:
    with database_refuses("parse_state_is_known"):
        Upload.objects.update(parse_state="lost")
