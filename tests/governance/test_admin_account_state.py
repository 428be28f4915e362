"""What the page of an account says of its lock-out and its sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client as Browser

from governance import lockouts, sessions
from governance.actions import people
from governance.models import Account
from tests.governance.editions import NOON
from tests.support.visiting import Visitor

Clock = time_machine.Traveller


def at(account: Account) -> str:
    return f"/admin/governance/account/{account.pk}/change/"


def try_wrong(account: Account, times: int, *, browser: str = "A") -> None:
    given = {"username": account.username, "password": "wrong"}
    for _time in range(times):
        Browser(headers={"user-agent": browser}).post("/admin/login/", given)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


# Locked.


def test_page_says_after_how_many_tries_when_and_until_when(
    clock: Clock, ana: Account, sue: Account
) -> None:
    try_wrong(ana, 5)
    clock.shift(minutes(1))

    page = Visitor(sue).read(at(ana))

    assert (
        "Locked by 5 wrong passwords, the last at 2026-08-31 12:00; until 2026-08-31 12:15" in page
    )


def test_page_of_who_is_not_locked_says_nothing_of_it(ana: Account, sue: Account) -> None:
    try_wrong(ana, 4)

    assert "wrong passwords, the last" not in Visitor(sue).read(at(ana))


def test_what_is_tried_meanwhile_prolongs_it(clock: Clock, ana: Account) -> None:
    try_wrong(ana, 5)
    clock.shift(minutes(10))
    try_wrong(ana, 1)

    found = lockouts.lock_out_of("ana", NOON + minutes(10))

    assert found == lockouts.LockOut(6, NOON + minutes(10), NOON + minutes(25))


def test_lock_out_ends_when_too_few_of_its_tries_are_left(clock: Clock, ana: Account) -> None:
    try_wrong(ana, 2, browser="A")
    clock.shift(minutes(5))
    try_wrong(ana, 3, browser="B")

    found = lockouts.lock_out_of("ana", NOON + minutes(5))

    assert found == lockouts.LockOut(5, NOON + minutes(5), NOON + minutes(15))


@pytest.mark.parametrize(("seconds", "locked"), [(-1, True), (1, False)])
def test_it_holds_exactly_as_long_as_is_said(
    clock: Clock, seconds: int, locked: bool, ana: Account
) -> None:
    try_wrong(ana, 2, browser="A")
    clock.shift(minutes(5))
    try_wrong(ana, 3, browser="B")
    found = lockouts.lock_out_of("ana", NOON + minutes(5))
    assert found

    at_its_end = found.until + timedelta(seconds=seconds)

    assert lockouts.locked_names(at_its_end).filter(username="ana").exists() is locked


# Sessions.


def test_page_counts_the_sessions_that_live(clock: Clock, ana: Account, sue: Account) -> None:
    Visitor(ana).open("/admin/")
    clock.shift(minutes(7))
    Visitor(ana).open("/admin/")
    clock.shift(minutes(7))

    page = Visitor(sue).open(at(ana))

    assert page.context["sessions"] == sessions.Living(2, NOON + minutes(7))
    assert "<dt>Last active</dt><dd>2026-08-31 12:07</dd>" in page.content.decode()


def test_session_that_was_only_begun_counts_from_then(clock: Clock, ana: Account) -> None:
    Visitor(ana)
    clock.shift(minutes(7))

    assert sessions.living(ana, NOON + minutes(7)) == sessions.Living(1, NOON)


def test_session_of_another_does_not_count(ana: Account, ben: Account) -> None:
    Visitor(ben).open("/admin/")

    assert sessions.living(ana, datetime.now(UTC)).count == 0


def test_session_that_nobody_used_for_a_while_does_not_count(clock: Clock, ana: Account) -> None:
    Visitor(ana).open("/admin/")

    assert sessions.living(ana, NOON + minutes(30)).count == 1
    assert sessions.living(ana, NOON + minutes(32)).count == 0


def test_sessions_that_were_ended_do_not_count(ana: Account, sue: Account) -> None:
    Visitor(ana).open("/admin/")

    ended = people.end_sessions(account=ana, by=sue)

    assert sessions.living(ended, datetime.now(UTC)).count == 0


def test_who_logged_out_is_not_in(ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.open("/admin/")

    visitor.send("/admin/logout/")

    assert sessions.living(ana, datetime.now(UTC)).count == 0


def test_account_of_nobody_who_is_in_shows_none(ana: Account, sue: Account) -> None:
    assert "<dt>Sessions now</dt><dd>0</dd>" in Visitor(sue).read(at(ana))
