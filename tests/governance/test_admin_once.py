"""A form that is sent twice is done once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from governance import clock
from governance.admin import once
from governance.admin.pages import ActionPage, refuse_without
from governance.admin.version_pages import Submit, Withdraw
from governance.admin.versions import PAGES as OF_VERSIONS
from governance.duties import Deed
from governance.models import Account, AuditEntry, Version
from tests.support.visiting import Visitor, source_at, version_at


@pytest.fixture
def token() -> str:
    return once.new_token()


def test_first_to_come_goes_on(ana: Account, token: str) -> None:
    assert once.begin(ana, token) is None


def test_second_is_led_where_the_first_was(ana: Account, token: str) -> None:
    once.begin(ana, token)
    once.finish(ana, token, "/there/")

    assert once.begin(ana, token) == "/there/"


def test_second_that_comes_while_the_first_is_at_work_does_not_go_on(
    ana: Account, token: str
) -> None:
    once.begin(ana, token)

    assert once.begin(ana, token) == ""


def test_forgotten_token_may_be_used_again(ana: Account, token: str) -> None:
    once.begin(ana, token)
    once.forget(ana, token)

    assert once.begin(ana, token) is None


def test_token_of_another_person_stands_in_nobodys_way(
    ana: Account, ben: Account, token: str
) -> None:
    once.begin(ana, token)

    assert once.begin(ben, token) is None


def test_form_without_a_token_is_done_each_time(ana: Account) -> None:
    assert once.begin(ana, "") is None
    assert once.begin(ana, "") is None


def test_finishing_without_a_token_remembers_nothing(ana: Account) -> None:
    once.finish(ana, "", "/there/")

    assert once.begin(ana, "") is None


def test_no_two_pages_have_one_token() -> None:
    assert once.new_token() != once.new_token()


def test_long_token_is_taken(ana: Account) -> None:
    assert once.begin(ana, "x" * 100_000) is None


def test_every_page_carries_another_token(draft: Version, ana: Account) -> None:
    visitor = Visitor(ana)

    tokens = {visitor.open(version_at(draft, "submit")).context["once"] for _ in range(3)}

    assert len(tokens) == 3


def test_second_in_turn_goes_where_the_first_went_that_was_at_work(
    ana: Account, token: str
) -> None:
    once.begin(ana, token)
    first = Timer(0.2, once.finish, (ana, token, "/there/"))
    first.start()

    led_to = once.begin_in_turn(ana, token)

    first.join()
    assert led_to == "/there/"


def test_second_in_turn_may_do_what_was_refused_to_the_first(ana: Account, token: str) -> None:
    once.begin(ana, token)
    first = Timer(0.2, once.forget, (ana, token))
    first.start()

    led_to = once.begin_in_turn(ana, token)

    first.join()
    assert led_to is None


def test_second_in_turn_does_not_wait_for_ever(ana: Account, token: str) -> None:
    once.begin(ana, token)

    assert once.begin_in_turn(ana, token, looks=1) == ""


def test_second_click_is_told_what_the_first_was(draft: Version, ana: Account) -> None:
    token = once.new_token()
    Visitor(ana).send(version_at(draft, "submit"), reason="", once=token)
    visitor = Visitor(ana)

    visitor.send(version_at(draft, "submit"), reason="", once=token)

    assert "Submitted. A reviewer who has not contributed" in visitor.read(version_at(draft))


def test_who_comes_back_later_is_told_that_nothing_was_done_now(
    draft: Version, ana: Account
) -> None:
    token = once.new_token()
    Visitor(ana).send(version_at(draft, "submit"), reason="", once=token)
    visitor = Visitor(ana)

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        visitor.send(version_at(draft, "submit"), reason="", once=token)
        page = visitor.read(version_at(draft))

    assert "was done then; nothing was done now" in page


def test_other_words_in_a_form_that_was_done_are_shown_and_not_called_done(
    active: Version, ana: Account
) -> None:
    token = once.new_token()
    Visitor(ana).send(version_at(active, "amend"), reason="Garbled.", once=token)

    page = Visitor(ana).send(version_at(active, "amend"), reason="A table is torn.", once=token)

    assert page.status_code == 409
    assert "filled in otherwise, and that was done" in page.text
    assert "A table is torn." in page.text
    assert page.context["once"] != token


def test_repeated_amendment_makes_one_draft(active: Version, ana: Account) -> None:
    token = once.new_token()

    for _time in range(2):
        Visitor(ana).send(version_at(active, "amend"), reason="Garbled.", once=token)

    assert Version.objects.filter(amends=active).count() == 1


def test_form_that_is_not_valid_does_not_use_up_its_token(active: Version, ana: Account) -> None:
    token = once.new_token()
    Visitor(ana).send(version_at(active, "amend"), reason="", once=token)

    Visitor(ana).send(version_at(active, "amend"), reason="Garbled.", once=token)

    assert Version.objects.filter(amends=active).count() == 1


def test_form_that_broke_on_our_side_may_be_sent_again(
    draft: Version, ana: Account, settings: Any, tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("no folder")
    token = once.new_token()
    visitor = Visitor(ana)
    visitor.client.raise_request_exception = False
    fields = {"label": "2027", "published_on": "2027", "once": token}
    address = source_at(draft.source, "new-version")
    settings.KB_HOME = blocked
    broken = visitor.send(address, file=SimpleUploadedFile("a.txt", b"a new text"), **fields)
    settings.KB_HOME = tmp_path

    visitor.send(address, file=SimpleUploadedFile("a.txt", b"a new text"), **fields)

    assert broken.status_code == 500
    assert Version.objects.filter(label="2027").exists()


# What every page says of itself.


def page_for(page: type[ActionPage[Any]], subject: object, account: Account) -> ActionPage[Any]:
    request = RequestFactory().get("/")
    request.user = account
    return page(request, subject)


def test_page_is_allowed_by_duty(draft: Version, ana: Account, cleo: Account) -> None:
    assert page_for(Submit, draft, ana).is_allowed()
    assert not page_for(Submit, draft, cleo).is_allowed()


def test_page_that_fits_has_nothing_in_the_way(draft: Version, ana: Account) -> None:
    page = page_for(Withdraw, draft, ana)

    assert page.fits()
    assert page.obstacle() == ""


@pytest.mark.parametrize("page", OF_VERSIONS)
def test_every_page_says_what_it_will_do(
    page: type[ActionPage[Any]], active: Version, ben: Account
) -> None:
    assert all(page_for(page, active, ben).sentences())


def test_addresses_of_pages_are_told_apart() -> None:
    paths = [page.path for page in OF_VERSIONS]

    assert len(set(paths)) == len(paths)


def test_who_may_is_not_turned_away(ana: Account) -> None:
    before = AuditEntry.objects.count()

    refuse_without(Deed.CURATE, ana)

    assert AuditEntry.objects.count() == before
