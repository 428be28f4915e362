"""One deed for many: what will happen to which, what did, and nothing by halves."""

from __future__ import annotations

import pytest

from governance.actions import versions
from governance.lifecycle import RetirementReason, Status
from governance.models import Account, Retirement, Source, Version
from tests.support import knowledge
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor

LIST = "/admin/governance/version/"


def bulk(deed: str, *chosen: object) -> str:
    ids = ",".join(str(getattr(one, "pk", one)) for one in chosen)
    return f"{LIST}bulk/{deed}/?ids={ids}"


@pytest.fixture
def two(source: Source, ana: Account) -> list[Version]:
    return [knowledge.draft(source, ana, label="2023"), knowledge.draft(source, ana)]


def statuses(rows: list[Version]) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.status for row in rows]


def test_what_was_ticked_leads_to_a_page_that_says_what_will_happen(
    two: list[Version], ana: Account
) -> None:
    chosen = [v.pk for v in two]

    answer = Visitor(ana).client.post(LIST, {"action": "submit", "_selected_action": chosen})

    assert answer["Location"] == bulk("submit", *two)


def test_nothing_is_done_before_it_was_said(two: list[Version], ana: Account) -> None:
    page = Visitor(ana).read(bulk("submit", *two))

    assert "2023" in page
    assert statuses(two) == [Status.DRAFT, Status.DRAFT]


def test_all_that_can_be_done_is_done(two: list[Version], ana: Account) -> None:
    Visitor(ana).press(bulk("submit", *two), reason="Ready.")

    assert statuses(two) == [Status.IN_REVIEW, Status.IN_REVIEW]


def test_what_cannot_be_done_is_said_before_with_its_reason(
    two: list[Version], source: Source, ana: Account
) -> None:
    unread = knowledge.unread(source, ana)

    context = Visitor(ana).open(bulk("submit", *two, unread)).context

    assert [line.obstacle for line in context["will_not"]] == [
        "It can be submitted as soon as the file has been read."
    ]


def test_what_was_refused_meanwhile_is_told_apart_from_what_was_done(
    two: list[Version], ana: Account, ben: Account
) -> None:
    visitor = Visitor(ana)
    visitor.open(bulk("submit", *two))
    versions.withdraw(version=two[0], reason="Wrong file.", by=ana)

    visitor.press(bulk("submit", *two), reason="Ready.")

    assert statuses(two) == [Status.WITHDRAWN, Status.IN_REVIEW]


def test_wrong_password_stops_all_of_them(active: Version, ana: Account, ben: Account) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)
    address = bulk("retire", active, other)

    answer = Visitor(ben).press(
        address, password="guess", reason_code=RetirementReason.OUTDATED, note="Old."
    )

    assert (answer.status_code, Retirement.objects.count()) == (403, 0)


def test_password_is_asked_once_for_all(active: Version, ana: Account, ben: Account) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)

    Visitor(ben).press(
        bulk("retire", active, other),
        password=PASSWORD,
        reason_code=RetirementReason.OUTDATED,
        note="Old.",
    )

    assert Retirement.objects.count() == 2


@pytest.mark.parametrize("ids", ["", "x", "0", "9" * 40, "-1", "1,,2;3", "\u0661"])
def test_nonsense_for_numbers_chooses_nothing(ids: str, ana: Account) -> None:
    page = Visitor(ana).read(f"{LIST}bulk/submit/?ids={ids}")

    assert "Nothing was ticked." in page


@pytest.mark.long
def test_more_than_can_be_looked_through_is_refused(ana: Account, source: Source) -> None:
    knowledge.many(source, ana, 201)
    chosen = Version.objects.values_list("pk", flat=True)

    page = Visitor(ana).read(bulk("withdraw", *chosen))

    assert "Choose at most 200 at once." in page


def test_curator_is_not_offered_what_reviewers_do(active: Version, ana: Account) -> None:
    choices = [
        c for c, _name in Visitor(ana).open(LIST).context["action_form"].fields["action"].choices
    ]

    assert "retire" not in choices


def test_auditor_is_offered_nothing_to_do(active: Version, cleo: Account) -> None:
    assert (
        "action_form" not in Visitor(cleo).open(LIST).context
        or not (Visitor(cleo).open(LIST).context["action_form"])
    )
