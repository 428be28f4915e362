from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from governance.actions import quarantines, versions
from governance.duties import Role
from governance.errors import (
    AlreadyQuarantined,
    IllegalMove,
    Malformed,
    NotAllowed,
    NotQuarantined,
    SecondPersonNeeded,
)
from governance.models import Account, AuditEntry, Passage, Version
from tests.governance.editions import NOON
from tests.support import knowledge
from tests.support.oracle import TICK
from tests.support.refusing import database_refuses

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("clock")]

HOUR = timedelta(hours=1)


def served(at: datetime) -> list[str]:
    return [p.text for p in Passage.objects.in_force(at).order_by("position")]


def test_quarantined_version_is_not_served(quarantined: Version) -> None:
    assert not quarantined.is_in_force(NOON)
    assert served(NOON) == []


def test_quarantine_begins_at_its_instant_and_not_before(quarantined: Version) -> None:
    assert quarantined.is_quarantined(NOON)
    assert not quarantined.is_quarantined(NOON - TICK)


def test_quarantine_leaves_the_status_alone(quarantined: Version) -> None:
    quarantined.refresh_from_db()

    assert quarantined.status == "active"


def test_quarantined_passage_alone_is_not_served(active: Version, ana: Account) -> None:
    knowledge.quarantine(active.passages.get(text="Start low."), ana)

    assert served(NOON) == ["Go slow."]
    assert active.is_in_force(NOON)


@pytest.mark.parametrize("role", [Role.CURATOR, Role.REVIEWER, Role.GRAPH_EDITOR])
def test_one_person_of_content_begins_it(active: Version, role: Role) -> None:
    knowledge.quarantine(active, knowledge.account("gil", role))

    assert active.is_quarantined(NOON)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_who_has_another_duty_does_not_begin_it(active: Version, role: Role) -> None:
    with pytest.raises(NotAllowed):
        knowledge.quarantine(active, knowledge.account("gil", role))


