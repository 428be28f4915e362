"""`catch_up`, `rebuild` and `reconcile`: what is said, what a script reads, and how they end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.models import Account, Version
from llm.projections.advance import last_knowledge
from tests.support import knowledge
from tests.support.following import (
    follow,
    interposed,
    moody,
    passages_in_store,
    put_foreign,
)


def run(command: str, *arguments: str, ok: bool = True, **options: Any) -> str:
    printed = io.StringIO()
    if ok:
        call_command(command, *arguments, stdout=printed, **options)
    else:
        with pytest.raises(SystemExit, match="1"):
            call_command(command, *arguments, stdout=printed, **options)
    return printed.getvalue()


def told(command: str, *arguments: str, **options: Any) -> Any:
    return json.loads(run(command, *arguments, json=True, **options))


# catch_up


def test_every_store_is_brought_to_the_end_of_the_trail(active: Version) -> None:
    end = last_knowledge()

    assert run("catch_up").splitlines() == [f"corpus is at {end}.", f"vectors is at {end}."]
    assert passages_in_store() == {passage.pk for passage in active.passages.all()}


def test_numbers_reached_are_told_to_scripts(active: Version) -> None:
    end = last_knowledge()

    assert told("catch_up") == {"numbers": {"corpus": end, "vectors": end}, "parked": []}


def test_empty_truth_is_caught_up_with(db: None) -> None:
    assert told("catch_up")["parked"] == []


def test_what_is_parked_is_named_and_ends_the_command_with_failure(active: Version) -> None:
    moody().refuses = "Start low."

    said = run("catch_up", ok=False)

    assert f"Parked: vectors, version {active.pk}: " in said
    assert "told to refuse" in said


def test_what_is_parked_is_told_to_scripts(active: Version) -> None:
    moody().refuses = "Start low."

    parked = told("catch_up", ok=False)["parked"]

    assert [row[:3] for row in parked] == [["vectors", "version", active.pk]]


def test_parked_version_is_taken_up_again_at_once(active: Version) -> None:
    encoder = moody()
    encoder.refuses = "Start low."
    run("catch_up", ok=False)
    encoder.refuses = ""

    assert told("catch_up")["parked"] == []


# rebuild


@pytest.mark.parametrize(
    ("store", "counted"), [("vectors", {"points": 2}), ("corpus", {"objects": 1})]
)
def test_store_is_built_anew(active: Version, store: str, counted: Any) -> None:
    follow()

    assert told("rebuild", store) == {"store": store} | counted


def test_what_was_built_is_said(active: Version) -> None:
    follow()

    assert run("rebuild", "vectors").strip() == "Rebuilt vectors: 2 points."


def test_store_nobody_knows_is_refused(db: None) -> None:
    with pytest.raises(CommandError):
        run("rebuild", "leaves")


def test_rebuild_against_a_store_that_is_away_fails_and_says_so(active: Version) -> None:
    follow()
    interposed().is_away = True

    assert run("rebuild", "vectors", ok=False).startswith("Not rebuilt: StoreAway")


# reconcile


def test_stores_that_are_equal_are_said_to_be(active: Version) -> None:
    follow()

    assert run("reconcile").strip() == "Every store is as the truth says."
    assert told("reconcile") == {"drift": [], "repaired": False}


def test_drift_is_named_and_ends_the_command_with_failure(active: Version) -> None:
    follow()
    put_foreign()

    said = run("reconcile", ok=False)

    assert said.startswith("vectors: ")


def test_drift_is_repaired_when_asked(active: Version) -> None:
    follow()
    put_foreign()

    assert "1 differences, repaired." in run("reconcile", repair=True)
    assert told("reconcile")["drift"] == []


def test_lost_object_is_found_and_written_again(active: Version, home: Path) -> None:
    follow()
    next((home / "corpus" / "objects").rglob("*.zst")).unlink()

    drift = told("reconcile", repair=True)["drift"]

    assert {row[0] for row in drift} == {"corpus"}
    assert run("reconcile").strip() == "Every store is as the truth says."


def test_reconcile_against_a_store_that_is_away_fails_and_says_so(active: Version) -> None:
    follow()
    interposed().is_away = True

    assert run("reconcile", ok=False).startswith("Not compared: StoreAway")


def test_nothing_retired_is_left_after_catching_up(active: Version, ben: Account) -> None:
    run("catch_up")
    knowledge.retire(active, ben)

    run("catch_up")

    assert passages_in_store() == set()
