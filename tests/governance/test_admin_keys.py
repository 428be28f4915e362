"""Keys of programs on pages of the admin."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from governance import clock
from governance.duties import Scope
from governance.models import Account, Client
from tests.support.visiting import Visitor, words

KEYS = "/admin/governance/client/"


def at_key(client: Client, page: str = "change") -> str:
    return f"{KEYS}{client.pk}/{page}/"


def make_key(by: Account, **changed: object) -> Any:
    fields = {"name": "ward-bot", "scopes": [Scope.RETRIEVE]}
    return Visitor(by).press(f"{KEYS}add/", **(fields | changed))


def test_key_is_shown_once(sue: Account) -> None:
    response = make_key(sue)

    key = response.context["key"]
    assert key in words(response)
    assert Client.objects.with_key(key, at=clock.now())


def test_key_is_kept_by_no_cache(sue: Account) -> None:
    assert "no-store" in make_key(sue).headers["Cache-Control"]


def test_key_is_nowhere_afterwards(sue: Account) -> None:
    key = make_key(sue).context["key"]

    assert key not in Visitor(sue).read(at_key(Client.objects.get()))


def test_page_of_a_key_sent_twice_makes_one(sue: Account) -> None:
    make_key(sue, once="one key")

    response = make_key(sue, once="one key")

    assert response.status_code == 302
    assert Client.objects.count() == 1


def test_page_of_a_key_loaded_again_says_that_it_was_shown_once(sue: Account) -> None:
    visitor = Visitor(sue)
    for _time in range(2):
        visitor.press(f"{KEYS}add/", name="ward-bot", scopes=[Scope.RETRIEVE], once="one key")

    page = visitor.read(KEYS)

    assert "The key was made and shown once; it cannot be shown again." in page


def test_key_has_a_button_that_copies_it(sue: Account) -> None:
    response = make_key(sue)

    assert f">{response.context['key']}</textarea>" in words(response)
    assert 'data-copy="shown-once"' in words(response)


def test_key_without_a_scope_is_refused_at_the_field(sue: Account) -> None:
    response = make_key(sue, scopes=[])

    assert response.context["form"].errors["scopes"]


def test_key_opens_through_its_last_day(sue: Account) -> None:
    today = clock.today()

    make_key(sue, expires_on=today.isoformat())

    tomorrow = today + timedelta(days=1)
    assert Client.objects.get().keys.get().expires_at == clock.start_of(tomorrow)


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "soon"])
def test_last_day_that_makes_no_sense_is_refused_at_its_field(day: str, sue: Account) -> None:
    response = make_key(sue, expires_on=day)

    assert response.context["form"].errors["expires_on"]


def test_taken_name_of_a_program_is_refused(sue: Account) -> None:
    make_key(sue)

    response = make_key(sue)

    assert response.status_code == 409
    assert "There is already one of this name: ward-bot." in words(response)


def test_revoked_key_opens_nothing(sue: Account) -> None:
    key = make_key(sue).context["key"]

    Visitor(sue).press(at_key(Client.objects.get(), "revoke"), reason="Lost.")

    assert Client.objects.with_key(key, at=clock.now()) is None


def test_revoked_key_says_so_and_offers_nothing(sue: Account) -> None:
    make_key(sue)
    Visitor(sue).press(at_key(Client.objects.get(), "revoke"), reason="Lost.")

    page = Visitor(sue).read(at_key(Client.objects.get()))

    assert "kb-bad" in page
    assert "What you may do now" not in page


def test_system_administrator_cannot_make_a_key(sam: Account) -> None:
    response = Visitor(sam).send(f"{KEYS}add/", name="ward-bot", scopes=["retrieve"])

    assert response.status_code == 403
    assert not Client.objects.exists()


def test_revoked_key_says_by_whom_and_why(sue: Account) -> None:
    make_key(sue)
    Visitor(sue).press(at_key(Client.objects.get(), "revoke"), reason="Lost.")

    assert "by Sue: Lost." in Visitor(sue).read(at_key(Client.objects.get()))


def test_key_that_was_never_used_says_so(sue: Account) -> None:
    make_key(sue)

    assert "never" in Visitor(sue).read(KEYS)


def test_key_says_when_it_was_used_last(sue: Account) -> None:
    make_key(sue)
    Client.objects.get().note_use(at=clock.start_of(date(2031, 5, 6)))

    assert "2031-05-06 00:00" in Visitor(sue).read(at_key(Client.objects.get()))


KEY_STATES = {"valid": 1, "expired": 0, "revoked": 0, "unused": 1, "lost": 1}


@pytest.mark.parametrize(("state", "count"), KEY_STATES.items())
def test_keys_are_filtered_by_state(state: str, count: int, sue: Account) -> None:
    make_key(sue)

    page = Visitor(sue).open(KEYS, state=state)
    assert page.context["cl"].result_count == count


@pytest.mark.parametrize(("scope", "count"), [("retrieve", 1), ("audit", 0)])
def test_keys_are_filtered_by_what_they_open(scope: str, count: int, sue: Account) -> None:
    make_key(sue)

    assert Visitor(sue).open(KEYS, scope=scope).context["cl"].result_count == count
