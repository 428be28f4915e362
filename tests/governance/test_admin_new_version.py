"""Uploading a file on a page of the admin, and watching it being read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.actions import uploads
from governance.lifecycle import Status
from governance.models import Account, ParseState, Source, Upload, Version
from tests.support import knowledge
from tests.support.visiting import BACKEND, Visitor, source_at, version_at, words


def file(content: bytes = b"Start low, go slow.", name: str = "guideline.txt") -> Any:
    return SimpleUploadedFile(name, content)


def upload(source: Source, by: Account, **changed: object) -> Any:
    fields = {"file": file(), "label": "2026", "published_on": "2026-05"} | changed
    return Visitor(by).press(source_at(source, "new-version"), **fields)


def failed(source: Source, by: Account, code: str = "encrypted_pdf") -> Version:
    version = knowledge.unread(source, by)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    uploads.fail_reading(upload=version.upload, attempt=attempt, code=code, facts={})
    return version


def test_curator_uploads_a_version(source: Source, ana: Account) -> None:
    upload(source, ana)

    assert Version.objects.get().status == Status.DRAFT


def test_uploading_leads_to_the_version(source: Source, ana: Account) -> None:
    response = upload(source, ana)

    assert response.headers["Location"] == version_at(Version.objects.get())


def test_dates_are_kept(source: Source, ana: Account) -> None:
    upload(source, ana, effective_from="2026-06-01", effective_until="2027-06-01")

    version = Version.objects.get()
    assert str(version.effective_from) == "2026-06-01"


def test_auditor_cannot_upload(source: Source, cleo: Account) -> None:
    response = Visitor(cleo).send(source_at(source, "new-version"), file=file(), label="1")

    assert response.status_code == 403
    assert not Upload.objects.exists()


def test_same_bytes_again_are_refused_naming_the_version(source: Source, ana: Account) -> None:
    upload(source, ana)

    response = upload(source, ana, file=file(), label="again")

    assert response.status_code == 409
    assert "The same file is already there" in words(response)


def test_refused_upload_keeps_what_was_typed(source: Source, ana: Account) -> None:
    upload(source, ana)

    response = upload(source, ana, file=file(), label="a label typed with care")

    assert 'value="a label typed with care"' in words(response)


def test_same_page_sent_twice_uploads_once(source: Source, ana: Account) -> None:
    upload(source, ana, once="one upload")

    response = upload(source, ana, file=file(), once="one upload")

    assert response.headers["Location"] == version_at(Version.objects.get())


@pytest.mark.parametrize("day", ["2026-13", "May 2026", "2026-02-30", "26"])
def test_day_that_does_not_exist_is_refused_at_its_field(
    day: str, source: Source, ana: Account
) -> None:
    response = upload(source, ana, published_on=day)

    assert response.status_code == 400
    assert response.context["form"].errors["published_on"]


def test_dates_that_run_backwards_are_refused_at_their_field(source: Source, ana: Account) -> None:
    response = upload(source, ana, effective_from="2026-06-01", effective_until="2026-05-31")

    assert response.context["form"].errors["effective_until"]


def test_missing_file_is_refused_at_its_field(source: Source, ana: Account) -> None:
    response = upload(source, ana, file="")

    assert response.context["form"].errors["file"]


def test_empty_file_is_refused_at_its_field(source: Source, ana: Account) -> None:
    response = upload(source, ana, file=file(b""))

    assert response.context["form"].errors["file"]


def test_file_that_is_too_large_is_refused_in_words(
    source: Source, ana: Account, settings: Any
) -> None:
    settings.MAX_UPLOAD_MB = 1

    response = upload(source, ana, file=file(b"x" * (1024 * 1024 + 1)))

    assert response.status_code == 409
    assert "The file is larger than the 1 MB that are allowed." in words(response)


def test_file_that_is_too_large_leaves_nothing(source: Source, ana: Account, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1

    upload(source, ana, file=file(b"x" * (1024 * 1024 + 1)))

    assert not Upload.objects.exists()


def test_upload_without_the_token_is_refused(source: Source, ana: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana, backend=BACKEND)

    response = client.post(
        source_at(source, "new-version"), {"file": file(), "label": "1", "published_on": "2026"}
    )

    assert response.status_code == 403
    assert not Upload.objects.exists()


def test_upload_by_nobody_leads_to_the_login(source: Source) -> None:
    response = Visitor().send(source_at(source, "new-version"), file=file())

    assert response.headers["Location"].startswith("/admin/login/")


# Watching the reading.


def test_page_waits_while_the_file_is_read(source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)

    page = Visitor(ana).read(version_at(version))

    assert f'data-waits-for="{version_at(version, "state")}"' in page


def test_page_no_longer_waits_once_it_is_read(draft: Version, ana: Account) -> None:
    assert "data-waits-for" not in Visitor(ana).read(version_at(draft))


def test_state_says_how_far_the_reading_is(source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)

    answer = Visitor(ana).open(version_at(version, "state")).json()

    assert answer == {"state": "queued", "settled": False}


def test_state_of_what_is_read_is_settled(draft: Version, ana: Account) -> None:
    assert Visitor(ana).open(version_at(draft, "state")).json()["settled"] is True


def test_state_is_told_to_readers_alone(draft: Version, sam: Account) -> None:
    assert Visitor(sam).open(version_at(draft, "state")).status_code == 403


def test_failure_is_told_in_a_sentence(source: Source, ana: Account) -> None:
    page = Visitor(ana).read(version_at(failed(source, ana)))

    assert "The PDF is protected by a password." in page


def test_failed_file_is_read_again(source: Source, ana: Account) -> None:
    version = failed(source, ana)

    Visitor(ana).press(version_at(version, "read-again"))

    version.upload.refresh_from_db()
    assert version.upload.parse_state == ParseState.QUEUED


def test_auditor_cannot_have_it_read_again(source: Source, ana: Account, cleo: Account) -> None:
    version = failed(source, ana)

    assert Visitor(cleo).send(version_at(version, "read-again")).status_code == 403


def test_what_was_read_cannot_be_read_again(draft: Version, ana: Account) -> None:
    response = Visitor(ana).send(version_at(draft, "read-again"))

    assert response.status_code == 409
    assert "Only a file that could not be read" in words(response)


# The bytes.


def test_file_is_given_back_as_it_was_received(source: Source, ana: Account) -> None:
    upload(source, ana)

    response = Visitor(ana).open(version_at(Version.objects.get(), "file"))

    assert b"".join(response.streaming_content) == b"Start low, go slow."


def test_file_is_never_opened_in_the_browser(source: Source, ana: Account) -> None:
    upload(source, ana, file=file(b"<script>1</script>", "page.html"))

    response = Visitor(ana).open(version_at(Version.objects.get(), "file"))
    response.close()

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_file_is_given_to_readers_alone(draft: Version, sue: Account) -> None:
    assert Visitor(sue).open(version_at(draft, "file")).status_code == 403


def test_lost_file_is_not_found(draft: Version, ana: Account, settings: Any) -> None:
    settings.KB_HOME = settings.KB_HOME / "elsewhere"

    assert Visitor(ana).open(version_at(draft, "file")).status_code == 404
