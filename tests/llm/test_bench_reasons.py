"""Why a passage was not in force, in one sentence for each way there is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from governance import clock
from governance.actions import versions
from governance.actions.sources import Licence
from governance.clock import today
from governance.models import Account, Passage, Source, Version
from llm.admin.reasons import why_not
from tests.support import knowledge
from tests.support.following import days_later


def reason(version: Version, *, at: datetime | None = None) -> str:
    passage = Passage.objects.select_related("version").filter(version=version).earliest("pk")
    return why_not(passage, at or clock.now())


def test_what_is_in_force_has_none(active: Version) -> None:
    assert reason(active) == ""


def test_a_draft_was_not_approved(draft: Version) -> None:
    assert reason(draft) == "Its version was not approved."


def test_before_its_approval_a_version_was_not_approved(active: Version) -> None:
    before = active.approved_at - timedelta(microseconds=1)

    assert reason(active, at=before) == "Its version was not approved."


def test_the_licence_is_named(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("in house", serve=False))

    assert "licence" in reason(knowledge.active(source, ana, ben))


def test_a_quarantine_of_the_version_is_named(active: Version, ana: Account) -> None:
    knowledge.quarantine(active, ana)

    assert reason(active) == "Its version is quarantined."


def test_a_quarantine_of_the_passage_alone_is_named(active: Version, ana: Account) -> None:
    knowledge.quarantine(active.passages.earliest("pk"), ana)

    assert reason(active) == "The passage itself is quarantined."


def test_a_quarantine_that_was_ended_is_named_of_then_alone(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False) as traveller:
        knowledge.quarantine(active, ana)
        then = clock.now()
        traveller.shift(timedelta(hours=1))
        knowledge.lift(active, ben, dora)

        assert (reason(active, at=then), reason(active)) == ("Its version is quarantined.", "")


def test_a_retirement_is_named_with_its_reason(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    assert reason(active) == "Retired: Outdated."


def test_the_successor_is_named(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.active(source, ana, ben, label="2026")

    assert reason(active) == "Superseded by “2026”."


def test_a_scheduled_successor_is_named_before_anybody_wrote_it_down(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    later = today() + timedelta(days=5)
    knowledge.active(source, ana, ben, label="2026", effective_from=later)

    with days_later(6):
        assert reason(active) == "Superseded by “2026”."


def test_what_takes_effect_later_says_when(source: Source, ana: Account, ben: Account) -> None:
    later = today() + timedelta(days=5)

    told = reason(knowledge.active(source, ana, ben, effective_from=later))

    assert told == f"It takes effect on {later} 00:00."


def test_what_was_retired_before_it_began_says_that_it_was_retired(
    source: Source, ana: Account, ben: Account
) -> None:
    version = knowledge.active(source, ana, ben, effective_from=today() + timedelta(days=5))
    knowledge.retire(version, ben)

    assert reason(version) == "Retired: Outdated."


def test_what_is_overdue_says_since_when(active: Version) -> None:
    end = active.review_due + timedelta(days=1)

    with days_later(250):
        assert reason(active) == f"Overdue: nobody reaffirmed it before {end} 00:00."


def test_what_ended_by_its_own_date_says_so(source: Source, ana: Account, ben: Account) -> None:
    until = today() + timedelta(days=5)
    version = knowledge.active(source, ana, ben, effective_until=until)

    with days_later(7):
        assert reason(version) == f"By its own date it held until {until.isoformat()}."


@pytest.mark.parametrize("days", [6, 300])
def test_what_was_written_down_as_superseded_stays_superseded(
    active: Version, source: Source, ana: Account, ben: Account, days: int
) -> None:
    later = today() + timedelta(days=5)
    knowledge.active(source, ana, ben, label="2026", effective_from=later)

    with days_later(days):
        versions.write_down_superseded()

        assert reason(active) == "Superseded by “2026”."
