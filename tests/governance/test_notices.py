"""What people are told: of what concerns them, once, and never of their own doing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance import clock
from governance.actions import (
    absences,
    assignments,
    notices,
    passages,
    pulls,
    quarantines,
    uploads,
    versions,
)
from governance.actions.pulls import Chosen
from governance.models import Account, Notice, NoticesTold, Source, Version
from tests.support import knowledge


def told(account: Account) -> list[str]:
    notices.tell()
    return sorted(Notice.objects.filter(person=account.person).values_list("code", flat=True))


def test_contributor_is_told_that_it_was_sent_back(
    in_review: Version, ana: Account, ben: Account
) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)

    assert told(ana) == ["sent_back"]


def test_nobody_is_told_of_the_own_doing(in_review: Version, ana: Account, ben: Account) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)

    assert told(ben) == []


def test_who_is_asked_is_told(in_review: Version, ana: Account, ben: Account) -> None:
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert "asked_to_review" in told(ben)


def test_same_thing_is_told_once(in_review: Version, ana: Account, ben: Account) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    notices.tell()

    assert (notices.tell(), len(told(ana))) == (0, 1)


def test_what_is_read_twice_is_told_once(in_review: Version, ana: Account, ben: Account) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    notices.tell()
    NoticesTold.objects.update(number=0)

    assert told(ana) == ["sent_back"]


def test_stand_in_is_told_too(
    in_review: Version, ana: Account, ben: Account, dora: Account
) -> None:
    today = clock.today()
    absences.announce(stand_in=dora.person, starts_on=today, ends_on=today, by=ben)

    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert "asked_to_review" in told(dora)


def test_uploader_is_told_that_the_file_could_not_be_read(source: Source, ana: Account) -> None:
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload)
    uploads.fail_reading(
        upload=version.upload, attempt=attempt or 0, code="encrypted_file", facts={}
    )

    assert told(ana) == ["not_read"]


def test_reviewers_are_told_of_a_quarantine(active: Version, ana: Account, ben: Account) -> None:
    knowledge.quarantine(active, ana)

    assert "quarantined" in told(ben)


def test_contributors_are_told_that_another_made_a_draft_of_it(
    in_review: Version, ana: Account, ben: Account
) -> None:
    passage = in_review.passages.current()[0]

    passages.correct(passage=passage, text="Start lower.", reason="Misread.", by=ben)

    assert "reopened" in told(ana)


def test_owner_is_told_that_a_quarantine_is_over(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ben)

    knowledge.lift(active, ben, dora)

    assert "freed" in told(ana)


def test_second_reviewer_is_told_that_the_first_agreed_to_end_a_quarantine(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)

    quarantines.lift(subject=active, reason="It reads right.", by=ben)

    assert "lift_begun" in told(dora)
    assert "lift_begun" not in told(ben)


def test_passages_that_one_agreed_to_free_are_told_of_once(
    drug: Version, ana: Account, ben: Account, dora: Account
) -> None:
    chosen = Chosen(passages={p.pk for p in drug.passages.current()})
    made = pulls.pull(terms=["aspirin"], chosen=chosen, reason="Recall.", by=ana).pull
    items = made.items.values_list("quarantine", flat=True)

    pulls.agree_to_end(pull=made, chosen=list(items), reason="The recall is over.", by=ben)

    assert told(dora).count("passage_lift_begun") == 1


@pytest.mark.parametrize(("left", "written"), [(61, 0), (60, 1), (8, 1), (0, 1), (-1, 1)])
def test_reminders_begin_sixty_days_before(active: Version, left: int, written: int) -> None:
    assert notices.remind(active.review_due - timedelta(days=left)) == written


def test_reminder_of_one_mark_is_sent_once(active: Version) -> None:
    due = active.review_due
    sent = [notices.remind(due - timedelta(days=left)) for left in (14, 13, 8, 7, 6)]

    assert sent == [1, 0, 0, 1, 0]


def test_reaffirmed_version_is_reminded_of_its_new_day(active: Version, ben: Account) -> None:
    notices.remind(active.review_due)
    Notice.objects.all().update(key="x")

    assert notices.remind(active.review_due - timedelta(days=30)) == 1


def test_notice_is_read_by_its_person_alone(in_review: Version, ana: Account, ben: Account) -> None:
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    notices.tell()

    assert notices.mark_read(person=ben.person, pk=Notice.objects.get().pk) == 0
