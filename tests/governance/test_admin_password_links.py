"""The page that a one-time link leads to, which is open to whoever holds one."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from governance.actions import password_links
from governance.admin import password_links as page
from governance.models import Account
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor, words

FORM = "/admin/password-link/"
NEW = "staple battery horse"


@pytest.fixture(autouse=True)
def nobody_was_wrong_before() -> None:
    cache.clear()


@pytest.fixture
def link(ana: Account, sue: Account) -> str:
    page = f"/admin/governance/account/{ana.pk}/password-link/"
    made = Visitor(sue).press(page, reason="She called; I know her voice.")
    address: str = made.context["link"]
    return address.removeprefix("http://testserver")


def choose(holder: Visitor, password: str = NEW, again: str = "") -> Any:
    return holder.send(FORM, password=password, again=again or password)


def holding(link: str) -> Visitor:
    holder = Visitor()
    holder.open(link)
    return holder


def test_link_is_shown_once_and_kept_by_no_cache(ana: Account, sue: Account) -> None:
    page = f"/admin/governance/account/{ana.pk}/password-link/"
    made = Visitor(sue).press(page, reason="She called.")

    assert made.context["link"] in words(made)
    assert "no-store" in made.headers["Cache-Control"]
    assert made.context["link"] not in Visitor(sue).read(page.replace("password-link", "change"))


def test_link_stands_at_the_public_address(ana: Account, sue: Account, settings: Any) -> None:
    settings.PUBLIC_URL = "https://kb.hospital.cn"

    page = f"/admin/governance/account/{ana.pk}/password-link/"
    made = Visitor(sue).press(page, reason="She called.")

    assert made.context["link"].startswith("https://kb.hospital.cn/admin/password-link/")


def test_link_needs_a_reason(ana: Account, sue: Account) -> None:
    page = f"/admin/governance/account/{ana.pk}/password-link/"

    assert Visitor(sue).press(page, reason=" ").context["form"].errors["reason"]


def test_holder_of_the_link_chooses_a_password_and_logs_in(link: str, ana: Account) -> None:
    answer = choose(holding(link))

    given = {"username": "ana", "password": NEW}
    assert answer.headers["Location"] == "/admin/login/"
    assert Browser().post("/admin/login/", given).headers["Location"] == "/admin/"


def test_form_says_for_whom_it_is(link: str) -> None:
    assert "“ana”" in holding(link).read(FORM)


def test_secret_is_in_no_address_after_the_first(link: str) -> None:
    assert Visitor().open(link).headers["Location"] == FORM


def test_opening_the_link_spends_nothing(link: str) -> None:
    holding(link)

    assert choose(holding(link)).status_code == 302


def test_all_sessions_end(link: str, ana: Account) -> None:
    inside = Visitor(ana)

    choose(holding(link))

    assert inside.open("/admin/").status_code == 302


def test_lock_out_ends_with_it(link: str, ana: Account) -> None:
    for _attempt in range(5):
        Browser().post("/admin/login/", {"username": "ana", "password": "wrong"})

    choose(holding(link))

    given = {"username": "ana", "password": NEW}
    assert Browser().post("/admin/login/", given).status_code == 302


def _used(link: str, ana: Account, sue: Account) -> str:
    choose(holding(link))
    return link


def _replaced(link: str, ana: Account, sue: Account) -> str:
    password_links.make(account=ana, by=sue)
    return link


def _expired(link: str, ana: Account, sue: Account) -> str:
    ana.password_links.update(expires_at=ana.password_links.get().expires_at - password_links.LIFE)
    return link


def _unknown(link: str, ana: Account, sue: Account) -> str:
    return f"{FORM}guess/"


@pytest.mark.parametrize("spoil", [_used, _replaced, _expired, _unknown])
def test_link_that_does_not_hold_says_the_same_whatever_is_the_matter(
    spoil: Any, link: str, ana: Account, sue: Account
) -> None:
    answer = holding(spoil(link, ana, sue)).open(FORM)

    assert answer.status_code == 404
    assert "This link does not hold." in words(answer)
    assert "ana" not in words(answer)


def test_link_that_is_spent_in_another_window_chooses_nothing(link: str, ana: Account) -> None:
    one, other = holding(link), holding(link)
    choose(one)

    assert choose(other, "another horse battery").status_code == 404
    ana.refresh_from_db()
    assert ana.check_password(NEW)


def test_form_without_a_link_chooses_nothing(ana: Account) -> None:
    assert choose(Visitor()).status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "field"), [("short", "", "password"), (NEW, "other", "again")]
)
def test_password_that_will_not_do_is_refused_at_its_field(
    password: str, again: str, field: str, link: str, ana: Account
) -> None:
    answer = choose(holding(link), password, again)

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def guesses(count: int, **where: str) -> Visitor:
    guesser = Visitor()
    guesser.client.defaults.update(where)
    for n in range(count):
        guesser.open(f"{FORM}guess-{n}/")
    return guesser


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of either are too many, that tests need not try hundreds."""
    monkeypatch.setattr(page, "MOST_UNKNOWN", 3)
    monkeypatch.setattr(page, "MOST_REFUSED", 3)


