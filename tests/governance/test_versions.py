from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from governance.duties import Role
from governance.errors import (
    SecondPersonNeeded,
)
from governance.lifecycle import Status
from governance.models import Account, Source, Version
from tests.support import knowledge

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_approval_brings_a_version_into_force(in_review: Version, ben: Account) -> None:
    version = knowledge.approve(in_review, ben)

    assert version.status == Status.ACTIVE
    assert version.is_in_force(NOON)


def test_approval_freezes_what_is_cited(active: Version, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(title="Another title")

    active.refresh_from_db()
    assert active.citation["title"] == "Asthma guideline"


def test_six_months_from_the_last_of_august_is_the_last_of_february(active: Version) -> None:
    assert active.review_due == date(2027, 2, 28)


def test_contributor_cannot_approve_by_a_second_account(
    in_review: Version, ana: Account
) -> None:
    knowledge.account("eva", Role.REVIEWER, number="ana")

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(in_review, Account.objects.get(username="eva"))
