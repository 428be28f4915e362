"""Web, two workers and the schedule over PostgreSQL, Redis and a stand-in for Qdrant."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from llm.models import LEASE
from tests.integration.asthma import QUERY, Staff, staff_of
from tests.support.calling import wait_until
from tests.support.fleet import Fleet

pytestmark = [pytest.mark.slow, pytest.mark.servers, pytest.mark.timeout(900)]
SWEEP = 3.0
PATIENT = 120.0  # seconds, on a machine that has others at work


@pytest.fixture
def staff(steady: Fleet) -> Staff:
    return staff_of(steady)


def all_is_well(fleet: Fleet) -> bool:
    verdict = fleet.inside("verdict")
    return not any(verdict.values())


def exits_open(fleet: Fleet, version: int) -> list[str]:
    return [e["store"] for e in fleet.inside("exits", version) if e["seconds"] is None]


def test_what_is_retired_is_not_found_by_the_very_next_question(staff: Staff) -> None:
    version = staff.in_force()

    staff.ben.retire(version)

    assert not staff.finds(version)


def test_the_object_of_what_is_quarantined_answers_410(staff: Staff) -> None:
    version = staff.in_force()
    wait_until(lambda: staff.tier.object_of(version))
    sha256 = staff.tier.object_of(version) or ""

    staff.ana.quarantine(version)

    assert staff.tier.object_status(sha256) == 410


def test_two_processes_never_write_to_the_store_at_once(steady: Fleet, staff: Staff) -> None:
    versions = [staff.in_force() for _ in range(3)]
    steady.watch.pause, steady.watch.at_once = 0.1, []

    for _ in range(3):
        for version in versions:
            staff.ana.quarantine(version)
            staff.ben.lift(version)
            staff.dora.lift(version)

    assert wait_until(lambda: all(map(staff.finds, versions)), seconds=PATIENT) < PATIENT
    assert steady.watch.at_once == []


def test_another_worker_takes_over_from_one_killed_while_writing(
    steady: Fleet, staff: Staff
) -> None:
    version = staff.submitted()
    steady.watch.pause = 3.0

    staff.ben.approve(version)
    wait_until(lambda: steady.watch.writing)
    steady.kill(steady.watch.writing[0])
    steady.watch.pause = 0.0

    assert staff.wait_found(version, seconds=LEASE.total_seconds() + SWEEP + 30) < PATIENT
    assert all_is_well(steady)


def test_what_a_flushed_broker_forgot_is_found_by_the_sweep(steady: Fleet, staff: Staff) -> None:
    steady.kill("one", "two")
    versions = [staff.upload() for _ in range(3)]

    steady.queue.flushdb()
    steady.launch_ready("one", "two")

    states = [staff.ana.wait_read(v, seconds=PATIENT)["parse"]["state"] for v in versions]
    assert states == ["done", "done", "done"]


@pytest.mark.parametrize("outage", ["cut", "silent"])
def test_a_decision_does_not_wait_for_a_broker_that_is_away(
    steady: Fleet, staff: Staff, outage: str
) -> None:
    version = staff.submitted()
    usual = seconds_of_quarantine(staff, staff.in_force())
    other = staff.in_force()

    with broker_away(steady, outage):
        waited = seconds_of_quarantine(staff, other)
        approved = staff.ben.approve(version)

    assert waited < usual + 2.5
    assert approved["in_force"]
    assert staff.wait_found(version, seconds=PATIENT) < PATIENT


def test_a_store_that_is_away_makes_retrieval_say_so(steady: Fleet, staff: Staff) -> None:
    steady.store_fails_with(503)

    answer = staff.tier.send("retrieve/", {"query": QUERY})

    assert answer.status_code == 503


def test_exits_stay_open_until_the_store_is_back(steady: Fleet, staff: Staff) -> None:
    version = staff.in_force()
    steady.store_fails_with(503)

    staff.ben.retire(version)
    opened = wait_until(lambda: "vectors" in exits_open(steady, version), seconds=PATIENT)
    steady.store_fails_with(None)

    assert opened < PATIENT
    assert wait_until(lambda: not exits_open(steady, version), seconds=PATIENT) < PATIENT


def test_what_is_approved_while_the_store_is_away_arrives_later(
    steady: Fleet, staff: Staff
) -> None:
    version = staff.submitted()
    steady.store_fails_with(503)

    told = staff.ben.approve(version)
    steady.store_fails_with(None)

    assert told["in_force"]
    assert staff.wait_found(version, seconds=PATIENT) < PATIENT


def test_commands_work_beside_running_workers(steady: Fleet, staff: Staff) -> None:
    version = staff.in_force()

    with ThreadPoolExecutor(3) as pool:
        names = [("catch_up",), ("reconcile",), ("rebuild", "vectors"), ("verify_trail",)]
        done = list(pool.map(lambda name: steady.run(*name), names))

    assert [d.returncode for d in done] == [0, 0, 0, 0], [d.stdout + d.stderr for d in done]
    assert staff.finds(version)


@contextmanager
def broker_away(fleet: Fleet, outage: str) -> Iterator[None]:
    """Refusing at once, or taking everything and saying nothing."""
    if outage == "silent":
        with fleet.broker.silent():
            yield
        return
    fleet.broker.cut()
    try:
        yield
    finally:
        fleet.broker.mend()


def seconds_of_quarantine(staff: Staff, version: int) -> float:
    began = time.monotonic()
    staff.ana.quarantine(version)
    return time.monotonic() - began
