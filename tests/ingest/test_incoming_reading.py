"""Files that came in are read once, by whoever is there; killed, away, or tidying up after."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine

from governance import clock, originals
from governance.models import Account, AuditEntry, ParseState, Source, Upload, Version
from ingest import incoming, kept, reading, tidying
from ingest.models import Incoming
from tests.ingest.incoming_files import (
    INBOX,
    confirm_at,
    confirmed,
    ready,
    received,
)
from tests.support.visiting import Visitor

State = Incoming.State
DOI = ("doi", "10.1000/182")


def test_file_is_parsed_once(ana: Account, home: Any) -> None:
    Visitor(ana).press(confirm_at(ready(ana)), **confirmed(DOI))
    upload = Upload.objects.get()
    originals.path_of(upload.sha256).write_bytes(b"\xff\xfe\0 unreadable by now")

    reading.read(upload)

    upload.refresh_from_db()
    assert upload.parse_state == ParseState.DONE


def test_without_the_kept_reading_the_file_is_read_again(ana: Account) -> None:
    came = ready(ana)
    Visitor(ana).press(confirm_at(came), **confirmed(DOI))
    kept.forget(came.sha256, came.filename)

    reading.read(Upload.objects.get())

    assert Version.objects.get().passages.exists()


def test_torn_kept_reading_is_none(ana: Account, home: Any) -> None:
    came = ready(ana)
    for path in (home / "readings").iterdir():
        path.write_bytes(path.read_bytes()[:40])

    assert kept.taken(came.sha256, came.filename) is None


def test_page_says_where_a_proposal_was_found(ana: Account) -> None:
    shown = Visitor(ana).read(confirm_at(ready(ana)))

    assert "found under" in shown
    assert "DOI: 10.1000/182" in shown


def test_unreadable_file_says_why(ana: Account) -> None:
    ready(ana, name="x.pdf", text="%PDF-1.7 torn")

    assert Incoming.objects.get().state == State.UNREADABLE
    assert "kb-bad" in Visitor(ana).read(INBOX)


def test_file_nobody_heard_of_is_found_by_the_sweep(ana: Account) -> None:
    came = received(ana)

    with time_machine.travel(clock.now() + timedelta(seconds=5), tick=False):
        assert list(incoming.forgotten()) == [came]


def test_file_that_nobody_takes_up_for_a_minute_is_said(ana: Account) -> None:
    received(ana)

    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        assert "no worker runs" in Visitor(ana).read(f"{INBOX}rows/")


def test_file_that_waits_behind_another_is_no_worker_down(ana: Account) -> None:
    received(ana)
    ahead = received(ana, text="# Another\n\nwords")

    with time_machine.travel(clock.now() + timedelta(seconds=90)):
        incoming.read(ahead)

        assert not incoming.is_stalled()


def test_what_is_being_read_cannot_be_confirmed_yet(ana: Account) -> None:
    came = received(ana)

    answer = Visitor(ana).send(confirm_at(came), **confirmed(DOI))

    assert answer.status_code == 400
    assert not Source.objects.exists()


def test_english_file_is_read_in_confinement(ana: Account) -> None:
    came = ready(
        ana, text="# Asthma in adults\n\n" + "The care of adults with asthma is long. " * 20
    )

    assert {"field": "language", "value": "en"}.items() <= _found(came, "language").items()


def _found(came: Incoming, field: str) -> dict[str, Any]:
    told: dict[str, Any] = next(each for each in came.proposals if each["field"] == field)
    return told


def test_file_of_a_killed_reader_is_read_again(ana: Account) -> None:
    came = received(ana)
    Incoming.objects.update(state=State.READING, attempts=1)

    with time_machine.travel(clock.now() + timedelta(seconds=40)):
        incoming.read(Incoming.objects.get())

    came.refresh_from_db()
    assert came.state == State.READY


def test_file_that_kills_its_readers_is_given_up(ana: Account) -> None:
    received(ana)
    Incoming.objects.update(state=State.READING, attempts=3)

    with time_machine.travel(clock.now() + timedelta(seconds=40)):
        incoming.read(Incoming.objects.get())

    assert Incoming.objects.get().error_code == "reader_crashed"


def test_living_reader_is_left_alone(ana: Account) -> None:
    came = received(ana)
    Incoming.objects.update(state=State.READING, attempts=1)

    incoming.read(came)

    assert Incoming.objects.get().attempts == 1


def test_bytes_of_what_was_discarded_go_in_a_day(ana: Account) -> None:
    came = ready(ana)
    incoming.discard(came, by=ana)

    with time_machine.travel(clock.now() + timedelta(days=2)):
        tidying.tidy()

    assert not originals.path_of(came.sha256).exists()


def test_what_was_discarded_stays_in_the_trail_when_it_is_tidied(ana: Account) -> None:
    incoming.discard(ready(ana), by=ana)

    with time_machine.travel(clock.now() + timedelta(days=2)):
        tidying.tidy()

    assert not Incoming.objects.exists()
    assert AuditEntry.objects.filter(action="file.discarded").count() == 1


def test_half_received_file_of_a_killed_process_goes_in_a_day(
    db: None, tmp_path: Path, settings: Any
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "half"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    for name, age in (("old", timedelta(days=2)), ("new", timedelta())):
        left = settings.FILE_UPLOAD_TEMP_DIR / name
        left.write_bytes(b"%PDF")
        os.utime(left, times=(time.time() - age.total_seconds(),) * 2)

    tidying.tidy()

    assert [left.name for left in settings.FILE_UPLOAD_TEMP_DIR.iterdir()] == ["new"]


def test_bytes_that_became_an_upload_stay(ana: Account) -> None:
    came = ready(ana)
    incoming.discard(came, by=ana)
    again = ready(ana)
    Visitor(ana).press(confirm_at(again), **confirmed(DOI))

    with time_machine.travel(clock.now() + timedelta(days=2)):
        tidying.tidy()

    assert originals.path_of(came.sha256).exists()
