"""A release: cut, tested, waived by two, published; it narrows what is in force, and no more."""

from __future__ import annotations

from governance.models import Account, Version
from llm.models import Release
from tests.llm.asking import ask, found
from tests.support import knowledge, releasing
from tests.support.callers import Caller
from tests.support.following import follow


def versions(answer: object) -> set[int]:
    return {each["citation"]["version"] for each in found(answer)}


def test_release_narrows_what_is_in_force_to_what_it_holds(
    active: Version, ana: Account, ben: Account, tier: Caller
) -> None:
    releasing.published(ben)
    later = knowledge.active(knowledge.source(ana, title="COPD"), ana, ben)
    follow()

    assert versions(ask(tier)) == {active.pk, later.pk}
    assert versions(ask(tier, release="2026-11")) == {active.pk}
    assert ask(tier, release="current").json()["release"] == "2026-11"


def test_release_that_passes_is_published_and_current(active: Version, ben: Account) -> None:
    assert Release.objects.current() is None

    made = releasing.published(ben)

    assert Release.objects.current() == made
