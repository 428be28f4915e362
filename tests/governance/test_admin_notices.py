"""Notices on screen, and asking somebody to review."""

from __future__ import annotations

import inspect

import pytest

from governance.actions import notices, versions
from governance.models import Account, Assignment, Notice, Version
from governance.notice_words import SENTENCES
from llm.actions import tickets
from tests.support.visiting import Visitor, version_at

PAGE = "/admin/notices/"


@pytest.fixture
def sent_back(in_review: Version, ben: Account) -> Version:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    notices.tell()
    return in_review


def test_person_reads_what_happened_with_the_way_to_it(sent_back: Version, ana: Account) -> None:
    page = Visitor(ana).read(PAGE)

    assert "was sent back" in page
    assert f"{PAGE}{Notice.objects.get().pk}/" in page


def test_notice_is_read_when_what_it_tells_of_is_opened(sent_back: Version, ana: Account) -> None:
    notice = Notice.objects.get()

    answer = Visitor(ana).open(f"{PAGE}{notice.pk}/")

    notice.refresh_from_db()
    assert (answer.url, bool(notice.read_at)) == (version_at(sent_back), True)


def test_notice_of_another_is_not_opened(sent_back: Version, ben: Account) -> None:
    notice = Notice.objects.get()

    answer = Visitor(ben).open(f"{PAGE}{notice.pk}/")

    notice.refresh_from_db()
    assert (answer.status_code, notice.read_at) == (404, None)


def test_notices_of_others_are_not_shown(sent_back: Version, ben: Account) -> None:
    assert f"{PAGE}{Notice.objects.get().pk}/" not in Visitor(ben).read(PAGE)


def test_side_bar_counts_what_is_unread(sent_back: Version, ana: Account) -> None:
    page = Visitor(ana).open(PAGE)

    home, told = page.context["sidebar_navigation"][0]["items"][:2]
    assert (home.get("badge_callback"), told["badge_callback"]) == (None, "1")


def test_button_says_that_all_are_read(sent_back: Version, ana: Account) -> None:
    Visitor(ana).press(PAGE)

    assert Notice.objects.get().read_at


def test_empty_page_says_what_it_is_for(ana: Account) -> None:
    assert "Here you are told" in Visitor(ana).read(PAGE)


def test_everybody_has_the_page(sue: Account, sam: Account, cleo: Account) -> None:
    assert {Visitor(who).open(PAGE).status_code for who in (sue, sam, cleo)} == {200}


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_can_be_said(code: str, sent_back: Version, ana: Account) -> None:
    facts = {"due": "2026-05-31", "count": 3, "name": "Rows", "rows": 2}
    Notice.objects.update(code=code, facts=facts)

    assert Visitor(ana, language="zh-hans").open(PAGE).status_code == 200


def test_every_kind_of_news_has_a_sentence() -> None:
    code = inspect.getsource(notices) + inspect.getsource(tickets)

    assert [name for name in SENTENCES if f'"{name}"' not in code] == []


def test_fittest_reviewer_is_proposed_first(in_review: Version, ana: Account, ben: Account) -> None:
    page = Visitor(ana).open(version_at(in_review, "assign"))

    (first, _label), *_rest = page.context["form"].fields["reviewer"].choices
    assert first == str(ben.person_id)


def test_reviewer_who_was_asked_finds_it_on_the_list(
    in_review: Version, ana: Account, ben: Account
) -> None:
    Visitor(ana).press(version_at(in_review, "assign"), reviewer=ben.person_id)

    page = Visitor(ben).read("/admin/governance/version/", waiting="assigned")
    assert version_at(in_review) in page


@pytest.mark.parametrize("whom", ["", "0", "x", "999999999999999999999999"])
def test_nonsense_asks_nobody(whom: str, in_review: Version, ana: Account, ben: Account) -> None:
    answer = Visitor(ana).press(version_at(in_review, "assign"), reviewer=whom)

    assert (answer.status_code, Assignment.objects.count()) == (400, 0)


def test_where_nobody_may_review_it_says_so(in_review: Version, ana: Account) -> None:
    assert "There is no reviewer" in Visitor(ana).read(version_at(in_review, "assign"))
