from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from governance.actions import quarantines, versions
from governance.confirmation import Confirmed
from governance.duties import Role
from governance.errors import (
    AlreadyQuarantined,
    IllegalMove,
    Malformed,
    NotAllowed,
    NotQuarantined,
    SecondPersonNeeded,
    TextQuarantined,
)
from governance.lifecycle import RetirementReason
from governance.models import Account, AuditEntry, Passage, Quarantine, Source, Version
from tests.governance.editions import NOON
from tests.support import knowledge
from tests.support.oracle import TICK
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.usefixtures("clock")

HOUR = timedelta(hours=1)


@pytest.fixture
def quarantined(active: Version, ana: Account) -> Version:
    knowledge.quarantine(active, ana)
    return active


def begin(subject: Version | Passage, by: Account) -> Quarantine:
    return quarantines.begin(subject=subject, reason="A reader doubts the dose.", by=by)


def lift(subject: Version | Passage, by: Account) -> Quarantine:
    return quarantines.lift(subject=subject, reason="The dose is right.", by=by)


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
    begin(active.passages.get(text="Start low."), ana)

    assert served(NOON) == ["Go slow."]
    assert active.is_in_force(NOON)


@pytest.mark.parametrize("role", [Role.CURATOR, Role.REVIEWER, Role.GRAPH_EDITOR])
def test_one_person_of_content_begins_it(active: Version, role: Role) -> None:
    begin(active, knowledge.account("gil", role))

    assert active.is_quarantined(NOON)


