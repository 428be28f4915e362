"""`doctor`: what is configured, reachable, behind, due and parked, in sentences and for scripts."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from governance import clock
from governance.models import Account, Version
from llm.models import Parked
from tests.support import knowledge
from tests.support.away import truth_away
from tests.support.following import days_later, follow, interposed

pytestmark = pytest.mark.usefixtures("stores")


def run(*, ok: bool = True, **options: Any) -> str:
    printed = io.StringIO()
    if ok:
        call_command("doctor", stdout=printed, **options)
    else:
        with pytest.raises(SystemExit, match="1"):
            call_command("doctor", stdout=printed, **options)
    return printed.getvalue()


def told(*, ok: bool = True) -> Any:
    return json.loads(run(ok=ok, json=True))


def test_what_is_configured_is_said(active: Version, home: Path) -> None:
    follow()

    said = run().splitlines()

    assert f"home: {home}" in said
    assert "vectors: engine in-process" in said
    assert "time zone: Asia/Shanghai" in said


def test_every_part_is_said_to_be_well(active: Version) -> None:
    follow()

    parts = [line for line in run().splitlines() if line.startswith(("well", "ILL"))]

    assert len(parts) == 7
    assert all(line.startswith("well") for line in parts)


def test_figures_are_said(active: Version) -> None:
    follow()

    assert "versions in force: 1" in run().splitlines()


def test_part_that_is_ill_ends_the_command_with_failure(active: Version) -> None:
    follow()
    interposed().is_away = True

    assert "ILL   vector_store: out of reach: StoreAway" in run(ok=False).splitlines()


def test_truth_out_of_reach_is_said_and_nothing_more_is_asked(db: None) -> None:
    with truth_away():
        answer = told(ok=False)

    assert answer["components"] == {
        "truth": {"ok": False, "detail": "out of reach: OperationalError"}
    }
    assert "figures" not in answer


def test_what_is_due_soon_is_listed(active: Version) -> None:
    follow()
    due = active.review_due

    with days_later(160):
        follow()
        assert [due.isoformat(), str(active)] in told(ok=False)["due"]


def test_what_is_overdue_is_listed(active: Version) -> None:
    with days_later(300):
        follow()
        assert f"Due on {active.review_due.isoformat()}: {active}" in run(ok=False).splitlines()


def test_what_is_not_due_for_long_is_not_listed(active: Version) -> None:
    follow()

    assert told()["due"] == []


def test_what_is_parked_is_listed_with_its_error(active: Version) -> None:
    follow()
    Parked.objects.park("corpus", active.pk, ValueError("too odd"), at=clock.now())

    [[store, version, error]] = told(ok=False)["parked"]

    assert (store, version) == ("corpus", str(active))
    assert "too odd" in error


def test_scripts_get_the_figures_of_every_follower(active: Version, ben: Account) -> None:
    follow()
    knowledge.quarantine(active, ben)

    assert told()["components"]["vectors"]["behind"] == 1


def test_worker_that_fell_silent_is_said(active: Version) -> None:
    follow()
    later = timezone.now() + timedelta(minutes=5)

    with time_machine.travel(later, tick=False):
        assert "ILL   worker" in run(ok=False)
