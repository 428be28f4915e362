"""Who is asked to review: proposed by department and load, never a contributor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance import clock
from governance.actions import absences, assignments, people, versions
from governance.actions.people import Applicant
from governance.duties import Role
from governance.errors import AssigningNeedsOpen, NotAllowed, ReviewerUnfit
from governance.models import Account, Assignment, AuditEntry, Source, Version
from governance.trail import SHELL
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.knowledge import PASSWORD

pytestmark = pytest.mark.database


def names(version: Version) -> list[str]:
    return [str(c.person) for c in assignments.candidates(version)]


def reviewer(name: str, department: str = "") -> Account:
    of = people.found_department(name=department, by=SHELL) if department else None
    applicant = Applicant(name, display_name=name.capitalize(), department=of)
    return people.create_account(
        applicant=applicant, roles=[Role.REVIEWER], password=PASSWORD, by=SHELL
    )


def test_contributor_is_not_proposed(source: Source, ana: Account, ben: Account) -> None:
    own = knowledge.draft(source, ben)

    assert str(ben.person) not in names(own)


def test_who_only_curates_is_not_proposed(in_review: Version, ben: Account) -> None:
    knowledge.account("carl", Role.CURATOR)

    assert names(in_review) == [str(ben.person)]


def test_disabled_account_reviews_nothing(in_review: Version, ben: Account) -> None:
    people.set_active(account=ben, active=False, reason="Gone.", by=SHELL)

    assert names(in_review) == []


def test_own_department_comes_first(ana: Account, ben: Account) -> None:
    reviewer("zoe", "Cardiology")
    of = people.found_department(name="Cardiology", by=SHELL)
    version = knowledge.in_review(knowledge.source(ana, department=of), ana)

    assert names(version) == ["Zoe", str(ben.person)]


def test_least_laden_comes_first(in_review: Version, ana: Account, ben: Account) -> None:
    reviewer("zoe")
    other = knowledge.in_review(knowledge.source(ana), ana)
    assignments.assign(version=other, reviewer=ben.person, by=ana)

    assert names(in_review)[0] == "Zoe"


def test_who_is_away_comes_last(in_review: Version, ben: Account) -> None:
    zoe = reviewer("zoe")
    today = clock.today()
    absences.announce(stand_in=zoe.person, starts_on=today, ends_on=today, by=ben)

    assert names(in_review) == ["Zoe", str(ben.person)]


def test_second_request_takes_the_place_of_the_first(
    in_review: Version, ana: Account, ben: Account
) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)
    zoe = reviewer("zoe")

    assignments.assign(version=in_review, reviewer=zoe.person, by=ana)

    assert Assignment.objects.get().reviewer == zoe.person


def test_contributor_cannot_be_asked(in_review: Version, ana: Account) -> None:
    with pytest.raises(ReviewerUnfit):
        assignments.assign(version=in_review, reviewer=ana.person, by=ana)


def test_nobody_is_asked_about_what_has_ended(active: Version, ana: Account, ben: Account) -> None:
    knowledge.retire(active, ben)

    with pytest.raises(AssigningNeedsOpen):
        assignments.assign(version=active, reviewer=ben.person, by=ana)

    assert not Assignment.objects.exists()


def test_auditor_asks_nobody(in_review: Version, ben: Account, cleo: Account) -> None:
    with pytest.raises(NotAllowed):
        assignments.assign(version=in_review, reviewer=ben.person, by=cleo)


def test_being_asked_is_on_the_record_and_proves_itself(
    in_review: Version, ana: Account, ben: Account
) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert AuditEntry.objects.get(action="assignment.made")
    assert not list(verify_trail())


def test_request_says_nothing_about_knowledge(
    in_review: Version, ana: Account, ben: Account
) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert not AuditEntry.objects.get(action="assignment.made").knowledge


def test_reviewer_who_was_asked_may_still_approve(
    in_review: Version, ana: Account, ben: Account
) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert knowledge.approve(in_review, ben).approved_at


def test_everything_of_a_person_goes_over_at_once(
    in_review: Version, ana: Account, ben: Account
) -> None:
    zoe = reviewer("zoe")
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)
    other = knowledge.source(ben)

    done = absences.hand_over_everything(
        person=ben.person, successor=zoe.person, reason="Ben leaves.", by=ana
    )

    other.refresh_from_db()
    assert (done.sources, done.assignments, other.owner) == (1, 1, zoe.person)


def test_review_that_the_successor_may_not_do_stays(
    in_review: Version, ana: Account, ben: Account
) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    done = absences.hand_over_everything(
        person=ben.person, successor=ana.person, reason="Ben leaves.", by=ana
    )

    assert (done.assignments, done.left) == (0, 1)


def test_absence_of_the_past_is_refused(ana: Account, ben: Account) -> None:
    yesterday = clock.today() - timedelta(days=1)

    with pytest.raises(Exception, match="over already"):
        absences.announce(stand_in=ben.person, starts_on=yesterday, ends_on=yesterday, by=ana)


def test_who_comes_back_early_is_there(ana: Account, ben: Account, in_review: Version) -> None:
    zoe = reviewer("zoe")
    today = clock.today()
    absence = absences.announce(stand_in=zoe.person, starts_on=today, ends_on=today, by=ben)

    absences.end(absence=absence, by=ben)

    assert names(in_review)[0] == str(ben.person)


def test_draft_that_was_withdrawn_is_no_load(
    in_review: Version, source: Source, ana: Account, ben: Account
) -> None:
    other = knowledge.draft(knowledge.source(ana), ana)
    assignments.assign(version=other, reviewer=ben.person, by=ana)
    versions.withdraw(version=other, reason="Wrong file.", by=ana)

    assert assignments.candidates(in_review)[0].load == 0
