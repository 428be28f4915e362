"""What comes next, said where one is: as a review falls due, and after a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from governance.actions import assignments
from governance.models import Account, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, source_at, version_at

NEAR = timedelta(days=59)


@pytest.fixture
def due(active: Version) -> Version:
    """Its review is due within 60 days."""
    Version.objects.filter(pk=active.pk).update(review_due=active.reviewed_on + NEAR)
    active.refresh_from_db()
    return active


def test_curator_learns_what_to_do_as_a_review_falls_due(due: Version, ana: Account) -> None:
    page = Visitor(ana).read(version_at(due))

    assert f"Its review is due by {due.review_due}." in page
    assert "ask a reviewer, who reaffirms it" in page
    assert version_at(due, "assign") in page
    assert source_at(due.source, "new-version") in page


def test_reviewer_is_not_told_to_ask_one(due: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(due))

    assert "If there is none, reaffirm this one" in page
    assert "ask a reviewer" not in page


def test_reviewer_who_was_asked_is_named(due: Version, ana: Account, ben: Account) -> None:
    assignments.assign(version=due, reviewer=ben.person, by=ana)

    page = Visitor(ana).read(version_at(due))

    assert f"{ben.person} was asked to review it." in page


def test_auditor_is_told_to_do_nothing(due: Version, cleo: Account) -> None:
    assert "Its review is due by" not in Visitor(cleo).read(version_at(due))


def test_nothing_is_said_while_the_review_is_far(active: Version, ana: Account) -> None:
    assert "Its review is due by" not in Visitor(ana).read(version_at(active))


def test_edition_that_is_on_its_way_is_named_instead(due: Version, ana: Account) -> None:
    coming = knowledge.draft(due.source, ana, label="2027", texts=["Go slower."])

    page = Visitor(ana).read(version_at(due))

    assert "Another version of its source is on its way" in page
    assert version_at(coming) in page


def test_after_a_decision_the_next_one_is_offered(
    in_review: Version, active: Version, ben: Account
) -> None:
    page = Visitor(ben).read(version_at(active))

    assert "Next for your decision:" in page
    assert version_at(in_review) in page


def test_what_waits_itself_offers_no_other(in_review: Version, ana: Account, ben: Account) -> None:
    knowledge.in_review(in_review.source, ana, label="2027", texts=["Go slower."])

    assert "Next for your decision:" not in Visitor(ben).read(version_at(in_review))


def test_curator_decides_nothing_next(in_review: Version, active: Version, ana: Account) -> None:
    assert "Next for your decision:" not in Visitor(ana).read(version_at(active))


def decide(visitor: Visitor, address: str, **fields: Any) -> str:
    visitor.decide(address, reason="Read against the print.", **fields)
    return visitor.read(address.replace(address.split("/")[-2], "change"))


def test_who_approves_learns_that_it_is_in_force(in_review: Version, ben: Account) -> None:
    assert "Approved: it is in force." in decide(Visitor(ben), version_at(in_review, "approve"))


def test_first_of_two_learns_that_another_is_needed(experience: Version, ben: Account) -> None:
    page = decide(Visitor(ben), version_at(experience, "approve"))

    assert "it needs one more person" in page


def test_who_reaffirms_learns_until_when_it_holds(due: Version, ben: Account) -> None:
    page = decide(Visitor(ben), version_at(due, "reaffirm"), searched="PubMed")

    due.refresh_from_db()
    assert f"Reaffirmed: its next review is due by {due.review_due}." in page


def test_list_of_what_waits_says_from_whom_and_who_was_asked(
    in_review: Version, ana: Account, ben: Account
) -> None:
    page = Visitor(ben).read("/admin/governance/version/", waiting="approval")

    assert "Versions · For my approval" in page
    assert f"· {ana.person}" in page
    assert "Asked to review" in page
