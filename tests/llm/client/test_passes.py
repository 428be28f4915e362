"""A mirror of the corpus: whole or not at all, at the cost of what changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import localdate

from governance.models import Account, Source, Version
from llm import client
from llm.client import ClockWrong, Corpus, Stale, Tampered
from llm.client.folder import Folder
from llm.client.reading import load
from llm.models import Acknowledgement
from tests.llm.client.passes import Once, approved, follow_trail, texts
from tests.support import knowledge
from tests.support.following import days_later
from tests.support.wire import Wire

# What a pass does


def test_reader_finds_what_is_in_force_with_its_citation(
    once: Once, folder: Folder, active: Version
) -> None:
    once()

    first, second = load(folder.path)
    assert (first["text"], second["text"]) == ("Start low.", "Go slow.")
    assert first["citation"]["title"] == "Asthma guideline"
    assert first["citation"]["review_due"] == active.review_due.isoformat()


def test_second_pass_fetches_nothing(once: Once, wire: Wire) -> None:
    once()
    wire.forget()

    assert once().fetched == 0
    assert wire.asked("") == ["GET /api/v1/corpus/ HTTP/1.1"]
    assert wire.bodies == [0]


def test_change_costs_what_changed_and_a_manifest(
    once: Once, wire: Wire, ana: Account, ben: Account
) -> None:
    once()
    approved(ana, ben, "Stop early.")
    wire.forget()

    assert once().fetched == 1
    assert len(wire.asked("corpus/objects/")) == 1
    assert len(wire.asked("GET /api/v1/corpus/ ")) == 1


def test_root_that_is_reached_is_acknowledged_once(once: Once, wire: Wire) -> None:
    root = once().root
    once()

    assert Acknowledgement.objects.get().root == root
    assert len(wire.asked("POST")) == 1


def test_what_leaves_force_leaves_the_folder(
    once: Once, folder: Folder, active: Version, ben: Account
) -> None:
    once()
    knowledge.retire(active, ben)
    follow_trail()

    once()

    assert texts(folder) == []
    assert list(folder.path.rglob("*.zst")) == []


def test_what_nobody_named_is_taken_away(once: Once, folder: Folder) -> None:
    once()
    stray = folder.path / "objects" / "ab" / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("x")

    once()

    assert not stray.exists()


def test_what_was_damaged_is_read_no_more_and_fetched_again(once: Once, folder: Folder) -> None:
    once()
    next(folder.path.rglob("*.zst")).write_bytes(b"\0" * 40)
    with pytest.raises(Tampered):
        texts(folder)

    assert once(verify=True).fetched == 1
    assert texts(folder) == ["Start low.", "Go slow."]


def test_manifest_that_was_damaged_here_is_fetched_again(once: Once, folder: Folder) -> None:
    root = once().root
    folder.manifest(root).write_bytes(b"{}")

    once()

    assert texts(folder) == ["Start low.", "Go slow."]


def test_example_of_the_read_me_runs(
    once: Once, folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    once()
    monkeypatch.setenv("KB_MIRROR", str(folder.path))
    read_me = (Path(client.__file__).parent / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", read_me, re.DOTALL)

    exec(example, {})

    assert "Asthma guideline None Start low." in capsys.readouterr().out


# By the clock


def test_reader_may_refuse_what_nobody_has_looked_at_for_long(once: Once, folder: Folder) -> None:
    once()
    Corpus(folder.path, max_age=timedelta(minutes=5))

    with days_later(1), pytest.raises(Stale):
        Corpus(folder.path, max_age=timedelta(minutes=5))


def test_reader_drops_what_is_past_by_its_own_clock(once: Once, folder: Folder) -> None:
    once()

    assert texts(folder, datetime.now(UTC) + timedelta(days=200)) == []
    with pytest.raises(ValueError, match="offset"):
        texts(folder, datetime(2030, 1, 1))


def test_what_begins_later_is_fetched_when_it_begins(
    once: Once, folder: Folder, source: Source, ana: Account, ben: Account
) -> None:
    begins = localdate() + timedelta(days=3)
    later = knowledge.active(
        source, ana, ben, label="2026", texts=["Start high."], effective_from=begins
    )
    follow_trail()

    assert once().next_at == later.terms.get().starts_at
    assert texts(folder) == ["Start low.", "Go slow."]
    with days_later(4):
        once()
        assert texts(folder) == ["Start high."]


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
def test_clock_that_is_wrong_by_an_hour_is_refused_by_mirror_and_reader(
    once: Once, folder: Folder, wire: Wire, ahead: float
) -> None:
    once()
    wire.date_ahead = -ahead
    with pytest.raises(ClockWrong, match=r"3[56]\d\d s"):
        once()
    with pytest.raises(ClockWrong):
        Corpus(folder.path)

    wire.date_ahead = 0
    once()

    assert texts(folder)


def test_clock_that_is_wrong_can_be_put_up_with(once: Once, wire: Wire) -> None:
    said: list[str] = []
    wire.date_ahead = 3600

    once(refuses_clock=False, say=said.append)

    assert "behind" in said[0]
