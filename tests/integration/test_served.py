"""`manage.py serve` as one process, from outside: what it promises to people and programs."""

from __future__ import annotations

import random
from functools import partial

import pytest

from tests.integration.asthma import QUERY, Staff, staff_of
from tests.prove import clock, hammer, kills, loop, planted
from tests.support.calling import expect, wait_until
from tests.support.served import Served, served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
SOON = 10.0  # seconds, on a machine that has others at work


@pytest.fixture
def staff(hospital: Served) -> Staff:
    return staff_of(hospital)


def test_what_is_approved_is_found_soon_although_many_files_wait(staff: Staff) -> None:
    version = staff.submitted()
    waiting = [staff.upload() for _ in range(6)]

    staff.ben.approve(version)

    assert staff.wait_found(version) < SOON
    assert all(staff.ana.wait_read(v) for v in waiting)


def test_files_that_come_one_after_another_do_not_wait_ever_longer(staff: Staff) -> None:
    took = []
    for _ in range(8):
        version = staff.upload()

        took.append(wait_until(partial(staff.ana.wait_read, version)))

    assert max(took) < SOON


def test_what_was_answered_is_there_after_a_kill(hospital: Served, staff: Staff) -> None:
    version = staff.submitted()
    staff.ben.approve(version)

    hospital.kill()
    hospital.start_again()

    assert staff.ana.version(version)["in_force"]
    assert staff.wait_found(version) < SOON


def test_a_second_process_over_the_same_home_is_refused(hospital: Served) -> None:
    done = hospital.run("serve")

    assert done.returncode == 1
    assert "Another process serves from this KB_HOME already." in done.stderr


def test_commands_beside_the_process_leave_it_the_work(hospital: Served, staff: Staff) -> None:
    version = staff.in_force()

    verdict = hospital.inside("verdict")

    assert not any(verdict.values()), verdict
    assert staff.finds(version)


def test_one_person_does_not_end_a_quarantine_over_http(staff: Staff) -> None:
    version = staff.in_force()
    staff.ana.quarantine(version)
    staff.ben.lift(version)

    answer = staff.ben.send(f"versions/{version}/lift_quarantine/", {"reason": "It is right."})

    assert answer.json()["code"] == "second_person_needed"
    assert not staff.finds(version)


def test_a_program_without_a_key_is_told_so(hospital: Served) -> None:
    stranger = hospital.program("no key at all")

    answer = stranger.send("retrieve/", {"query": QUERY})

    assert answer.status_code == 401


def test_the_sample_is_served_to_whom_its_passwords_were_shown() -> None:
    with served(demo=True) as sample:
        curator = sample.program("nobody")
        credentials = {"username": "curator", "password": sample.passwords["curator"]}

        who = expect(curator.send("session/", credentials), 201)

        assert who["roles"] == ["curator"]
        sample.hang_up()


def test_the_whole_loop_holds_on_a_file_of_the_sample() -> None:
    proof = loop.prove([loop.SAMPLE / "vte-prevention-2026.zh.md"], fake=True)

    assert proof.failures == []
    assert proof.checks > 20


def test_nothing_is_served_seven_months_on() -> None:
    if not clock.is_possible():
        pytest.skip("needs faketime")

    assert clock.prove().failures == []


def test_a_clock_that_nobody_looks_at_is_caught() -> None:
    if not clock.is_possible():
        pytest.skip("needs faketime")

    assert clock.prove(plant="no-clock").failures


def test_five_kills_lose_and_double_nothing() -> None:
    proof = kills.prove(5, random.Random(20), {})

    assert proof.failures == []


def test_a_reading_torn_in_two_is_caught() -> None:
    proof = kills.prove(6, random.Random(21), planted("torn-reading"))

    assert proof.failures


def test_nothing_that_left_is_served_under_the_hammer() -> None:
    proof = hammer.prove(30, 10, seed=22)

    assert proof.failures == []


def test_retrieval_without_its_fence_is_caught() -> None:
    proof = hammer.prove(30, 10, seed=22, plant="no-fence")

    assert any("served" in failure for failure in proof.failures)
