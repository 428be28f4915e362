"""The password asked again: wrong, right, and right once it is too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpRequest
from django.test import RequestFactory

from governance.actions import people, versions
from governance.confirmation import Confirmed, confirm
from governance.errors import LockedOut, PasswordWrong, Refused
from governance.models import Account, AuditEntry, Version
from tests.support import knowledge

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def request() -> HttpRequest:
    return RequestFactory().post("/api/v1/versions/1/approve/")


def ask(account: Account, password: str = knowledge.PASSWORD) -> Confirmed:
    return confirm(account, password, request=request())


def fail(account: Account, times: int) -> list[type[Refused]]:
    kinds: list[type[Refused]] = []
    for _ in range(times):
        with pytest.raises(Refused) as refused:
            ask(account, "wrong")
        kinds.append(type(refused.value))
    return kinds


def test_right_password_confirms_the_account(ben: Account) -> None:
    assert ask(ben) == Confirmed(ben)


@pytest.mark.parametrize("password", ["", "wrong", knowledge.PASSWORD + " "])
def test_wrong_password_is_refused(ben: Account, password: str) -> None:
    with pytest.raises(PasswordWrong):
        ask(ben, password)


def test_wrong_password_leaves_the_version_as_it_was(in_review: Version, ben: Account) -> None:
    with pytest.raises(PasswordWrong):
        versions.approve(
            version=in_review, by=ask(ben, "wrong"), reason="Read.", digest=in_review.digest_now()
        )

    assert Version.objects.get(pk=in_review.pk).state() == in_review.state()


def test_wrong_password_leaves_a_trace(ben: Account) -> None:
    fail(ben, 1)

    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.by_id) == ("attempt.refused", ben.pk)
    assert b"password_wrong" in bytes(entry.leaf)


def test_fifth_wrong_password_locks_the_account(ben: Account) -> None:
    assert fail(ben, 6) == [*[PasswordWrong] * 4, LockedOut, LockedOut]


def test_right_password_does_not_open_a_locked_account(ben: Account) -> None:
    fail(ben, 5)

    with pytest.raises(LockedOut):
        ask(ben)


def test_lock_opens_after_a_quarter_of_an_hour(ben: Account, clock: time_machine.Traveller) -> None:
    fail(ben, 5)
    clock.shift(timedelta(minutes=15, seconds=1))

    assert ask(ben) == Confirmed(ben)


def test_lock_of_one_account_is_not_another_s(ben: Account, dora: Account) -> None:
    fail(ben, 5)

    assert ask(dora) == Confirmed(dora)


def test_disabled_account_is_not_confirmed(ben: Account, sue: Account) -> None:
    people.set_active(account=ben, active=False, reason="Left.", by=sue)

    with pytest.raises(PasswordWrong):
        ask(ben)


def test_password_of_before_does_not_confirm(ben: Account, sue: Account) -> None:
    people.set_password(account=ben, password="another horse battery", by=sue)

    with pytest.raises(PasswordWrong):
        ask(ben)
