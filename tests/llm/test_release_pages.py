"""The pages of releases: cut, ordered to be tested, waived and published by whom they name."""

from __future__ import annotations

import pytest

from governance.duties import Role
from governance.models import Account, Version
from llm import jobs
from llm.models import Job, Parked, Release, ReleaseStatus
from tests.support import knowledge, releasing
from tests.support.following import follow
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor

LIST = "/admin/llm/release/"


def at(release: Release, page: str = "change") -> str:
    return f"{LIST}{release.pk}/{page}/"


@pytest.mark.slow
def test_what_is_cut_and_ordered_on_a_page_is_tested_by_who_owns_the_stores(
    active: Version, ben: Account
) -> None:
    follow()
    visitor = Visitor(ben)
    visitor.send(f"{LIST}add/", name=releasing.NAME, reason="For the ward.")
    made = Release.objects.get()
    visitor.send(at(made, "test"))
    waiting = visitor.read(at(made))

    jobs.run_waiting()

    assert "It is being tested" in waiting
    assert Job.objects.get().outcome == {"release": releasing.NAME, "passed": True}
    assert "Nothing is parked." in visitor.read(at(made))


@pytest.mark.slow
def test_two_others_waive_on_the_page_and_then_it_is_published(
    active: Version, ben: Account, dora: Account
) -> None:
    made = releasing.cut(ben)
    Parked.objects.park("vectors", active.pk, ValueError("told to"), at=made.cut_at)
    releasing.try_out(made, ben)
    sure = {"reason": "Known, harmless.", "password": PASSWORD}
    gus = knowledge.account("gus", Role.REVIEWER)

    for person in (ben, dora, gus):
        Visitor(person).send(at(made, "waive"), **sure, check="parked")
    Visitor(ben).send(at(made, "publish"), **sure)

    told = Visitor(dora).read(at(made))
    assert Release.objects.get().status == ReleaseStatus.PUBLISHED
    assert [f"Waived by {who}" in told for who in ("Ben", "Dora", "Gus")] == [False, True, True]
