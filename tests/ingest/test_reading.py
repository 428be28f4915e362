"""Reading an upload: what comes of a file, and what of readers that die, stall or come twice."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import docx
import pytest
from django.db import connection
from reportlab.pdfgen.canvas import Canvas

from governance import clock, originals
from governance.actions import uploads, versions
from governance.actions.versions import Edition
from governance.models import Account, AuditEntry, ParseState, Passage, Source, Upload, Version
from governance.readings import error_sentence
from ingest import reading, splitting, tasks
from ingest.models import Reading
from ingest.parsing.document import Box
from tests.support import knowledge

LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def unread(source: Source, ana: Account) -> Version:
    return given(source, ana, b"Start low.\n\nGo slow.\n", "guideline.txt")


def given(source: Source, ana: Account, content: bytes, name: str) -> Version:
    """A draft whose file nobody has read yet."""
    edition = Edition(label=name, published_on="2024")
    original = originals.keep([content], name)
    return versions.register(source=source, edition=edition, original=original, by=ana)


def told(version: Version) -> list[tuple[list[str], str]]:
    """Section and text of every passage, in order."""
    rows = version.passages.select_related("section").order_by("position")
    return [(row.section.path, row.text) for row in rows]


def state(version: Version) -> tuple[str, int]:
    upload = Upload.objects.get(pk=version.upload_id)
    return upload.parse_state, upload.attempts


# Files as they come


def as_docx() -> bytes:
    document = docx.Document()
    document.add_heading("Dosing", 1)
    document.add_paragraph("Start low.")
    document.add_heading("Elderly", 2)
    document.add_paragraph("Go slow.")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def as_pdf(*pages: str) -> bytes:
    written = io.BytesIO()
    canvas = Canvas(written)
    for text in pages:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


TEXT = "第一章 用法\n\n小剂量起始。\n\n第二章 老年人\n\n缓慢加量。\n".encode()
MARKDOWN = b"# Dosing\n\nStart low.\n\n## Elderly\n\nGo slow.\n"
NESTED = [(["Dosing"], "Start low."), (["Dosing", "Elderly"], "Go slow.")]
BESIDE = [(["第一章 用法"], "小剂量起始。"), (["第二章 老年人"], "缓慢加量。")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "name", "passages"),
    [
        (TEXT, "a.txt", BESIDE),
        (MARKDOWN, "a.md", NESTED),
        (as_docx(), "a.docx", NESTED),
    ],
)
def test_file_becomes_passages_in_their_sections(
    source: Source, ana: Account, content: bytes, name: str, passages: Any
) -> None:
    version = given(source, ana, content, name)

    reading.read(version.upload)

    assert told(version) == passages
    assert state(version) == (ParseState.DONE, 1)


@pytest.mark.slow
def test_passages_of_a_pdf_know_their_page_and_place(source: Source, ana: Account) -> None:
    pages = as_pdf("Start with a low dose in the morning.", "Go slowly after the first week.")
    version = given(source, ana, pages, "a.pdf")

    reading.read(version.upload)

    passage = version.passages.get()
    assert passage.page == 1
    assert [box[0] for box in passage.boxes] == [1, 2]
    assert Upload.objects.get().pages == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "a.pdf", "wrong_type"),
        (b"\n \n", "a.txt", "empty_file"),
    ],
)
def test_file_that_cannot_be_read_says_why(
    source: Source, ana: Account, content: bytes, name: str, code: str
) -> None:
    version = given(source, ana, content, name)

    reading.read(version.upload)

    upload = Upload.objects.get()
    assert (upload.parse_state, upload.attempts, upload.error_code) == ("failed", 1, code)
    assert code not in error_sentence(upload.error_code, upload.error_facts)


@pytest.mark.slow
def test_reading_done_is_on_the_record_with_its_profile(unread: Version) -> None:
    reading.read(unread.upload)

    upload = Upload.objects.get()
    row = Reading.objects.get()
    assert (upload.media_type, upload.profile) == ("text/plain", splitting.PROFILE)
    assert (row.attempt, row.share) == (1, 1.0)
    assert AuditEntry.objects.filter(action="upload.read").count() == 1


def test_boxes_and_kinds_are_handed_on() -> None:
    box = Box(2, 1.0, 2.0, 3.0, 4.0)
    section = splitting.SectionDraft(0, 1, "Dosing", ("Dosing",), 2)
    passage = splitting.PassageDraft(0, 0, "table", 2, (box,), "Start low.")

    text = reading.text_of(splitting.Parsed((section,), (passage,)))

    assert text.passages[0].boxes == ((2, 1.0, 2.0, 3.0, 4.0),)
    assert text.passages[0].kind == Passage.Kind.TABLE
    assert text.sections[0].path == ("Dosing",)


# Readers that die


@contextmanager
def killer() -> Iterator[list[int]]:
    """Kills every reader of this process as soon as it runs."""
    done, killed = threading.Event(), list[int]()

    def hunt() -> None:
        while not done.wait(0.02):
            for child in _readers():
                os.kill(child, signal.SIGKILL)
                killed.append(child)

    thread = threading.Thread(target=hunt)
    thread.start()
    try:
        yield killed
    finally:
        done.set()
        thread.join()


def _readers() -> list[int]:
    found = Path(f"/proc/self/task/{threading.main_thread().native_id}/children")
    children = [int(child) for child in found.read_text().split()]
    return [child for child in children if _is_reader(child)]


def _is_reader(process: int) -> bool:
    try:
        return b"ingest.sandbox" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


@pytest.mark.slow
def test_file_that_kills_its_reader_three_times_has_failed(unread: Version) -> None:
    with killer() as killed:
        reading.read(unread.upload)

    assert state(unread) == (ParseState.FAILED, 3)
    assert Upload.objects.get().error_code == "reader_crashed"
    assert len(set(killed)) == 3
    assert AuditEntry.objects.filter(action="upload.reading_begun").count() == 3


@pytest.mark.slow
def test_file_that_failed_may_be_tried_again(unread: Version, ana: Account) -> None:
    with killer():
        reading.read(unread.upload)
    uploads.retry(upload=unread.upload, by=ana)

    reading.read(unread.upload)

    assert state(unread) == (ParseState.DONE, 1)


# Readers that fall silent, and those that come twice


def begun(version: Version, *, beat: timedelta) -> int:
    """An attempt of a process that was last heard of a while ago."""
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    at = clock.now() - beat
    Reading.objects.create(upload=version.upload, attempt=attempt, beat_at=at)
    return attempt


def forgotten() -> list[int]:
    return list(reading.forgotten().values_list("pk", flat=True))


@contextmanager
def at_first_progress(act: Callable[[], object]) -> Iterator[None]:
    """Something happens in the middle of the reading, when its progress is first written down."""
    acts = [act]

    def look(execute: Any, sql: str, *rest: Any) -> Any:
        told = sql.partition(" WHERE ")[0]
        # The beginning of an attempt sets the attempt's number beside the share.
        is_note = told.startswith('UPDATE "ingest_reading"') and '"share"' in told
        if acts and is_note and "attempt" not in told:
            acts.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(look):
        yield
    assert not acts


@pytest.mark.slow
def test_silent_attempt_is_taken_over(unread: Version) -> None:
    begun(unread, beat=LONG_AGO)

    reading.read(unread.upload, again=True)

    assert state(unread) == (ParseState.DONE, 2)


def test_living_attempt_is_left_alone(unread: Version) -> None:
    begun(unread, beat=timedelta(seconds=1))

    reading.read(unread.upload, again=True)

    assert state(unread) == (ParseState.RUNNING, 1)


def test_attempt_is_not_begun_twice(unread: Version) -> None:
    begun(unread, beat=LONG_AGO)

    reading.read(unread.upload)

    assert state(unread) == (ParseState.RUNNING, 1)


@pytest.mark.slow
def test_only_one_of_several_takes_a_silent_attempt_over(unread: Version) -> None:
    begun(unread, beat=LONG_AGO)

    with at_first_progress(lambda: reading.read(unread.upload, again=True)):
        reading.read(unread.upload, again=True)

    assert state(unread) == (ParseState.DONE, 2)


@pytest.mark.slow
def test_file_is_read_once_though_it_is_asked_for_twice(unread: Version) -> None:
    with at_first_progress(lambda: tasks.parse_upload(unread.upload_id)):
        tasks.parse_upload(unread.upload_id)
    tasks.parse_upload(unread.upload_id, True)

    assert state(unread) == (ParseState.DONE, 1)
    assert unread.passages.filter(text__contains="Start low.").count() == 1


@pytest.mark.slow
def test_result_of_an_attempt_that_was_taken_over_is_ignored(unread: Version) -> None:
    def take_over() -> None:
        uploads.begin_reading(upload=unread.upload, again=True)
        Reading.objects.update(attempt=2, share=0)

    with at_first_progress(take_over):
        reading.read(unread.upload)

    assert state(unread) == (ParseState.RUNNING, 2)
    assert told(unread) == []
    assert Reading.objects.get().share == 0


@pytest.mark.slow
def test_draft_that_was_withdrawn_meanwhile_stays_empty(unread: Version, ana: Account) -> None:
    def withdraw() -> None:
        versions.withdraw(version=unread, reason="The wrong file.", by=ana)

    with at_first_progress(withdraw):
        reading.read(unread.upload)

    assert state(unread) == (ParseState.DONE, 1)
    assert told(unread) == []


def test_task_for_an_upload_that_is_gone_does_nothing(db: None) -> None:
    tasks.parse_upload(999_999)

    assert not Reading.objects.exists()


# What the sweep finds


def test_upload_that_was_just_received_is_not_forgotten(unread: Version) -> None:
    assert forgotten() == []


def test_upload_that_nobody_heard_of_is_found(unread: Version) -> None:
    with clock.set_to(clock.now() + timedelta(seconds=4)):
        assert forgotten() == [unread.upload_id]


def test_attempt_that_fell_silent_is_found(unread: Version) -> None:
    begun(unread, beat=LONG_AGO)

    assert forgotten() == [unread.upload_id]


def test_attempt_that_never_said_a_word_is_found(unread: Version) -> None:
    uploads.begin_reading(upload=unread.upload)

    assert forgotten() == [unread.upload_id]


def test_living_attempt_is_not_forgotten(unread: Version) -> None:
    begun(unread, beat=timedelta(seconds=1))

    assert forgotten() == []


def test_what_has_been_read_is_not_forgotten(unread: Version) -> None:
    knowledge.read(unread, ["Start low."])

    with clock.set_to(clock.now() + LONG_AGO):
        assert forgotten() == []
