"""Why a version is not in force, and how its lists and first page tell of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from governance import clock
from governance.actions import quarantines
from governance.actions.sources import Licence
from governance.admin.standing import Standing, last_day, moment
from governance.lifecycle import RetirementReason, Status
from governance.models import Account, Review, Source, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, version_at

LIST = "/admin/governance/version/"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SEVEN_MONTHS = timedelta(days=214)


@pytest.fixture(autouse=True)
def noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def later(traveller: time_machine.Traveller, by: timedelta) -> None:
    traveller.move_to(clock.now() + by, tick=False)


def why(version: Version) -> str:
    version.refresh_from_db()
    return Standing.now(version).why_not_in_force()


def test_nothing_is_said_of_what_is_in_force(active: Version) -> None:
    assert why(active) == ""


def test_draft_is_served_to_nobody(draft: Version) -> None:
    assert why(draft) == "Nobody is served a draft."


def test_in_review_waits_for_another(in_review: Version) -> None:
    assert why(in_review) == "A reviewer who has not contributed approves it or sends it back."


def test_retired_will_not_come_back(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben, RetirementReason.UNSAFE)

    assert why(active) == "It was retired and will not come back."


def test_quarantine_is_told_before_all_else(
    active: Version, ana: Account, noon: time_machine.Traveller
) -> None:
    knowledge.quarantine(active, ana)
    later(noon, SEVEN_MONTHS)

    assert why(active).startswith("Quarantined")


def test_overdue_names_the_day(active: Version, noon: time_machine.Traveller) -> None:
    later(noon, SEVEN_MONTHS)

    assert f"Its review was due on {active.review_due.isoformat()} and" in why(active)


def test_scheduled_names_the_instant(source: Source, ana: Account, ben: Account) -> None:
    day = clock.today() + timedelta(days=10)
    version = knowledge.active(source, ana, ben, effective_from=day)

    assert why(version) == "Approved; takes effect on 2026-03-12 00:00."


def test_validity_that_is_over_is_said(
    source: Source, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    version = knowledge.active(source, ana, ben, effective_until=clock.today())
    later(noon, timedelta(days=2))

    assert why(version) == "The time for which it holds is over."


def test_superseded_by_the_clock_is_said_before_it_is_written_down(
    active: Version, source: Source, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    day = clock.today() + timedelta(days=10)
    knowledge.active(source, ana, ben, label="2026", effective_from=day)
    later(noon, timedelta(days=11))

    assert why(active) == "A newer version has taken effect."


def test_superseded_version_cannot_be_reaffirmed(
    active: Version, source: Source, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    day = clock.today() + timedelta(days=10)
    knowledge.active(source, ana, ben, label="2026", effective_from=day)
    later(noon, timedelta(days=11))

    assert version_at(active, "reaffirm") not in Visitor(ben).read(version_at(active))


def test_term_ends_with_its_last_day(active: Version) -> None:
    assert last_day(active.latest_term.ends_at) == active.review_due.isoformat()


def test_still_needed_counts_down(ana: Account, ben: Account) -> None:
    source = knowledge.source(
        ana, source_class="clinical_experience", identifiers=[("local_number", "QI-1")]
    )
    version = knowledge.approve(knowledge.in_review(source, ana), ben)

    assert Standing.now(version).still_needed(Review.Kind.APPROVE) == 1


# On the pages.


def test_overdue_version_is_marked(
    active: Version, ana: Account, noon: time_machine.Traveller
) -> None:
    later(noon, SEVEN_MONTHS)

    page = Visitor(ana).read(version_at(active))

    assert "Overdue" in page
    assert "Not in force" in page


def test_gap_before_a_late_reaffirmation_stays_in_its_terms(
    active: Version, ben: Account, noon: time_machine.Traveller
) -> None:
    later(noon, SEVEN_MONTHS)
    knowledge.reaffirm(active, ben)

    page = Visitor(ben).read(version_at(active))

    assert "Terms; between them it was not in force" in page
    for term in active.terms.all():
        assert moment(term.starts_at) in page
        assert f"{last_day(term.ends_at)} 24:00" in page
    assert "PubMed, issuer&#x27;s site" in page


def test_one_term_is_shown_alone(active: Version, ben: Account) -> None:
    assert "Terms; between them" not in Visitor(ben).read(version_at(active))


def test_late_reaffirmation_is_told_of_beforehand(
    active: Version, ben: Account, noon: time_machine.Traveller
) -> None:
    later(noon, SEVEN_MONTHS)

    page = Visitor(ben).read(version_at(active, "reaffirm"))

    assert "a new term begins now, and the gap stays on the record" in page


def test_licence_that_forbids_serving_is_told_of(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("©", serve=False))
    version = knowledge.active(source, ana, ben)

    assert "Its licence does not let it be served" in Visitor(ana).read(version_at(version))


def test_retirement_leads_to_the_successor(
    active: Version, source: Source, ana: Account, ben: Account, noon: time_machine.Traveller
) -> None:
    later(noon, timedelta(days=1))
    newer = knowledge.active(source, ana, ben, label="2026")

    page = Visitor(ana).read(version_at(active))

    assert version_at(newer) in page


# In the list.


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": Status.ACTIVE}, True),
        ({"status": Status.DRAFT}, False),
        ({"force": "yes"}, True),
        ({"force": "no"}, False),
        ({"force": "quarantined"}, False),
        ({"due": "overdue"}, False),
        ({"due": "30"}, False),
        ({"reading": "done"}, True),
        ({"reading": "failed"}, False),
        ({"waiting": "approval"}, False),
        ({"waiting": "lifting"}, False),
        ({"waiting": "mine"}, False),
        ({"q": "Asthma"}, True),
        ({"q": "Gout"}, False),
    ],
)
def test_filters_find_an_active_version_where_it_belongs(
    query: dict[str, str], found: bool, active: Version, ben: Account
) -> None:
    page = Visitor(ben).read(LIST, **query)

    assert (version_at(active) in page) is found


def test_due_in_a_month_begins_thirty_days_before(
    active: Version, ben: Account, noon: time_machine.Traveller
) -> None:
    noon.move_to(clock.start_of(active.review_due - timedelta(days=30)), tick=False)

    assert version_at(active) in Visitor(ben).read(LIST, due="30")


def test_due_today_is_not_overdue(
    active: Version, ben: Account, noon: time_machine.Traveller
) -> None:
    noon.move_to(clock.start_of(active.review_due), tick=False)

    assert version_at(active) not in Visitor(ben).read(LIST, due="overdue")


def test_due_yesterday_is_overdue(
    active: Version, ben: Account, noon: time_machine.Traveller
) -> None:
    noon.move_to(clock.start_of(active.review_due + timedelta(days=1)), tick=False)

    assert version_at(active) in Visitor(ben).read(LIST, due="overdue")


def test_reviewer_finds_what_waits_for_approval(in_review: Version, ben: Account) -> None:
    assert version_at(in_review) in Visitor(ben).read(LIST, waiting="approval")


def test_own_contribution_does_not_wait_for_approval(source: Source, ben: Account) -> None:
    own = knowledge.in_review(source, ben)

    assert version_at(own) not in Visitor(ben).read(LIST, waiting="approval")


def test_quarantine_of_a_passage_is_told_from_that_of_the_version(
    active: Version, ana: Account
) -> None:
    quarantines.begin(subject=active.passages.all()[0], reason="Doubt.", by=ana)

    assert "In force but for a passage" in Visitor(ana).read(LIST)
