"""Text that is quarantined comes back by two persons, and by no other way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from governance.actions import quarantines, versions
from governance.confirmation import Confirmed
from governance.errors import (
    Malformed,
    TextQuarantined,
)
from governance.lifecycle import RetirementReason
from governance.models import Account, Passage, Source, Version
from tests.governance.editions import NOON
from tests.support import knowledge
from tests.support.oracle import TICK
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.usefixtures("clock")

HOUR = timedelta(hours=1)


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
    knowledge.quarantine(active.passages.first(), ana)
    knowledge.retire(active, ben)
    again = knowledge.in_review(source, ana, label="2024 again")

    with pytest.raises(TextQuarantined):
        knowledge.approve(again, ben)


def test_quarantined_passage_does_not_come_back_after_a_harmless_edition(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active.passages.first(), ana)
    with time_machine.travel(NOON + TICK, tick=False):
        knowledge.active(source, ana, ben, label="2025", texts=["Start lower."])
        again = knowledge.in_review(source, ana, label="2024 again")

        with pytest.raises(TextQuarantined):
            knowledge.approve(again, ben)


def test_quarantine_of_what_is_retired_is_ended_by_two_and_frees_its_text(
    active: Version, source: Source, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active.passages.first(), ana)
    knowledge.retire(active, ben)
    for person in (ben, dora):
        knowledge.lift(active.passages.first(), person)

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
    knowledge.quarantine(active.passages.first(), ana)
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
    knowledge.quarantine(active.passages.get(text="Start low."), ana)

    later = Passage.objects.in_force(NOON + timedelta(days=2))
    assert set(later.values_list("text", flat=True)) == {"Go slower."}


def test_quarantined_version_does_not_come_back_with_what_takes_over(
    active: Version, scheduled: Version, ana: Account
) -> None:
    quarantine = knowledge.quarantine(active, ana)

    assert quarantine.version == active
    assert not Passage.objects.in_force(NOON + timedelta(days=2)).exists()


def test_version_that_repeats_nothing_takes_over_all_the_same(
    active: Version, ana: Account, ben: Account
) -> None:
    tomorrow = (NOON + timedelta(days=1)).date()
    knowledge.active(active.source, ana, ben, label="2", texts=["New."], effective_from=tomorrow)

    knowledge.quarantine(active, ana)

    assert Passage.objects.in_force(NOON + timedelta(days=2)).exists()