def test_guesses_of_one_address_are_throttled(few: None, db: None) -> None:
    answer = guesses(3).open(FORM)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"


def test_guesses_of_another_address_are_not_counted(few: None, db: None) -> None:
    guesses(3, REMOTE_ADDR="10.0.0.1")

    assert guesses(1, REMOTE_ADDR="10.0.0.2").open(FORM).status_code == 404


def test_guesses_of_others_behind_the_address_keep_no_holder_out(few: None, link: str) -> None:
    guesses(10)

    assert choose(holding(link)).status_code == 302


def test_form_that_was_open_before_others_guessed_still_works(few: None, link: str) -> None:
    holder = holding(link)
    guesses(10)

    assert choose(holder).status_code == 302


def test_refused_passwords_are_throttled(few: None, link: str) -> None:
    holder = holding(link)

    answers = [choose(holder, "short").status_code for _ in range(4)]

    assert answers == [400] * 3 + [429]


def test_other_session_does_not_begin_the_count_of_a_link_anew(few: None, link: str) -> None:
    for _attempt in range(3):
        choose(holding(link), "short")

    assert choose(holding(link)).status_code == 429


def test_passwords_refused_to_one_keep_no_other_out(
    few: None, link: str, ben: Account, sue: Account
) -> None:
    for _attempt in range(4):
        choose(holding(link), "short")
    _link, secret = password_links.make(account=ben, by=sue)

    assert choose(holding(f"{FORM}{secret}/")).status_code == 302


def test_as_many_guesses_are_borne_as_a_hospital_behind_one_address_may_make() -> None:
    assert page.MOST_UNKNOWN >= 10 * page.MOST_REFUSED


def test_nothing_is_chosen_without_the_token(link: str, ana: Account) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.get(link)

    assert browser.post(FORM, {"password": NEW, "again": NEW}).status_code == 403


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_link_is_only_opened(method: str, link: str) -> None:
    assert getattr(Browser(), method)(link).status_code == 405


@pytest.mark.parametrize("secret", ["%00", "a" * 5000, "%F0%9F", "..", "<script>", "'"])
def test_nonsense_in_the_address_breaks_nothing(secret: str, db: None) -> None:
    assert Visitor().open(f"{FORM}{secret}/").status_code in (302, 404)


@pytest.mark.parametrize("value", ["\0", "\ud83d".encode("utf-8", "replace").decode(), "x" * 9999])
def test_nonsense_in_the_fields_breaks_nothing(value: str, link: str) -> None:
    assert choose(holding(link), value).status_code == 400


def test_secret_stands_in_no_line_of_the_log(link: str, caplog: Any) -> None:
    caplog.set_level(logging.WARNING)

    choose(holding(link), "short")

    assert link.rstrip("/").rsplit("/", 1)[1] not in caplog.text


def test_who_is_logged_in_stays_so(link: str, sue: Account) -> None:
    looker = Visitor(sue)
    looker.open(link)

    assert looker.open("/admin/").status_code == 200
