"""What a store must hold, from the truth alone and whatever the clock says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.actions.sources import Licence
from governance.clock import today
from governance.models import Account, Passage, Source, Version
from llm.projections.holdings import all_holdings, citation_of, holding_of, quoted
from tests.support import knowledge
from tests.support.following import amended, days_later

pytestmark = pytest.mark.database


def held(version: Version) -> list[str]:
    holding = holding_of(version.pk)
    return [p.text for p in holding.passages] if holding else []


def test_an_active_version_is_held_whole(active: Version) -> None:
    assert held(active) == ["Start low.", "Go slow."]


def test_neither_a_draft_nor_one_in_review_is_held(draft: Version, in_review: Version) -> None:
    assert held(draft) == held(in_review) == []


def test_an_overdue_version_is_held_for_it_may_be_reaffirmed(active: Version) -> None:
    with days_later(400):
        assert held(active)


def test_a_version_approved_for_later_is_held(source: Source, ana: Account, ben: Account) -> None:
    later = today() + timedelta(days=30)

    assert held(knowledge.active(source, ana, ben, effective_from=later))


def test_a_retired_version_is_not_held(active: Version, ben: Account) -> None:
    knowledge.retire(active, ben)

    assert held(active) == []


def test_a_superseded_version_is_not_held(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    knowledge.active(source, ana, ben, label="2026")

    assert held(active) == []


def test_a_quarantined_version_is_not_held(active: Version, ana: Account) -> None:
    knowledge.quarantine(active, ana)

    assert held(active) == []


def test_the_first_person_alone_does_not_bring_it_back(
    active: Version, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.lift(active, ben)

    assert held(active) == []


def test_a_quarantined_passage_is_left_out(active: Version, ana: Account) -> None:
    knowledge.quarantine(Passage.objects.get(text="Go slow."), ana)

    assert held(active) == ["Start low."]


def test_a_version_is_not_held_when_each_of_its_passages_is_quarantined(
    active: Version, ana: Account
) -> None:
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)

    assert holding_of(active.pk) is None


def test_a_version_is_held_again_with_the_first_passage_that_is_free(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)
    knowledge.lift(active.passages.get(text="Go slow."), ben, dora)

    assert held(active) == ["Go slow."]


def test_a_passage_that_was_corrected_is_left_out(
    active: Version, ana: Account, ben: Account
) -> None:
    newer = amended(active, ana, ben, "Go slow.", "Go slowly.")

    assert held(newer) == ["Start low.", "Go slowly."]


def test_what_may_not_be_served_is_not_held(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("in house", serve=False))

    assert held(knowledge.active(source, ana, ben)) == []


def test_what_may_not_be_quoted_is_held_without_its_text(ana: Account, ben: Account) -> None:
    source = knowledge.source(ana, licence=Licence("cite only", quote=False))
    version = knowledge.active(source, ana, ben)

    assert quoted(version.passages.first(), version) is None


def test_what_may_be_quoted_is_quoted(active: Version) -> None:
    assert quoted(active.passages.first(), active) == "Start low."


def test_a_citation_does_not_move_with_a_reaffirmation(active: Version, ben: Account) -> None:
    before = citation_of(active.passages.first(), active)
    with days_later(20):
        knowledge.reaffirm(active, ben)

    active.refresh_from_db()
    assert citation_of(active.passages.first(), active) == before


def test_every_holding_comes_once(active: Version, ana: Account, ben: Account) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)

    assert [h.version for h in all_holdings()] == [active, other]
