"""The life of a version: first what the database refuses, then the model, then the action."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from governance.actions import versions
from governance.errors import IllegalMove, Malformed
from governance.lifecycle import (
    MOVES,
    Status,
    check_dates,
    check_move,
    end_of_term,
    first_day_of,
    review_due_after,
    start_of_term,
)
from governance.models import Account, Passage, Review, Section, Version
from tests.support import knowledge
from tests.support.databases import rolled_back
from tests.support.oracle import HOSPITAL
from tests.support.refusing import database_refuses

HALF_A_YEAR = relativedelta(months=6)
DAY = timedelta(days=1)
MONTH_ENDS = [date(y, m, 1) - DAY for y in (2023, 2024, 2025, 2100) for m in range(1, 13)]
LEAPS = [(a, b) for a in Status for b in Status if a != b and b not in MOVES[a]]
FIXED: dict[str, Any] = {
    "label": "2025",
    "published_on": "2020",
    "effective_from": date(2020, 1, 1),
    "effective_until": date(2090, 1, 1),
    "approved_at": datetime(2020, 1, 1, tzinfo=HOSPITAL),
    "submitted_at": None,
    "content_digest": "0" * 64,
    "digest": "0" * 64,
    "citation": {"title": "Another"},
}

some_days = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
days = given(st.dates(date(1990, 1, 1), date(2120, 1, 1)))


def due(version: Version, *, reviewed: date, until: date) -> None:
    Version.objects.filter(pk=version.pk).update(reviewed_on=reviewed, review_due=until)


def review(version: Version, by: Account, *, day: date, until: date) -> Review:
    return Review.objects.create(
        version=version,
        kind=Review.Kind.APPROVE,
        person=by.person,
        account=by,
        at=datetime(2026, 1, 1, tzinfo=HOSPITAL),
        day=day,
        digest=version.digest_now(),
        reason="Read.",
        review_due=until,
    )


def all_but(status: Status, version: Version) -> dict[str, Any]:
    """The columns that go with a status, so that nothing but the move itself is wrong."""
    approved = status in (Status.ACTIVE, Status.RETIRED)
    day = date(2026, 1, 1)
    return {
        "status": status,
        "approved_at": datetime(2026, 1, 1, tzinfo=HOSPITAL) if approved else None,
        "reviewed_on": day if approved else None,
        "review_due": day if approved else None,
        "citation": version.cited() if approved else None,
        "digest": "1" * 64 if approved else "",
    }


def brought_to(status: Status, version: Version, ben: Account) -> Version:
    """A draft brought to a status through the actions of life."""
    ana = Account.objects.get(username="ana")
    if status == Status.WITHDRAWN:
        return versions.withdraw(version=version, reason="Abandoned.", by=ana)
    if status != Status.DRAFT:
        version = versions.submit(version=version, reason="Ready.", by=ana)
    if status in (Status.ACTIVE, Status.RETIRED):
        version = knowledge.approve(version, ben)
    return knowledge.retire(version, ben) if status == Status.RETIRED else version


@some_days
@example(date(2026, 8, 31))
@example(date(2027, 8, 31))
@days
def test_database_takes_six_months_for_a_version_and_not_a_day_more(
    active: Version, day: date
) -> None:
    with transaction.atomic():
        due(active, reviewed=day, until=day + HALF_A_YEAR)

    with database_refuses("version_is_due_within_half_a_year"):
        due(active, reviewed=day, until=day + HALF_A_YEAR + DAY)


@some_days
@example(date(2026, 8, 31))
@example(date(2027, 8, 31))
@days
def test_database_takes_six_months_for_a_review_and_not_a_day_more(
    in_review: Version, ben: Account, day: date
) -> None:
    with rolled_back():
        review(in_review, ben, day=day, until=day + HALF_A_YEAR)

    with database_refuses("review_is_due_within_half_a_year"):
        review(in_review, ben, day=day, until=day + HALF_A_YEAR + DAY)


def test_database_is_exact_at_the_end_of_every_month(active: Version) -> None:
    for day in MONTH_ENDS:
        due(active, reviewed=day, until=day + HALF_A_YEAR)

        with database_refuses("version_is_due_within_half_a_year"):
            due(active, reviewed=day, until=day + HALF_A_YEAR + DAY)


def test_database_is_exact_in_leap_years(active: Version) -> None:
    due(active, reviewed=date(2027, 8, 31), until=date(2028, 2, 29))

    with database_refuses("version_is_due_within_half_a_year"):
        due(active, reviewed=date(2027, 8, 31), until=date(2028, 3, 1))
    with database_refuses("version_is_due_within_half_a_year"):
        due(active, reviewed=date(2026, 8, 31), until=date(2027, 3, 1))


@pytest.mark.parametrize(("now", "wanted"), LEAPS)
def test_database_refuses_every_move_that_is_not_in_the_table(
    draft: Version, ben: Account, now: Status, wanted: Status
) -> None:
    version = brought_to(now, draft, ben)
    there = Version.objects.filter(pk=version.pk)

    with database_refuses("illegal_move|second_person|was active"):
        there.update(**all_but(wanted, version))


def test_database_takes_no_version_that_is_born_active(draft: Version) -> None:
    born = Version(
        source=draft.source,
        upload=draft.upload,
        label="2027",
        published_on="2027",
        registered_at=draft.registered_at,
        content_digest=draft.content_digest,
        **all_but(Status.ACTIVE, draft),
    )

    with database_refuses("a draft"):
        born.save()


def test_database_knows_no_other_status(draft: Version) -> None:
    with database_refuses("status_is_known|illegal_move"):
        Version.objects.filter(pk=draft.pk).update(status="live")


def test_database_refuses_approval_without_a_review(in_review: Version) -> None:
    with database_refuses("version_needs_second_person"):
        Version.objects.filter(pk=in_review.pk).update(**all_but(Status.ACTIVE, in_review))


def test_database_refuses_approval_by_a_review_of_another_digest(
    in_review: Version, ben: Account
) -> None:
    review(in_review, ben, day=date(2026, 1, 1), until=date(2026, 1, 1))

    with database_refuses("version_needs_second_person"):
        Version.objects.filter(pk=in_review.pk).update(**all_but(Status.ACTIVE, in_review))


@pytest.mark.parametrize("column", sorted(FIXED))
def test_database_lets_nothing_change_in_what_was_active(active: Version, column: str) -> None:
    with database_refuses("was active does not change"):
        Version.objects.filter(pk=active.pk).update(**{column: FIXED[column]})


def test_database_keeps_what_was_active(active: Version) -> None:
    with database_refuses("what was active is kept"):
        Version.objects.filter(pk=active.pk)._raw_delete("default")


def test_database_lets_a_draft_be_deleted(draft: Version, source: object) -> None:
    upload = draft.upload
    empty = Version.objects.create(
        source=draft.source,
        upload=upload,
        label="x",
        published_on="2024",
        registered_at=draft.registered_at,
    )

    assert Version.objects.filter(pk=empty.pk)._raw_delete("default") == 1


def test_database_lets_no_text_be_rewritten(draft: Version) -> None:
    with database_refuses("written once"):
        Passage.objects.filter(version=draft).update(text="Double it.")
    with database_refuses("written once"):
        Section.objects.filter(version=draft).update(title="Overdosing")


def test_database_lets_no_text_join_or_leave_what_was_active(active: Version) -> None:
    section = active.sections.get()

    with database_refuses("the text of what was active"):
        Passage.objects.create(version=active, section=section, position=9, text="More.")
    with database_refuses("the text of what was active"):
        Section.objects.create(version=active, position=9, level=1, title="More", path=["More"])
    with database_refuses("the text of what was active"):
        Passage.objects.filter(version=active)._raw_delete("default")


def test_database_refuses_dates_that_run_backwards(draft: Version) -> None:
    backwards = {"effective_from": date(2026, 2, 2), "effective_until": date(2026, 2, 1)}

    with database_refuses("version_takes_effect_before_it_ends"):
        Version.objects.filter(pk=draft.pk).update(**backwards)


@pytest.mark.parametrize(("now", "wanted"), LEAPS)
def test_model_refuses_every_move_that_is_not_in_the_table(now: Status, wanted: Status) -> None:
    with pytest.raises(IllegalMove):
        check_move(now, wanted)


def test_model_makes_every_move_of_the_table() -> None:
    for now, allowed in MOVES.items():
        for wanted in allowed:
            check_move(now, wanted)


def test_model_does_not_retire_a_draft(draft: Version) -> None:
    with pytest.raises(IllegalMove):
        draft.retire()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.RETIRED, Status.WITHDRAWN])
def test_only_what_is_active_is_retired_or_reaffirmed_or_amended(
    draft: Version, ben: Account, status: Status
) -> None:
    version = brought_to(status, draft, ben)

    with pytest.raises(IllegalMove):
        knowledge.retire(version, ben)
    with pytest.raises(IllegalMove):
        knowledge.reaffirm(version, ben)
    with pytest.raises(IllegalMove):
        versions.amend(version=version, reason="Misread.", by=ben)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.RETIRED, Status.WITHDRAWN])
def test_what_is_decided_is_neither_submitted_nor_withdrawn_nor_sent_back(
    draft: Version, ben: Account, status: Status
) -> None:
    version = brought_to(status, draft, ben)

    for action in (versions.submit, versions.withdraw, versions.send_back):
        with pytest.raises(IllegalMove):
            action(version=version, reason="No.", by=ben)


def test_draft_cannot_be_approved(draft: Version, ben: Account) -> None:
    with pytest.raises(IllegalMove):
        knowledge.approve(draft, ben)


@given(st.dates(date(1990, 1, 1), date(2120, 1, 1)), st.integers(1, 6))
def test_months_are_calendar_months(day: date, months: int) -> None:
    assert review_due_after(day, months=months) == day + relativedelta(months=months)


def test_term_ends_after_the_day_it_is_due() -> None:
    end = end_of_term(review_due=date(2027, 2, 28), effective_until=None)

    assert end == datetime(2027, 3, 1, tzinfo=HOSPITAL)


def test_earliest_of_all_ends_ends_a_term() -> None:
    successor = datetime(2026, 9, 9, 12, tzinfo=HOSPITAL)
    end = end_of_term(
        review_due=date(2027, 2, 28), effective_until=date(2026, 9, 9), ended=[successor]
    )

    assert end == successor


def test_term_begins_no_sooner_than_it_is_decided() -> None:
    decided = datetime(2026, 9, 9, 12, tzinfo=HOSPITAL)

    assert start_of_term(decided_at=decided, effective_from=date(2026, 9, 1)) == decided
    assert start_of_term(decided_at=decided, effective_from=None) == decided


def test_term_begins_with_the_day_it_takes_effect() -> None:
    decided = datetime(2026, 9, 9, 12, tzinfo=HOSPITAL)
    start = start_of_term(decided_at=decided, effective_from=date(2026, 9, 10))

    assert start == datetime(2026, 9, 10, tzinfo=HOSPITAL)


@pytest.mark.parametrize(
    "written", ["", "24", "2024-5", "2024-13", "2024-02-30", "２０２４", "2024\n"]
)
def test_what_is_no_day_of_publication_is_refused(written: str) -> None:
    with pytest.raises(Malformed):
        first_day_of(written)


@pytest.mark.parametrize("written", ["2024", "2024-01", "2024-01-01"])
def test_day_of_publication_may_be_a_year_or_a_month(written: str) -> None:
    assert first_day_of(written) == date(2024, 1, 1)


def test_dates_that_run_backwards_are_refused() -> None:
    with pytest.raises(Malformed):
        check_dates("2024", date(2026, 2, 2), date(2026, 2, 1), today=date(2026, 2, 1))
    with pytest.raises(Malformed):
        check_dates("2026-03", None, date(2026, 2, 1), today=date(2026, 2, 1))
