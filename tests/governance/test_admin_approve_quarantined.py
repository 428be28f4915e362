"""Who approves sees what of the source is quarantined."""

from __future__ import annotations

import pytest

from governance.actions import quarantines
from governance.models import Account, Version
from tests.support import knowledge
from tests.support.visiting import Visitor, passages_of, version_at

PANEL = "Quarantined in this source"


@pytest.fixture
def successor(active: Version, ana: Account) -> Version:
    return knowledge.in_review(active.source, ana, label="2026", texts=["Start high."])


def page(version: Version, by: Account) -> str:
    return Visitor(by).read(version_at(version, "approve"))


def test_page_says_nothing_where_nothing_is_quarantined(successor: Version, ben: Account) -> None:
    assert PANEL not in page(successor, ben)


def test_quarantined_predecessor_is_shown(
    active: Version, successor: Version, ana: Account, ben: Account
) -> None:
    knowledge.quarantine(active, ana)

    shown = page(successor, ben)

    assert PANEL in shown
    assert "two persons approve it" in shown
    assert "After yours it needs 1 more person" in shown
    assert "the version it takes over from" in shown
    assert "A reader doubts the dose." in shown


def test_quarantined_passage_is_shown_with_its_text(
    active: Version, successor: Version, ana: Account, ben: Account
) -> None:
    passage = passages_of(active)[1]
    quarantines.begin(subject=passage, reason="Too slow.", by=ana)

    shown = page(successor, ben)

    assert "a passage" in shown
    assert "<blockquote>Go slow.</blockquote>" in shown


def test_ended_quarantine_is_not_shown(
    active: Version, successor: Version, ana: Account, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ana)
    knowledge.lift(active, ben, dora)

    assert PANEL not in page(successor, ben)


def test_text_that_repeats_what_is_quarantined_cannot_be_approved_and_says_so(
    active: Version, ana: Account, ben: Account
) -> None:
    again = knowledge.in_review(active.source, ana, label="2026", texts=["Go slow."])
    quarantines.begin(subject=passages_of(active)[1], reason="Too slow.", by=ana)

    assert "It repeats text that is quarantined." in page(again, ben)
