"""Changing one's own password, logging in and out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.models import Account, AuditEntry
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor, words

PAGE = "/admin/password_change/"
LOGIN = "/admin/login/"
NEW = "staple battery horse"


def change(visitor: Visitor, **changed: object) -> Any:
    fields = {"old": PASSWORD, "password": NEW, "again": NEW}
    return visitor.press(PAGE, **(fields | changed))


def test_own_password_is_changed(ana: Account) -> None:
    change(Visitor(ana))

    ana.refresh_from_db()
    assert ana.check_password(NEW)


def test_change_is_in_the_trail(ana: Account) -> None:
    change(Visitor(ana))

    assert AuditEntry.objects.latest("number").action == "account.password_set"


def test_session_goes_on_after_the_change(ana: Account) -> None:
    visitor = Visitor(ana)

    change(visitor)

    assert visitor.open("/admin/").status_code == 200


def test_other_session_ends_with_the_change(ana: Account) -> None:
    other = Visitor(ana)

    change(Visitor(ana))

    assert other.open("/admin/").status_code == 302


def test_wrong_old_password_is_shown_at_its_field(ana: Account) -> None:
    response = change(Visitor(ana), old="a wrong one")

    assert response.status_code == 403
    assert response.context["form"].errors["old"] == ["The password is wrong."]


def test_new_passwords_that_differ_are_refused(ana: Account) -> None:
    response = change(Visitor(ana), again="another long password")

    assert response.status_code == 400
    assert response.context["form"].errors["again"]


def test_weak_new_password_is_refused_at_its_field(ana: Account) -> None:
    response = change(Visitor(ana), password="12345678901", again="12345678901")

    assert response.context["form"].errors["password"]


@pytest.mark.parametrize("who", ["ana", "ben", "cleo", "sue", "sam"])
def test_everybody_may_change_the_own_password(who: str, request: pytest.FixtureRequest) -> None:
    account = request.getfixturevalue(who)

    assert Visitor(account).open(PAGE).status_code == 200


def test_nobody_is_led_to_the_login(db: None) -> None:
    assert Visitor().open(PAGE).headers["Location"].startswith(LOGIN)


# Logging in and out.


def log_in(name: str, password: str) -> Any:
    client = Client(headers={"accept-language": "en"})
    return client.post(LOGIN, {"username": name, "password": password})


def test_login_leads_to_the_first_page(ana: Account) -> None:
    assert log_in("ana", PASSWORD).headers["Location"] == "/admin/"


def test_wrong_login_speaks_of_no_staff_account(ana: Account) -> None:
    response = log_in("ana", "a wrong one")

    assert "Name and password do not fit together" in words(response)
    assert "staff" not in words(response)


def test_unknown_name_gets_the_same_words(ana: Account) -> None:
    assert "Name and password do not fit together" in words(log_in("nobody", PASSWORD))


def test_locked_account_gets_a_page_in_words(ana: Account) -> None:
    for _attempt in range(5):
        response = log_in("ana", "a wrong one")

    assert response.status_code == 429
    assert "The account is locked" in words(response)


def test_right_password_does_not_open_a_locked_account(ana: Account) -> None:
    for _attempt in range(5):
        log_in("ana", "a wrong one")

    assert log_in("ana", PASSWORD).status_code == 429


def test_logging_out_needs_a_post(ana: Account) -> None:
    assert Visitor(ana).open("/admin/logout/").status_code == 405


def test_logged_out_is_said_in_words(ana: Account) -> None:
    assert "You are logged out." in words(Visitor(ana).send("/admin/logout/"))


def test_language_is_switched(ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.send("/i18n/setlang/", language="zh-hans", next="/admin/")

    assert 'lang="zh-hans"' in visitor.read("/admin/")
