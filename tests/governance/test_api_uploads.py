"""Uploading files over the API, and getting them back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.actions import uploads, versions
from governance.models import Account, Source, Version
from tests.support import knowledge
from tests.support.callers import Caller, code, file, log_in

MEGABYTE = 1024 * 1024


@pytest.fixture
def caller(ana: Account) -> Caller:
    return log_in(ana)


def versions_of(source: Source) -> str:
    return f"sources/{source.pk}/versions/"


def test_uploaded_version_is_a_draft_waiting_to_be_read(caller: Caller, source: Source) -> None:
    answer = caller.upload(versions_of(source), effective_from="2024-06-01")

    assert answer.status_code == 201
    assert answer.json() == {
        "id": Version.objects.get().pk,
        "source": source.pk,
        "label": "2024",
        "status": "draft",
        "in_force": False,
        "in_force_from": None,
        "in_force_until": None,
        "published_on": "2024-05",
        "effective_from": "2024-06-01",
        "effective_until": None,
        "approved_at": None,
        "approved_by": None,
        "review_due": None,
        "quarantined": False,
        "digest": None,
        "parse": {"state": "queued", "pages": None, "passages": 0, "warnings": [], "error": None},
        "predecessor": None,
        "successor": None,
        "retirement": None,
    }


def test_file_comes_back_as_it_was_received(caller: Caller, source: Source) -> None:
    content = bytes(range(256)) * 300
    version = caller.upload(versions_of(source), file=file(content, "指南.pdf")).json()["id"]

    answer = caller.ask(f"versions/{version}/file/")

    assert b"".join(answer.streaming_content) == content


def test_file_is_handed_out_to_be_kept_not_shown(caller: Caller, source: Source) -> None:
    page = file(b"<script>alert(1)</script>", "page.html")
    version = caller.upload(versions_of(source), file=page).json()["id"]

    answer = caller.ask(f"versions/{version}/file/")
    answer.close()

    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


def test_file_is_not_for_administrators(draft: Version, sam: Account) -> None:
    assert code(log_in(sam).ask(f"versions/{draft.pk}/file/")) == (403, "not_allowed")


FORMS: list[tuple[str, Any]] = [
    ("file", None),
    ("file", "not a file"),
    ("file", SimpleUploadedFile("empty.txt", b"")),
    ("label", None),
    ("label", ""),
    ("label", "x" * 61),
    ("label", "nul\0"),
    ("label", "two\nlines"),
    ("published_on", None),
    ("published_on", "May 2024"),
    ("published_on", "2024-13"),
    ("published_on", "2023-02-29"),
    ("published_on", "0000"),
    ("published_on", "2024-05-31T00:00"),
    ("effective_from", "2024-02-30"),
    ("effective_from", "0001-01-01"),
    ("effective_until", "9999-12-31"),
    ("effective_until", "tomorrow"),
    ("effective_until", "2023-01-01"),
    ("colour", "blue"),
]


@pytest.mark.parametrize(("name", "value"), FORMS)
def test_malformed_form_is_refused(caller: Caller, source: Source, name: str, value: Any) -> None:
    answer = caller.upload(versions_of(source), **{name: value})

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == name
    assert not Version.objects.exists()


def test_dates_that_run_backwards_are_refused(caller: Caller, source: Source) -> None:
    answer = caller.upload(
        versions_of(source), effective_from="2025-02-01", effective_until="2025-01-01"
    )

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "effective_until"


def test_nothing_is_kept_of_a_malformed_form(caller: Caller, source: Source, home: Path) -> None:
    caller.upload(versions_of(source), published_on="2024-13")

    assert not (home / "uploads").exists()


def test_empty_date_in_a_form_is_none(caller: Caller, source: Source) -> None:
    answer = caller.upload(versions_of(source), effective_from="", effective_until="")

    assert answer.status_code == 201
    assert answer.json()["effective_until"] is None


def test_file_at_the_limit_is_taken(caller: Caller, source: Source, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1

    answer = caller.upload(versions_of(source), file=file(b"x" * MEGABYTE))

    assert answer.status_code == 201


def test_file_above_the_limit_is_too_large(caller: Caller, source: Source, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1

    answer = caller.upload(versions_of(source), file=file(b"x" * (MEGABYTE + 1)))

    assert code(answer) == (413, "too_large")
    assert not Version.objects.exists()


def test_too_large_file_leaves_nothing_behind(
    caller: Caller, source: Source, settings: Any, home: Path
) -> None:
    settings.MAX_UPLOAD_MB, settings.FILE_UPLOAD_TEMP_DIR = 1, home

    caller.upload(versions_of(source), file=file(b"x" * (3 * MEGABYTE)))

    assert not [p for p in home.rglob("*") if p.is_file() and p.name != "db.sqlite3"]


def test_field_too_large_for_a_form_is_too_large(caller: Caller, source: Source) -> None:
    answer = caller.upload(versions_of(source), label="x" * (5 * MEGABYTE))

    assert code(answer) == (413, "too_large")


def test_form_of_too_many_fields_is_malformed(caller: Caller, source: Source) -> None:
    answer = caller.upload(versions_of(source), **{f"f{n}": "x" for n in range(1100)})

    assert code(answer) == (400, "malformed")


def test_broken_form_is_malformed(caller: Caller, source: Source) -> None:
    answer = caller.post(
        f"/api/v1/{versions_of(source)}", b"--x\r\nno", content_type="multipart/form-data"
    )

    assert code(answer) == (400, "malformed")


def test_json_in_place_of_a_form_is_not_supported(caller: Caller, source: Source) -> None:
    answer = caller.send(versions_of(source), {"label": "2024"})

    assert code(answer) == (415, "unsupported_media_type")


def test_same_bytes_again_are_refused_naming_the_version(caller: Caller, source: Source) -> None:
    first = caller.upload(versions_of(source)).json()["id"]

    answer = caller.upload(versions_of(source), label="2025")

    assert code(answer) == (409, "duplicate_upload")
    assert str(first) in answer.json()["detail"]
    assert "Asthma guideline" in answer.json()["detail"]


def test_bytes_of_a_withdrawn_draft_may_come_again(caller: Caller, source: Source) -> None:
    first = caller.upload(versions_of(source)).json()["id"]
    caller.send(f"versions/{first}/withdraw/", {"reason": "Wrong source."})

    assert caller.upload(versions_of(source)).status_code == 201


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\files\\guide.txt", "gui\u202efdp.exe"])
def test_name_of_a_file_is_made_harmless(caller: Caller, source: Source, name: str) -> None:
    version = caller.upload(versions_of(source), file=file(name=name)).json()["id"]

    kept = Version.objects.get(pk=version).upload.filename
    assert kept in ("passwd", "guide.txt", "guifdp.exe")


def test_reviewer_who_uploads_is_a_contributor(source: Source, ben: Account) -> None:
    version = log_in(ben).upload(versions_of(source)).json()["id"]

    assert Version.objects.get(pk=version).contributed_to_by(ben.person)


def test_compliance_officer_does_not_upload(source: Source, cleo: Account) -> None:
    assert code(log_in(cleo).upload(versions_of(source))) == (403, "not_allowed")


def test_upload_to_an_unknown_source_is_not_found(caller: Caller) -> None:
    assert code(caller.upload("sources/999/versions/")) == (404, "not_found")


def failed(source: Source, ana: Account, error: str) -> Version:
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    uploads.fail_reading(upload=version.upload, attempt=attempt, code=error, facts={})
    return version


def test_failed_reading_says_why_in_a_sentence(
    caller: Caller, source: Source, ana: Account
) -> None:
    version = failed(source, ana, "encrypted_pdf")

    parse = caller.ask(f"versions/{version.pk}/").json()["parse"]

    assert parse["state"] == "failed"
    assert parse["error"]["code"] == "encrypted_pdf"
    assert len(parse["error"]["detail"]) > len("encrypted_pdf")


def test_version_whose_file_was_not_read_is_not_submitted(
    caller: Caller, source: Source, ana: Account
) -> None:
    version = failed(source, ana, "no_text")

    answer = caller.send(f"versions/{version.pk}/submit/", {"reason": "Ready."})

    assert code(answer) == (409, "not_parsed")


def test_failed_reading_is_tried_again(caller: Caller, source: Source, ana: Account) -> None:
    version = failed(source, ana, "took_too_long")

    answer = caller.send(f"versions/{version.pk}/retry/")

    assert answer.status_code == 200
    assert answer.json()["parse"]["state"] == "queued"
    assert answer.json()["parse"]["error"] is None


def test_reading_that_went_well_is_not_tried_again(caller: Caller, draft: Version) -> None:
    assert code(caller.send(f"versions/{draft.pk}/retry/")) == (409, "not_retryable")


def test_upload_of_a_predecessor_names_it_once_submitted(
    caller: Caller, source: Source, ana: Account, active: Version
) -> None:
    later = knowledge.draft(source, ana, label="2025")
    versions.submit(version=later, reason="Newer.", by=ana)

    assert caller.ask(f"versions/{later.pk}/").json()["predecessor"] == active.pk
