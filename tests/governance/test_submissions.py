"""What was submitted is taken back by who contributed to it, before anybody has decided."""

from __future__ import annotations

import pytest

from governance.actions import submissions
from governance.errors import IllegalMove, NotTheContributor
from governance.lifecycle import Status
from governance.models import Account, Version
from governance.verification import verify_trail
from tests.support.visiting import Visitor, version_at


def test_submission_that_is_taken_back_is_a_draft(in_review: Version, ana: Account) -> None:
    taken = submissions.take_back(version=in_review, reason="A table is missing.", by=ana)

    assert (taken.status, taken.submitted_at) == (Status.DRAFT, None)
    assert list(verify_trail()) == []


def test_who_did_not_contribute_takes_nothing_back(in_review: Version, ben: Account) -> None:
    with pytest.raises(NotTheContributor):
        submissions.take_back(version=in_review, reason="Mine.", by=ben)


def test_draft_is_not_taken_back(draft: Version, ana: Account) -> None:
    with pytest.raises(IllegalMove):
        submissions.take_back(version=draft, reason="Too early.", by=ana)


def test_page_takes_it_back(in_review: Version, ana: Account) -> None:
    visitor = Visitor(ana)

    visitor.press(version_at(in_review, "take-back"), reason="A table is missing.")

    in_review.refresh_from_db()
    assert in_review.status == Status.DRAFT
    assert "Taken back. It is a draft again." in visitor.read(version_at(in_review))


def test_reviewer_is_offered_to_send_it_back_instead(in_review: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(in_review))

    assert version_at(in_review, "send-back") in page
    assert version_at(in_review, "take-back") not in page
