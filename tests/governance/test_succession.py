"""Versions of one source after each other, and what time does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import TestCase
from pytest_django import DjangoAssertNumQueries

from governance.actions import versions
from governance.confirmation import Confirmed
from governance.duties import Role
from governance.errors import (
    AlreadySuperseded,
    LaterVersionScheduled,
    Malformed,
    NeverInForce,
    PredecessorChanged,
    SecondPersonNeeded,
)
from governance.lifecycle import RetirementReason, Status
from governance.models import Account, Source, Version
from tests.governance.editions import LAST_DAY, NOON, SOON, TODAY, ends, last_action
from tests.support import knowledge
from tests.support.oracle import TICK, midnight
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.usefixtures("clock")


# One after the other.


def test_new_edition_retires_the_one_before_it(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    successor = knowledge.active(active.source, ana, ben, label="2026")

    active.refresh_from_db()
    assert active.retirement.reason_code == RetirementReason.SUPERSEDED
    assert active.retirement.successor == successor
    assert ends(active) == NOON + timedelta(minutes=1)


def test_two_editions_cannot_take_effect_at_the_same_instant(
    active: Version, ana: Account, ben: Account
) -> None:
    version = knowledge.in_review(active.source, ana, label="2026")

    with pytest.raises(LaterVersionScheduled):
        knowledge.approve(version, ben)


def test_approval_is_refused_where_another_edition_came_before(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    waiting = knowledge.in_review(active.source, ana, label="2025")
    clock.shift(60)
    knowledge.active(active.source, ana, ben, label="2026")

    with pytest.raises(PredecessorChanged):
        knowledge.approve(waiting, ben)


def test_scheduled_edition_leaves_the_other_in_force_until_then(
    active: Version, scheduled: Version
) -> None:
    start = midnight(SOON)

    assert active.is_in_force(start - TICK)
    assert not active.is_in_force(start)
    assert scheduled.is_in_force(start)
    assert not scheduled.is_in_force(start - TICK)


def test_schedule_writes_down_what_was_superseded(
    active: Version, scheduled: Version, clock: time_machine.Traveller
) -> None:
    before = versions.write_down_superseded()
    clock.move_to(midnight(SOON))

    assert (before, versions.write_down_superseded()) == (0, 1)
    assert Version.objects.get(pk=active.pk).status == Status.RETIRED


def test_superseding_is_written_down_once(
    active: Version, scheduled: Version, clock: time_machine.Traveller
) -> None:
    clock.move_to(midnight(SOON))
    versions.write_down_superseded()

    assert versions.write_down_superseded() == 0


def test_term_is_given_back_when_the_successor_never_took_effect(
    active: Version, scheduled: Version, ben: Account
) -> None:
    knowledge.retire(scheduled, ben)

    assert ends(active) == midnight(LAST_DAY + timedelta(days=1))
    assert scheduled.latest_term is None


def test_term_is_not_given_back_once_the_successor_took_effect(
    active: Version, scheduled: Version, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.move_to(midnight(SOON) + TICK)
    knowledge.retire(scheduled, ben)

    assert ends(active) == midnight(SOON)


def test_end_set_by_a_successor_is_no_part_of_the_digest(
    active: Version, ana: Account, ben: Account
) -> None:
    before = active.digest
    knowledge.active(active.source, ana, ben, label="2026", effective_from=SOON)

    assert Version.objects.get(pk=active.pk).digest_as_approved() == before


def test_version_that_would_never_be_in_force_is_refused(
    source: Source, ana: Account, ben: Account
) -> None:
    past = knowledge.in_review(source, ana, effective_until=date(2026, 8, 30))
    too_late = knowledge.in_review(source, ana, effective_from=date(2027, 3, 1))

    for version in (past, too_late):
        with pytest.raises(NeverInForce):
            knowledge.approve(version, ben)


def test_refused_approval_leaves_no_review(source: Source, ana: Account, ben: Account) -> None:
    version = knowledge.in_review(source, ana, effective_until=date(2026, 8, 30))

    with pytest.raises(NeverInForce):
        knowledge.approve(version, ben)

    assert not version.reviews.exists()


# Amending.


def test_amendment_has_the_text_as_it_stands(active: Version, ana: Account) -> None:
    amendment = versions.amend(version=active, reason="Misread.", by=ana)

    assert amendment.content_digest == active.content_digest
    assert (amendment.upload, amendment.amends) == (active.upload, active)


def test_amendment_supersedes_on_approval(
    active: Version, ana: Account, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.shift(60)
    amendment = versions.amend(version=active, reason="Misread.", by=ana)
    versions.submit(version=amendment, reason="Ready.", by=ana)
    knowledge.approve(amendment, ben)

    assert Version.objects.in_force(NOON + timedelta(minutes=1)).get() == amendment


def test_who_contributed_to_a_version_contributed_to_its_amendment(
    active: Version, ana: Account, dora: Account
) -> None:
    amendment = versions.amend(version=active, reason="Misread.", by=dora)

    people = set(amendment.contributors.values_list("person", flat=True))
    assert people == {ana.person_id, dora.person_id}


# Reaffirming.


def test_reaffirming_in_time_moves_the_end_of_the_running_term(
    active: Version, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2027, 2, 28, 15, 0, tzinfo=UTC))
    knowledge.reaffirm(active, ben)

    assert active.terms.count() == 1
    assert ends(active) == midnight(date(2027, 8, 29))


def test_reaffirming_late_leaves_the_gap_to_be_seen(
    active: Version, ben: Account, clock: time_machine.Traveller
) -> None:
    end = midnight(date(2027, 3, 1))
    clock.move_to(end + timedelta(days=3))
    knowledge.reaffirm(active, ben)

    assert [active.is_in_force(end + timedelta(days=n)) for n in (1, 3)] == [False, True]


def test_who_contributed_cannot_reaffirm(active: Version) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ana")

    with pytest.raises(SecondPersonNeeded):
        knowledge.reaffirm(active, eva)


def test_reaffirming_says_what_was_searched(active: Version, ben: Account) -> None:
    with pytest.raises(Malformed):
        versions.reaffirm(version=active, by=Confirmed(ben), reason="No change.", searched=" ")


def test_database_refuses_reaffirming_without_a_search(active: Version, dora: Account) -> None:
    with database_refuses("reaffirming_says_what_was_searched"):
        active.reviews.create(
            kind="reaffirm", person=dora.person, account=dora, at=NOON, day=TODAY, reason="Fine."
        )


def test_reaffirming_clinical_experience_needs_two(
    experience: Version, ben: Account, dora: Account, clock: time_machine.Traveller
) -> None:
    for person in (ben, dora):
        knowledge.approve(experience, person)
    clock.shift(timedelta(days=10))

    assert knowledge.reaffirm(experience, ben).review_due == date(2026, 11, 30)
    assert knowledge.reaffirm(experience, dora).review_due == date(2026, 12, 10)


def test_half_a_reaffirmation_of_the_last_round_does_not_count_again(
    experience: Version, ben: Account, dora: Account
) -> None:
    for person in (ben, dora):
        knowledge.approve(experience, person)
    for person in (ben, dora):
        knowledge.reaffirm(experience, person)
    knowledge.reaffirm(experience, dora)

    assert experience.reviews.last().review_due is None


def test_what_was_superseded_cannot_be_reaffirmed(
    active: Version, scheduled: Version, ben: Account, clock: time_machine.Traveller
) -> None:
    clock.move_to(midnight(SOON))

    with pytest.raises(AlreadySuperseded):
        knowledge.reaffirm(active, ben)


# What the clock does.


def test_expiry_needs_no_job(active: Version) -> None:
    assert not active.is_in_force(midnight(date(2027, 3, 1)))


def test_what_the_clock_ended_is_noted_once(active: Version, clock: time_machine.Traveller) -> None:
    clock.move_to(midnight(date(2027, 3, 1)))
    noted = versions.note_left_force()

    assert (noted, last_action()) == (1, "version.left_force")
    assert versions.note_left_force() == 0


def test_what_runs_is_not_noted_as_ended(active: Version, clock: time_machine.Traveller) -> None:
    clock.move_to(midnight(date(2027, 3, 1)) - TICK)

    assert versions.note_left_force() == 0


def test_overdue_begins_the_day_after_it_was_due(active: Version) -> None:
    after = LAST_DAY + timedelta(days=1)

    assert [active.is_overdue(day) for day in (LAST_DAY, after)] == [False, True]
    assert list(Version.objects.overdue(after)) == [active]


def test_what_is_in_force_is_one_question(
    active: Version, scheduled: Version, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    knowledge.quarantine(active, knowledge.account("gil", Role.GRAPH_EDITOR))

    with django_assert_num_queries(1):
        found = list(Version.objects.in_force(midnight(SOON)).servable())

    assert found == [scheduled]


@pytest.mark.parametrize("editions", [1, 4])
def test_writing_down_asks_no_more_for_what_runs(ana: Account, ben: Account, editions: int) -> None:
    for _ in range(editions):
        knowledge.active(knowledge.source(ana), ana, ben)

    with TestCase().assertNumQueries(QUERIES_OF_A_QUIET_BLOCK):
        versions.write_down_superseded()


# Savepoint, head, question, release.
QUERIES_OF_A_QUIET_BLOCK = 4
