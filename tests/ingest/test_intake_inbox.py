"""The inbox: what it shows, and what a second click does."""

from __future__ import annotations

from threading import Timer

import pytest

from governance.admin import once
from governance.models import (
    Account,
    Version,
)
from ingest import incoming
from ingest.bringing import inbox
from ingest.models import Incoming
from tests.ingest.incoming_files import (
    INBOX,
    confirm_at,
    confirmed,
    discard_at,
    ready,
    received,
)
from tests.support.visiting import Visitor, version_at

State = Incoming.State
DOI = ("doi", "10.1000/182")


def test_everybody_who_curates_sees_the_inbox(ana: Account, dora: Account) -> None:
    received(ana)

    assert "asthma.md" in Visitor(dora).read(INBOX)


def test_inbox_goes_on_on_another_page(ana: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "A_PAGE", 2)
    for n in range(3):
        received(ana, f"file-{n}.md", f"text {n}")
    first, second = (Visitor(ana).read(INBOX, page=n) for n in (1, 2))

    assert ("file-0.md" in first, "file-2.md" in first) == (True, False)
    assert ("file-0.md" in second, "file-2.md" in second) == (False, True)


def test_inbox_shows_one_state_alone(ana: Account) -> None:
    ready(ana)
    broken = ready(ana, "broken.pdf", "%PDF-1.7 nothing")

    page = Visitor(ana).read(INBOX, state="unreadable")

    assert broken.state == State.UNREADABLE
    assert "broken.pdf" in page
    assert "asthma.md" not in page


def test_second_click_on_register_lands_where_the_first_did(ana: Account) -> None:
    came, token, visitor = ready(ana), once.new_token(), Visitor(ana)
    first = visitor.send(confirm_at(came), **confirmed(DOI, once=token))

    second = visitor.send(confirm_at(came), **confirmed(DOI, once=token))

    draft = version_at(Version.objects.get())
    assert [each.headers["Location"] for each in (first, second)] == [draft, draft]
    assert "Registered. The version is a draft" in visitor.read(draft)


def test_what_was_told_outlives_the_page_that_waits_for_its_file(ana: Account) -> None:
    came, visitor = ready(ana), Visitor(ana)
    visitor.press(confirm_at(came), **confirmed(DOI))
    draft = Version.objects.get()

    first, again = (visitor.read(version_at(draft)) for _time in range(2))

    assert draft.upload.parse_state == "queued"
    assert "Registered. The version is a draft" in first
    assert "Registered. The version is a draft" in again


def test_second_click_that_comes_with_the_first_waits_for_it(ana: Account) -> None:
    came, token, visitor = ready(ana), once.new_token(), Visitor(ana)
    once.begin(ana, token)
    first = Timer(0.2, once.finish, (ana, token, "/there/"))
    first.start()

    second = visitor.send(confirm_at(came), **confirmed(DOI, once=token))

    first.join()
    assert second.headers["Location"] == "/there/"


def test_discarded_file_leaves_the_inbox_and_may_come_again(ana: Account) -> None:
    came = ready(ana)

    Visitor(ana).press(discard_at(came))

    assert not incoming.waiting().exists()
    assert received(ana).state == State.WAITING


def test_discarding_twice_is_harmless(ana: Account) -> None:
    came = ready(ana)
    Visitor(ana).send(discard_at(came))

    assert Visitor(ana).send(discard_at(came)).status_code == 409
