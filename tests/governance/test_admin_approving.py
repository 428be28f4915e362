"""Approving on pages of the admin: who may, what is shown, what it takes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance import clock
from governance.actions import assignments, comments
from governance.duties import Role
from governance.lifecycle import Status
from governance.models import Account, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, version_at, words


def status_of(version: Version) -> str:
    version.refresh_from_db()
    return version.status


def test_reviewer_approves(in_review: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(in_review, "approve"), reason="Read against the print.")

    assert status_of(in_review) == Status.ACTIVE


def test_contributor_is_told_why_there_is_no_button(source: Source, ben: Account) -> None:
    own = knowledge.in_review(source, ben)

    page = Visitor(ben).read(version_at(own))

    assert "You contributed to this version; another person must decide on it." in page
    assert version_at(own, "approve") not in page


def test_contributor_is_refused_even_when_sending_directly(source: Source, ben: Account) -> None:
    own = knowledge.in_review(source, ben)
    digest = own.digest_now()

    response = Visitor(ben).send(
        version_at(own, "approve"), reason="Mine.", digest=digest, password=knowledge.PASSWORD
    )

    assert response.status_code == 409
    assert status_of(own) == Status.IN_REVIEW


def test_wrong_password_is_shown_at_its_field(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).press(
        version_at(in_review, "approve"), reason="Read.", password="a wrong one"
    )

    assert response.status_code == 403
    assert response.context["form"].errors["password"] == ["The password is wrong."]


def test_refused_approval_keeps_what_was_typed(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).press(
        version_at(in_review, "approve"), reason="Read line by line.", password="a wrong one"
    )

    assert "Read line by line." in words(response)


def test_password_is_never_sent_back(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).press(
        version_at(in_review, "approve"), reason="Read.", password="a wrong one"
    )

    assert "a wrong one" not in words(response)


def test_five_wrong_passwords_lock(in_review: Version, ben: Account) -> None:
    visitor = Visitor(ben)
    for _attempt in range(5):
        response = visitor.press(
            version_at(in_review, "approve"), reason="Read.", password="a wrong one"
        )

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "900"


def test_locked_person_finds_what_was_typed(in_review: Version, ben: Account) -> None:
    for _attempt in range(5):
        response = Visitor(ben).press(
            version_at(in_review, "approve"), reason="Read line by line.", password="a wrong one"
        )

    assert "Read line by line." in words(response)


def test_text_changed_since_it_was_read_is_not_approved(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(in_review, "approve"), reason="Read.", digest="0" * 64
    )

    assert response.status_code == 409
    assert "no longer the one that was read" in words(response)


def test_refused_digest_stays_the_old_one_in_the_form(in_review: Version, ben: Account) -> None:
    response = Visitor(ben).decide(
        version_at(in_review, "approve"), reason="Read.", digest="0" * 64
    )

    assert response.context["form"]["digest"].value() == "0" * 64


def test_approve_page_shows_the_digest(in_review: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(in_review, "approve"))

    assert in_review.digest_now() in page


def test_approve_page_says_that_it_takes_effect_at_once(in_review: Version, ben: Account) -> None:
    assert "It takes effect at once." in Visitor(ben).read(version_at(in_review, "approve"))


def test_approve_page_says_when_it_will_take_effect(
    source: Source, ana: Account, ben: Account
) -> None:
    day = clock.today() + timedelta(days=20)
    later = knowledge.in_review(source, ana, effective_from=day)

    page = Visitor(ben).read(version_at(later, "approve"))

    assert f"It takes effect on {day.isoformat()} 00:00." in page


def test_approve_page_names_what_is_taken_over_from(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    newer = knowledge.in_review(source, ana, label="2026")

    page = Visitor(ben).read(version_at(newer, "approve"))

    assert f"It takes over from “{active.label}”" in page


def test_approving_a_newer_version_retires_the_one_before(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    newer = knowledge.in_review(source, ana, label="2026")

    Visitor(ben).decide(version_at(newer, "approve"), reason="Read.")

    assert status_of(active) == Status.RETIRED


def test_moved_predecessor_takes_the_button_away(
    source: Source, ana: Account, ben: Account
) -> None:
    waiting = knowledge.in_review(source, ana, label="2025")
    knowledge.approve(knowledge.in_review(source, ana, label="2026"), ben)

    page = Visitor(ben).read(version_at(waiting))

    assert "Another version of this source was approved meanwhile" in page


def test_dates_that_are_over_take_the_button_away(
    source: Source, ana: Account, ben: Account
) -> None:
    over = clock.today() - timedelta(days=1)
    past = knowledge.in_review(source, ana, effective_until=over)

    page = Visitor(ben).read(version_at(past))

    assert "With its dates it would never be in force." in page


@pytest.fixture
def experience(ana: Account) -> Version:
    source = knowledge.source(
        ana, source_class="clinical_experience", identifiers=[("local_number", "QI-1")]
    )
    return knowledge.in_review(source, ana)


def test_clinical_experience_says_that_it_needs_another(experience: Version, ben: Account) -> None:
    page = Visitor(ben).read(version_at(experience, "approve"))

    assert "After yours it needs 1 more person" in page


def test_first_of_two_approvals_leaves_it_in_review(experience: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(experience, "approve"), reason="Read.")

    assert status_of(experience) == Status.IN_REVIEW


def test_first_of_two_has_no_second_button(experience: Version, ben: Account) -> None:
    Visitor(ben).decide(version_at(experience, "approve"), reason="Read.")

    page = Visitor(ben).read(version_at(experience))

    assert "You have decided on it already; it needs one more person." in page


def test_second_of_two_completes_it(experience: Version, ben: Account, dora: Account) -> None:
    for person in (ben, dora):
        Visitor(person).decide(version_at(experience, "approve"), reason="Read.")

    assert status_of(experience) == Status.ACTIVE


def test_second_account_of_a_contributor_has_no_button(in_review: Version) -> None:
    other = knowledge.account("eva", Role.REVIEWER, number="ana")

    page = Visitor(other).read(version_at(in_review))

    assert version_at(in_review, "approve") not in page


def test_curator_cannot_open_the_approve_page(in_review: Version, ana: Account) -> None:
    assert Visitor(ana).open(version_at(in_review, "approve")).status_code == 403


def test_remarks_that_nobody_settled_are_read_before_approving(
    in_review: Version, ana: Account, ben: Account
) -> None:
    comments.make(subject=in_review, text="Is this the dose for adults?", by=ana)

    page = Visitor(ben).read(version_at(in_review, "approve"))

    assert "Is this the dose for adults?" in page


def test_page_says_who_was_asked_to_review(in_review: Version, ana: Account, ben: Account) -> None:
    unasked = Visitor(ana).read(version_at(in_review))
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    assert "Asked to review" not in unasked
    assert "Asked to review" in Visitor(ana).read(version_at(in_review))