@pytest.mark.parametrize("role", [Role.COMPLIANCE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_who_has_another_duty_does_not_begin_it(active: Version, role: Role) -> None:
    with pytest.raises(NotAllowed):
        begin(active, knowledge.account("gil", role))


def test_curator_takes_no_part_in_ending_it(quarantined: Version, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        lift(quarantined, ana)


def test_first_person_does_not_end_it(quarantined: Version, ben: Account) -> None:
    lift(quarantined, ben)

    assert quarantined.is_quarantined(NOON)


def test_second_person_ends_it(
    quarantined: Version, ben: Account, dora: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(HOUR)
    knowledge.lift(quarantined, ben, dora)

    states = [quarantined.is_in_force(at) for at in (NOON - TICK + HOUR, NOON + HOUR)]
    assert states == [False, True]


def test_same_person_does_not_end_it_twice(quarantined: Version, ben: Account) -> None:
    lift(quarantined, ben)

    with pytest.raises(SecondPersonNeeded):
        lift(quarantined, ben)


def test_same_person_does_not_end_it_by_another_account(quarantined: Version, ben: Account) -> None:
    lift(quarantined, ben)
    again = knowledge.account("ben2", Role.REVIEWER, number="ben")

    with pytest.raises(SecondPersonNeeded):
        lift(quarantined, again)


def test_who_began_it_may_be_one_of_the_two(active: Version, ben: Account, dora: Account) -> None:
    begin(active, ben)
    knowledge.lift(active, ben, dora)

    assert active.is_in_force(NOON)


def test_passage_is_freed_by_two(active: Version, ben: Account, dora: Account) -> None:
    passage = active.passages.get(text="Start low.")
    begin(passage, ben)
    for person in (ben, dora):
        lift(passage, person)

    assert served(NOON) == ["Start low.", "Go slow."]


def test_freeing_the_version_frees_no_passage(
    quarantined: Version, ben: Account, dora: Account
) -> None:
    begin(quarantined.passages.get(text="Start low."), ben)
    knowledge.lift(quarantined, ben, dora)

    assert served(NOON) == ["Go slow."]


def test_quarantine_is_not_begun_twice(quarantined: Version, ben: Account) -> None:
    with pytest.raises(AlreadyQuarantined):
        begin(quarantined, ben)


def test_what_is_not_quarantined_is_not_lifted(active: Version, ben: Account) -> None:
    with pytest.raises(NotQuarantined):
        lift(active, ben)


def test_draft_is_not_quarantined(draft: Version, ben: Account) -> None:
    with pytest.raises(IllegalMove):
        begin(draft, ben)


def test_what_is_retired_is_not_quarantined_and_is_told_so(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    with pytest.raises(IllegalMove, match=r"Only an active .* quarantined; this one is “Retired”"):
        begin(active, ben)


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
    begin(quarantined, ben)

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


def test_quarantined_text_does_not_come_back_by_amending(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    draft = versions.amend(version=active, reason="Nothing changed.", by=ana)
    again = versions.submit(version=draft, reason="Ready.", by=ana)

    with pytest.raises(TextQuarantined):
        knowledge.approve(again, ben)


def test_a_quarantined_passage_does_not_come_back_in_a_new_edition(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    quarantines.begin(subject=active.passages.first(), reason="The dose is doubted.", by=ana)
    newer = knowledge.in_review(source, ana, label="2025")

    with pytest.raises(TextQuarantined):
        knowledge.approve(newer, ben)


def test_two_persons_approve_what_follows_a_quarantined_version(
    active: Version, source: Source, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)

    with time_machine.travel(NOON + TICK, tick=False):
        newer = knowledge.in_review(source, ana, label="2025", texts=["Start lower."])
        states = [knowledge.approve(newer, who).status for who in (ben, dora)]

    assert states == ["in_review", "active"]


def test_two_persons_approve_what_follows_a_version_retired_under_quarantine(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.retire(active, ben)
    texts = ["Start low!", "Go slow!"]
    again = knowledge.in_review(source, ana, label="2024 again", texts=texts)

    assert knowledge.approve(again, ben).status == "in_review"


def test_version_retired_under_quarantine_does_not_come_back_as_it_was(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.retire(active, ben)
    again = knowledge.in_review(source, ana, label="2024 again")

    with pytest.raises(TextQuarantined):
        knowledge.approve(again, ben)


def test_one_person_approves_what_follows_two_editions_later(
    active: Version, source: Source, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)
    with time_machine.travel(NOON + TICK, tick=False):
        newer = knowledge.in_review(source, ana, label="2025", texts=["Start lower."])
        knowledge.approve(newer, ben)
        knowledge.approve(newer, dora)
    with time_machine.travel(NOON + HOUR, tick=False):
        later = knowledge.active(source, ana, ben, label="2026", texts=["Start lowest."])

    assert later.status == "active"


def test_quarantined_passage_alone_asks_for_no_second_person(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    quarantines.begin(subject=active.passages.first(), reason="The dose is doubted.", by=ana)

    with time_machine.travel(NOON + TICK, tick=False):
        newer = knowledge.active(source, ana, ben, label="2025", texts=["Start lower."])

    assert newer.status == "active"


def test_database_refuses_one_approval_of_what_follows_a_quarantined_version(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    newer = knowledge.in_review(source, ana, label="2025", texts=["Start lower."])
    newer = knowledge.approve(newer, ben)
    newer.approve(at=NOON, today=NOON.date())

    with database_refuses("version_needs_second_person"):
        newer.save()


# Text that is quarantined does not come back by another way.


def test_quarantined_passage_does_not_come_back_once_its_version_is_retired(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    begin(active.passages.first(), ana)
    knowledge.retire(active, ben)
    again = knowledge.in_review(source, ana, label="2024 again")

    with pytest.raises(TextQuarantined):
        knowledge.approve(again, ben)


def test_quarantined_passage_does_not_come_back_after_a_harmless_edition(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    begin(active.passages.first(), ana)
    with time_machine.travel(NOON + TICK, tick=False):
        knowledge.active(source, ana, ben, label="2025", texts=["Start lower."])
        again = knowledge.in_review(source, ana, label="2024 again")

        with pytest.raises(TextQuarantined):
            knowledge.approve(again, ben)


def test_quarantine_of_what_is_retired_is_ended_by_two_and_frees_its_text(
    active: Version, source: Source, ana: Account, ben: Account, dora: Account
) -> None:
    begin(active.passages.first(), ana)
    knowledge.retire(active, ben)
    for person in (ben, dora):
        lift(active.passages.first(), person)

    again = knowledge.in_review(source, ana, label="2024 again")
    assert knowledge.approve(again, ben).status == "active"


def test_superseded_is_said_of_what_an_active_version_takes_over_from(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    with time_machine.travel(NOON + TICK, tick=False):
        newer = knowledge.active(source, ana, ben, label="2025", texts=["Start lower."])
        knowledge.quarantine(newer, ana)
        before = Version.objects.get(pk=active.pk)
        order = versions.RetirementOrder(RetirementReason.SUPERSEDED, "Old.", before)

        with pytest.raises(Malformed):
            versions.retire(version=newer, order=order, by=Confirmed(ben))


def test_two_persons_approve_what_another_source_repeats_of_a_quarantined_version(
    quarantined: Version, ana: Account, ben: Account, dora: Account
) -> None:
    other = knowledge.in_review(knowledge.source(ana), ana, texts=["Start low.", "New words."])

    states = [knowledge.approve(other, who).status for who in (ben, dora)]

    assert states == ["in_review", "active"]


def test_two_persons_approve_what_another_source_repeats_of_a_quarantined_passage(
    active: Version, ana: Account, ben: Account
) -> None:
    begin(active.passages.first(), ana)
    other, free = (
        knowledge.in_review(knowledge.source(ana), ana, texts=[text])
        for text in ("Start low.", "Go slow.")
    )

    assert knowledge.approve(other, ben).status == "in_review"
    assert knowledge.approve(free, ben).status == "active"


def test_database_refuses_one_approval_of_what_repeats_quarantined_text(
    quarantined: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.in_review(knowledge.source(ana), ana, texts=["Start low."])
    other = knowledge.approve(other, ben)
    other.approve(at=NOON, today=NOON.date())

    with database_refuses("version_needs_second_person"):
        other.save()


@pytest.fixture
def scheduled(active: Version, ana: Account, ben: Account) -> Version:
    """Approved to take over tomorrow, with one passage alike."""
    tomorrow = (NOON + timedelta(days=1)).date()
    texts = ["Start low.", "Go slower."]
    return knowledge.active(
        active.source, ana, ben, label="2", texts=texts, effective_from=tomorrow
    )


def test_quarantined_passage_does_not_come_back_with_what_takes_over(
    active: Version, scheduled: Version, ana: Account
) -> None:
    begin(active.passages.get(text="Start low."), ana)

    later = Passage.objects.in_force(NOON + timedelta(days=2))
    assert set(later.values_list("text", flat=True)) == {"Go slower."}


def test_quarantined_version_does_not_come_back_with_what_takes_over(
    active: Version, scheduled: Version, ana: Account
) -> None:
    quarantine = begin(active, ana)

    assert quarantine.version == active
    assert not Passage.objects.in_force(NOON + timedelta(days=2)).exists()


def test_version_that_repeats_nothing_takes_over_all_the_same(
    active: Version, ana: Account, ben: Account
) -> None:
    tomorrow = (NOON + timedelta(days=1)).date()
    knowledge.active(active.source, ana, ben, label="2", texts=["New."], effective_from=tomorrow)

    begin(active, ana)

    assert Passage.objects.in_force(NOON + timedelta(days=2)).exists()
