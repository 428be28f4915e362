"""The inbox: what it shows, and what a second click does."""

from __future__ import annotations

from threading import Timer

import pytest

from governance import originals
from governance.admin import once
from governance.models import (
    Account,
    AuditEntry,
    Version,
)
from ingest import incoming
from ingest.bringing import inbox
from ingest.models import Incoming
from tests.ingest.incoming_files import (
    DISCARD,
    INBOX,
    confirm_at,
    confirmed,
    discard_at,
    file_at,
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

    assert ("file-0.md" in first, "file-2.md" in first) == (False, True)
    assert ("file-0.md" in second, "file-2.md" in second) == (True, False)


def test_file_that_came_last_stands_first_whatever_its_state(ana: Account) -> None:
    ready(ana, "first.md")
    received(ana, "second.md", "other words")

    page = Visitor(ana).read(INBOX)

    assert page.index("second.md") < page.index("first.md")


@pytest.mark.parametrize("address", [INBOX, "confirm"])
def test_file_can_be_opened_where_one_decides_about_it(ana: Account, address: str) -> None:
    came = ready(ana)

    page = Visitor(ana).read(confirm_at(came) if address == "confirm" else address)

    assert f'href="{file_at(came)}"' in page


def test_file_is_sent_as_it_came_and_never_opened_in_the_browser(ana: Account) -> None:
    came = received(ana, "page.html", "<script>alert(1)</script>")

    answer = Visitor(ana).open(file_at(came))

    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'


@pytest.mark.parametrize("who", ["cleo", "sam", "sue"])
def test_other_duty_gets_no_file(ana: Account, who: str, request: pytest.FixtureRequest) -> None:
    came = received(ana)

    assert Visitor(request.getfixturevalue(who)).open(file_at(came)).status_code == 403


def test_file_that_left_the_inbox_is_not_sent_from_it(ana: Account) -> None:
    came = received(ana)
    incoming.discard(came, by=ana)

    assert Visitor(ana).open(file_at(came)).status_code == 404


def test_file_whose_bytes_are_gone_is_not_found(ana: Account) -> None:
    came = received(ana)
    originals.path_of(came.sha256).unlink()

    assert Visitor(ana).open(file_at(came)).status_code == 404


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


def test_page_says_what_of_the_chosen_will_be_discarded_and_whose_it_is(
    ana: Account, dora: Account
) -> None:
    mine, hers = received(ana, "mine.md", "a"), received(dora, "hers.md", "b")

    page = Visitor(ana).read(DISCARD, chosen=[mine.pk, hers.pk])

    assert "It will be done to 2" in page
    assert "Dora brought in 1 of them." in page
    assert "Ana brought in" not in page


def test_chosen_files_are_discarded_each_as_one_is(ana: Account) -> None:
    chosen = [received(ana, f"{n}.md", f"text {n}") for n in range(2)]
    kept = received(ana)

    Visitor(ana).press(f"{DISCARD}?ids={chosen[0].pk},{chosen[1].pk}")

    assert list(incoming.waiting()) == [kept]
    assert AuditEntry.objects.filter(action="file.discarded").count() == 2


def test_chosen_file_that_another_ended_is_told(ana: Account, dora: Account) -> None:
    chosen = [received(ana, f"{n}.md", f"text {n}") for n in range(2)]
    incoming.discard(chosen[0], by=dora)

    page = Visitor(ana).read(DISCARD, ids=f"{chosen[0].pk},{chosen[1].pk}")

    assert "It will be done to 1" in page
    assert "It will not be done to 1" in page


@pytest.mark.parametrize("chosen", ["", "9", "x,y", "1;2", "9" * 40])
def test_nothing_that_could_be_discarded_is_said(ana: Account, chosen: str) -> None:
    assert "Nothing was ticked." in Visitor(ana).read(DISCARD, chosen=chosen)


def test_other_duty_discards_none_of_many(ana: Account, cleo: Account) -> None:
    came = received(ana)

    assert Visitor(cleo).send(f"{DISCARD}?ids={came.pk}").status_code == 403
    assert incoming.waiting().exists()


def test_discarding_twice_is_harmless(ana: Account) -> None:
    came = ready(ana)
    Visitor(ana).send(discard_at(came))

    assert Visitor(ana).send(discard_at(came)).status_code == 409
