"""The face of the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import RequestFactory

from governance.duties import Deed
from governance.models import Account
from kbadmin.navigation import UNFOLD, may
from tests.support.visiting import Visitor

ITEMS = [item for group in UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]]


def asked_by(user: Any) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def test_duty_opens_its_items(ana: Account) -> None:
    assert may(Deed.READ)(asked_by(ana))


def test_other_duties_stay_closed(ana: Account) -> None:
    assert not may(Deed.AUDIT)(asked_by(ana))


def test_nobody_sees_an_item() -> None:
    assert not may(Deed.READ)(asked_by(AnonymousUser()))


def test_disabled_account_sees_no_item(ana: Account) -> None:
    ana.is_active = False

    assert not may(Deed.READ)(asked_by(ana))


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: str(item["link"]))
def test_every_item_leads_somewhere(item: dict[str, Any], db: None) -> None:
    response = Visitor().open(str(item["link"]))

    assert response.status_code == 302


@pytest.mark.parametrize("key", ["STYLES", "SCRIPTS"])
def test_what_pages_load_lies_in_the_checkout(key: str) -> None:
    addresses = [load(asked_by(AnonymousUser())) for load in UNFOLD[key]]

    assert all(finders.find(address.removeprefix("/static/")) for address in addresses)


def test_icon_lies_in_the_checkout() -> None:
    icon = UNFOLD["SITE_FAVICONS"][0]["href"](asked_by(AnonymousUser()))

    assert finders.find(icon.removeprefix("/static/"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_first_page_speaks_both_languages(language: str, ana: Account) -> None:
    page = Visitor(ana, language=language).read("/admin/")

    assert f'lang="{language}"' in page


def test_person_is_shown_by_the_whole_name(ana: Account) -> None:
    ana.person.display_name = "王安娜"
    ana.person.save(update_fields=["display_name"])

    assert "王安娜" in Visitor(ana).read("/admin/")
