"""Lists saved by name: found again, removed, and never somebody else's."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from governance.models import Account, SavedView, Version
from tests.support.visiting import Visitor

LIST = "/admin/governance/version/"
SAVE = f"{LIST}save-view/"


def save(
    account: Account, name: str = "Mine", shown: str = "status=draft", **fields: str
) -> HttpResponse:
    page: HttpResponse = Visitor(account).press(f"{SAVE}?{shown}", name=name, **fields)
    return page


def test_filtered_list_offers_to_be_saved(ana: Account) -> None:
    assert f"{SAVE}?status=draft" in Visitor(ana).read(LIST, status="draft")


def test_saved_view_leads_to_the_same_list(ana: Account) -> None:
    save(ana, shown="status=draft&q=%E6%BA%B6%E6%A0%93&o=1&p=3")

    assert SavedView.objects.get().query == "status=draft&q=%E6%BA%B6%E6%A0%93&o=1"


def test_saved_view_stands_above_the_list(ana: Account) -> None:
    save(ana)

    assert "?status=draft" in Visitor(ana).read(LIST)


def test_same_name_again_takes_no_other_list_unasked(ana: Account) -> None:
    save(ana)

    page = save(ana, shown="status=active")

    assert "There is a view of this name" in page.content.decode()
    assert SavedView.objects.get().query == "status=draft"


def test_same_name_again_takes_the_new_list_if_told_so(ana: Account) -> None:
    save(ana)

    save(ana, shown="status=active", replace="on")

    assert SavedView.objects.get().query == "status=active"


def test_list_that_is_sought_with_too_many_words_is_refused_in_words(ana: Account) -> None:
    page = save(ana, shown=f"q={'溶栓' * 100}")

    assert "at most 1000 characters" in page.content.decode()


def test_views_of_others_are_not_shown(ana: Account, ben: Account) -> None:
    save(ana, name="Secret shelf")

    assert "Secret shelf" not in Visitor(ben).read(LIST)


def test_views_of_others_cannot_be_removed(ana: Account, ben: Account) -> None:
    save(ana)

    answer = Visitor(ben).send(f"/admin/views/{SavedView.objects.get().pk}/remove/")

    assert (answer.status_code, SavedView.objects.count()) == (404, 1)


def test_own_view_is_removed(ana: Account) -> None:
    save(ana)

    Visitor(ana).press(f"/admin/views/{SavedView.objects.get().pk}/remove/")

    assert not SavedView.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61, "\u202eabc"])
def test_name_that_cannot_be_read_is_refused(name: str, ana: Account) -> None:
    answer = save(ana, name=name)

    assert getattr(answer, "status_code", 0) in (400, 409)
    assert not SavedView.objects.exists()


def test_what_is_saved_stays_a_list_of_parameters(ana: Account) -> None:
    Visitor(ana).press(SAVE, name="Evil", query="javascript:alert(1)")

    assert SavedView.objects.get().query == ""


@pytest.mark.long
def test_nobody_keeps_more_than_can_be_looked_through(active: Version, ana: Account) -> None:
    for number in range(31):
        save(ana, name=f"View {number}")

    assert SavedView.objects.count() == 30
