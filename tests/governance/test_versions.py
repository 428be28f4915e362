from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from governance.actions import passages, sources, versions
from governance.actions.versions import Edition, RetirementOrder
from governance.confirmation import Confirmed
from governance.duties import Role
from governance.errors import (
    DigestChanged,
    IdentifierNeeded,
    Malformed,
    NotParsed,
    SecondPersonNeeded,
    SuccessorNeeded,
)
from governance.lifecycle import RetirementReason, Status
from governance.models import Account, Contributor, Source, Version
from tests.governance.editions import LAST_DAY, NOON, ORIGINAL, TODAY
from tests.support import knowledge
from tests.support.oracle import TICK, midnight
from tests.support.refusing import database_refuses

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("clock")]


# Approving.


def test_approval_brings_a_version_into_force(in_review: Version, ben: Account) -> None:
    version = knowledge.approve(in_review, ben)

    assert version.status == Status.ACTIVE
    assert version.is_in_force(NOON)


def test_version_is_not_in_force_the_moment_before_it_was_approved(active: Version) -> None:
    assert not active.is_in_force(NOON - TICK)


def test_version_leaves_force_with_the_day_its_review_is_due(active: Version) -> None:
    end = midnight(LAST_DAY + timedelta(days=1))

    assert active.is_in_force(end - TICK)
    assert not active.is_in_force(end)


