"""Short slices of the long harnesses, each also with the bug that it must catch."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]


def run(name: str, *given: str) -> tuple[int, str]:
    command = [sys.executable, "-m", f"tests.prove.{name}", "--seed", "5", *given]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout


def test_nothing_out_of_force_is_told_of_while_everything_moves() -> None:
    code, told = run("moves", "--rounds", "40")

    assert code == 0, told
    for client in ("retrieving", "checking", "following", "mirroring"):
        assert f"{client}: " in told


def test_each_client_sees_what_leaks_on_its_way() -> None:
    leaks = ("no-fence", "believing-checks", "deaf-mirror", "silent-feed")
    code, told = run("moves", "--rounds", "80", *(f"--plant={leak}" for leak in leaks))

    assert code == 1
    for client in ("retrieving", "checking", "following", "mirroring"):
        assert f"{client} was told wrongly" in told


def test_random_damage_is_found_and_repaired() -> None:
    code, told = run("drift", "--rounds", "8", "--versions", "10")

    assert code == 0, told


def test_a_comparison_that_looks_at_ids_alone_is_caught() -> None:
    code, told = run("drift", "--rounds", "4", "--versions", "10", "--plant", "blind")

    assert code == 1
    assert "not reported" in told


def test_what_is_approved_is_found_soon() -> None:
    code, told = run("freshness", "--others", "100", "--rounds", "3")

    assert code == 0, told
    assert "(worst)" in told


def test_a_projection_that_hears_nothing_is_caught() -> None:
    code, told = run(
        "freshness", "--others", "50", "--rounds", "1", "--patience", "3", "--plant", "deaf"
    )

    assert code == 1
    assert "not found within" in told


def test_a_mirror_that_is_cut_off_and_killed_is_never_half_there() -> None:
    code, told = run("mirror", "--rounds", "6", "--versions", "6")

    assert code == 0, told
    assert "never half there" in told


def test_a_mirror_that_switches_too_soon_is_caught() -> None:
    code, told = run("mirror", "--rounds", "4", "--versions", "4", "--plant", "hasty")

    assert code == 1
    assert "half a corpus" in told


def test_a_trace_among_many_retrievals_is_whole() -> None:
    code, told = run("trace", "--rows", "400", "--versions", "6", "--rounds", "1")

    assert code == 0, told
    assert "every count holds" in told


def test_a_retrieval_without_its_marks_is_missed_by_the_trace() -> None:
    code, told = run("trace", "--rows", "200", "--versions", "6", "--plant", "blind")

    assert code == 1
    assert "was not given as often" in told