def test_curator_takes_no_part_in_ending_it(quarantined: Version, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        knowledge.lift(quarantined, ana)


def test_first_person_does_not_end_it(quarantined: Version, ben: Account) -> None:
    knowledge.lift(quarantined, ben)

    assert quarantined.is_quarantined(NOON)


def test_second_person_ends_it(
    quarantined: Version, ben: Account, dora: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(HOUR)
    knowledge.lift(quarantined, ben, dora)

    states = [quarantined.is_in_force(at) for at in (NOON - TICK + HOUR, NOON + HOUR)]
    assert states == [False, True]


def test_same_person_does_not_end_it_twice(quarantined: Version, ben: Account) -> None:
    knowledge.lift(quarantined, ben)

    with pytest.raises(SecondPersonNeeded):
        knowledge.lift(quarantined, ben)


def test_same_person_does_not_end_it_by_another_account(quarantined: Version, ben: Account) -> None:
    knowledge.lift(quarantined, ben)
    again = knowledge.account("ben2", Role.REVIEWER, number="ben")

    with pytest.raises(SecondPersonNeeded):
        knowledge.lift(quarantined, again)


def test_who_began_it_may_be_one_of_the_two(active: Version, ben: Account, dora: Account) -> None:
    knowledge.quarantine(active, ben)
    knowledge.lift(active, ben, dora)

    assert active.is_in_force(NOON)


def test_passage_is_freed_by_two(active: Version, ben: Account, dora: Account) -> None:
    passage = active.passages.get(text="Start low.")
    knowledge.quarantine(passage, ben)
    for person in (ben, dora):
        knowledge.lift(passage, person)

    assert served(NOON) == ["Start low.", "Go slow."]


def test_freeing_the_version_frees_no_passage(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(quarantined.passages.get(text="Start low."), ben)
    knowledge.lift(quarantined, ben, dora)

    assert served(NOON) == ["Go slow."]


def test_quarantine_is_not_begun_twice(quarantined: Version, ben: Account) -> None:
    with pytest.raises(AlreadyQuarantined):
        knowledge.quarantine(quarantined, ben)


def test_what_is_not_quarantined_is_not_lifted(active: Version, ben: Account) -> None:
    with pytest.raises(NotQuarantined):
        knowledge.lift(active, ben)


def test_draft_is_not_quarantined(draft: Version, ben: Account) -> None:
    with pytest.raises(IllegalMove):
        knowledge.quarantine(draft, ben)


def test_what_is_retired_is_not_quarantined_and_is_told_so(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    with pytest.raises(IllegalMove, match=r"Only an active .* quarantined; this one is “Retired”"):
        knowledge.quarantine(active, ben)


def test_what_is_retired_is_not_reaffirmed_and_is_told_so(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    with pytest.raises(IllegalMove, match=r"Only an active .* reaffirmed; this one is “Retired”"):
        knowledge.reaffirm(active, ben)


def test_draft_is_not_amended_and_is_told_so(draft: Version, ana: Account) -> None:
    with pytest.raises(IllegalMove, match=r"Only an active .* amended; this one is “Draft”"):
        versions.amend(version=draft, reason="Misread.", by=ana)


def test_draft_is_not_approved_and_is_told_so(draft: Version, ben: Account) -> None:
    with pytest.raises(IllegalMove, match=r"in review can be approved; this one is “Draft”"):
        knowledge.approve(draft, ben)


@pytest.mark.parametrize("action", [quarantines.begin, quarantines.lift])
def test_quarantine_says_why(quarantined: Version, ben: Account, action: Any) -> None:
    with pytest.raises(Malformed):
        action(subject=quarantined, reason=" ", by=ben)


def test_quarantine_outlives_a_reaffirmation(
    quarantined: Version, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(HOUR)
    knowledge.reaffirm(quarantined, ben)

    assert not quarantined.is_in_force(NOON + HOUR)


def test_second_quarantine_follows_the_first(
    quarantined: Version, ben: Account, dora: Account, clock: time_machine.Traveller
) -> None:
    knowledge.lift(quarantined, ben, dora)
    clock.shift(HOUR)
    knowledge.quarantine(quarantined, ben)

    assert quarantined.quarantines.count() == 2
    assert not quarantined.is_in_force(NOON + HOUR)


def test_beginning_and_end_are_knowledge_and_the_first_lift_is_not(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.lift(quarantined, ben, dora)

    told = AuditEntry.objects.knowledge().values_list("action", flat=True)
    assert list(told)[-2:] == ["version.quarantined", "version.quarantine_ended"]


def test_database_refuses_an_end_by_one_person(quarantined: Version, ben: Account) -> None:
    with database_refuses("quarantine_is_ended_by_two_persons"):
        quarantined.quarantines.update(ends_at=NOON, ended_by=ben.person, first_lift_by=ben.person)


def test_database_refuses_an_end_by_nobody(quarantined: Version) -> None:
    with database_refuses("quarantine_is_ended_by_two_persons"):
        quarantined.quarantines.update(ends_at=NOON)


def test_database_refuses_an_end_without_the_first_person(
    quarantined: Version, ben: Account
) -> None:
    with database_refuses("quarantine_is_ended_by_two_persons"):
        quarantined.quarantines.update(ends_at=NOON, ended_by=ben.person)


def test_database_refuses_a_second_open_quarantine(quarantined: Version, ben: Account) -> None:
    with database_refuses("(?i)unique"):
        quarantined.quarantines.create(starts_at=NOON, begun_by=ben.person, reason="Again.")


def test_database_keeps_a_quarantine_that_ended_as_it_was(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    knowledge.lift(quarantined, ben, dora)

    with database_refuses("written once"):
        quarantined.quarantines.update(starts_at=NOON + HOUR)
    with database_refuses("kept"):
        quarantined.quarantines.all().delete()