def test_approval_freezes_what_is_cited(active: Version, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(title="Another title")

    active.refresh_from_db()
    assert (active.citation or {})["title"] == "Asthma guideline"


def test_digest_of_what_was_approved_stays(active: Version, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(title="Another title")
    active.refresh_from_db()

    assert active.digest_now() == active.digest == active.digest_as_approved()


def test_six_months_from_the_last_of_august_is_the_last_of_february(active: Version) -> None:
    assert active.review_due == LAST_DAY


def test_months_of_clinical_experience_are_three(
    experience: Version, ben: Account, dora: Account
) -> None:
    knowledge.approve(experience, ben)
    version = knowledge.approve(experience, dora)

    assert version.review_due == date(2026, 11, 30)


def test_contributor_cannot_approve(in_review: Version) -> None:
    ben = knowledge.account("ben", Role.REVIEWER)
    passages.correct(passage=in_review.passages.first(), text="Low.", reason="Typo.", by=ben)
    again = versions.submit(version=in_review, reason="Ready.", by=ben)

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(again, ben)


def test_contributor_cannot_approve_by_a_second_account(in_review: Version, ana: Account) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ana")

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(in_review, eva)


def test_employee_number_in_capitals_is_the_same_person(in_review: Version, ana: Account) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ＡNA")

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(in_review, eva)


def test_who_edited_the_source_cannot_approve(draft: Version, ben: Account, dora: Account) -> None:
    edited = knowledge.describe(title="Asthma guideline, revised")
    sources.edit(source=draft.source, description=edited, reason="New title.", by=ben)
    version = versions.submit(version=draft, reason="Ready.", by=dora)

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(version, ben)


def test_database_refuses_a_review_by_a_contributor(in_review: Version, ben: Account) -> None:
    Contributor.objects.create(version=in_review, person=ben.person)

    with database_refuses("version_needs_second_person"):
        in_review.reviews.create(
            kind="approve", person=ben.person, account=ben, at=NOON, day=TODAY, reason="Read."
        )


def test_database_refuses_a_contributor_after_approval(active: Version, ben: Account) -> None:
    with database_refuses("an approved version has no new contributors"):
        Contributor.objects.create(version=active, person=ben.person)


def test_database_refuses_to_forget_or_exchange_a_contributor(
    in_review: Version, ben: Account
) -> None:
    with database_refuses("kept"):
        in_review.contributors.all().delete()
    with database_refuses("written once"):
        in_review.contributors.update(person=ben.person)


def test_approval_of_another_digest_is_refused(in_review: Version, ben: Account) -> None:
    with pytest.raises(DigestChanged):
        versions.approve(version=in_review, by=Confirmed(ben), reason="Read.", digest="0" * 64)


def test_approval_gives_a_reason(in_review: Version, ben: Account) -> None:
    with pytest.raises(Malformed):
        knowledge.approve(in_review, ben, reason=" \n")


def test_edit_of_the_source_changes_the_digest(in_review: Version, ben: Account) -> None:
    before = in_review.digest_now()
    edited = knowledge.describe(issuer="Another society")
    sources.edit(source=in_review.source, description=edited, reason="Wrong.", by=ben)

    assert Version.objects.get(pk=in_review.pk).digest_now() != before


def test_two_persons_approve_clinical_experience(
    experience: Version, ben: Account, dora: Account
) -> None:
    first = knowledge.approve(experience, ben)
    second = knowledge.approve(experience, dora)

    assert (first.status, second.status) == (Status.IN_REVIEW, Status.ACTIVE)


def test_one_person_does_not_approve_twice(experience: Version, ben: Account) -> None:
    knowledge.approve(experience, ben)

    with pytest.raises(SecondPersonNeeded):
        knowledge.approve(experience, ben)


def test_database_refuses_one_approval_where_two_are_needed(
    experience: Version, ben: Account
) -> None:
    knowledge.approve(experience, ben)
    experience.approve(at=NOON, today=TODAY)

    with database_refuses("version_needs_second_person"):
        experience.save()


def test_approval_before_an_edit_does_not_count(
    experience: Version, ana: Account, ben: Account, dora: Account, clock: time_machine.Traveller
) -> None:
    knowledge.approve(experience, ben)
    clock.shift(60)
    passages.correct(passage=experience.passages.first(), text="Low.", reason="Typo.", by=ana)
    again = versions.submit(version=experience, reason="Ready.", by=ana)

    assert knowledge.approve(again, dora).status == Status.IN_REVIEW


# Registering and submitting.


@pytest.mark.parametrize("label", ["", " ", "x" * 61, "two\nlines"])
def test_label_is_one_line_that_fits(source: Source, ana: Account, label: str) -> None:
    with pytest.raises(Malformed):
        versions.register(source=source, edition=Edition(label, "2024"), original=ORIGINAL, by=ana)


def test_unread_file_cannot_be_submitted(source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)

    with pytest.raises(NotParsed):
        versions.submit(version=version, reason="Ready.", by=ana)


def test_file_without_text_cannot_be_submitted(source: Source, ana: Account) -> None:
    version = knowledge.draft(source, ana, texts=())

    with pytest.raises(NotParsed):
        versions.submit(version=version, reason="Ready.", by=ana)


def test_source_without_identifier_cannot_be_submitted(ana: Account) -> None:
    version = knowledge.draft(knowledge.source(ana, identifiers=[]), ana)

    with pytest.raises(IdentifierNeeded):
        versions.submit(version=version, reason="Ready.", by=ana)


def test_sent_back_version_is_a_draft_again(in_review: Version, ben: Account) -> None:
    version = versions.send_back(version=in_review, reason="Page 3 is missing.", by=ben)

    assert (version.status, version.submitted_at) == (Status.DRAFT, None)


# Retiring.


def test_retired_version_is_out_of_force_at_once(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    assert not active.is_in_force(NOON)


@pytest.mark.parametrize("code", [RetirementReason.SUPERSEDED, RetirementReason.DUPLICATE])
def test_some_reasons_need_a_successor(
    active: Version, ben: Account, code: RetirementReason
) -> None:
    with pytest.raises(SuccessorNeeded):
        knowledge.retire(active, ben, code)


def test_version_is_not_its_own_successor(active: Version, ben: Account) -> None:
    order = RetirementOrder(RetirementReason.DUPLICATE, "The same.", active)

    with pytest.raises(Malformed):
        versions.retire(version=active, order=order, by=Confirmed(ben))


def test_database_refuses_a_retirement_without_a_needed_successor(active: Version) -> None:
    with database_refuses("retirement_names_a_successor_where_needed"):
        active.retirements.create(at=NOON, reason_code="superseded")


def test_database_keeps_a_retirement_as_it_was_written(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    with database_refuses("written once"):
        active.retirements.update(reason_code="other")
    with database_refuses("kept"):
        active.retirements.all().delete()
