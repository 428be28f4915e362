"""What the in-process store owes to having its engine and its files at home."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm.stores.edge import EdgeStore, InUse
from llm.stores.port import NotBuilt, StoreAway
from llm.stores.shards import Shards
from tests.support.stores import (
    NOW,
    ONE_WORD,
    filled,
    named,
    passages,
    point,
    random_points,
    vector,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


@pytest.fixture
def store(folder: Path) -> Iterator[EdgeStore]:
    opened = EdgeStore.open(folder)
    yield opened
    opened.close()


@pytest.fixture
def shards(folder: Path) -> Iterator[Shards]:
    opened = Shards(folder)
    yield opened
    opened.close()


# One owner


def test_folder_has_one_owner(folder: Path, store: EdgeStore) -> None:
    with pytest.raises(InUse):
        EdgeStore.open(folder)


def test_closing_frees_the_folder(folder: Path, store: EdgeStore) -> None:
    store.close()

    EdgeStore.open(folder).close()


@pytest.mark.slow
@pytest.mark.long
def test_other_process_is_told_that_the_folder_is_in_use(folder: Path, store: EdgeStore) -> None:
    other = _python("EdgeStore.open(folder)", folder)

    _, complaint = other.communicate()

    assert other.returncode == 1
    assert "InUse" in complaint


# Killed


@pytest.mark.slow
@pytest.mark.long
def test_nothing_is_lost_or_risen_when_the_owner_is_killed(folder: Path) -> None:
    deed = """
        store = filled(EdgeStore.open(folder), [point(1), point(2), point(3, version=2)])
        store.drop_points("a", [named(2)])
        store.drop_versions("a", [2])
        os.kill(os.getpid(), signal.SIGKILL)"""

    _run_to_its_death(deed, folder)

    assert _found_afresh(folder) == ["p1"]


@pytest.mark.slow
@pytest.mark.long
def test_stamp_outlives_a_kill(folder: Path) -> None:
    deed = """
        store = filled(EdgeStore.open(folder), [point(1), point(2, version=2)])
        store.stamp("a", 1, 0, NOW.at)
        os.kill(os.getpid(), signal.SIGKILL)"""

    _run_to_its_death(deed, folder)

    assert _found_afresh(folder) == ["p2"]


@pytest.mark.slow
@pytest.mark.long
def test_kill_in_the_middle_of_a_put_leaves_a_sound_store(folder: Path) -> None:
    deed = """
        store = filled(EdgeStore.open(folder), [])
        for turn in range(100_000):
            store.put("a", [point(1 + turn * 10 + n) for n in range(10)])
            print(turn, flush=True)"""
    writer = _python(deed, folder)
    told = [int(writer.stdout.readline()) for _ in range(20)]

    writer.kill()
    told += [int(line) for line in writer.communicate()[0].split()]

    assert _ids_afresh(folder) >= {named(1 + n) for n in range(10 * (told[-1] + 1))}


_PREFACE = """
import os, signal, sys
from pathlib import Path
from llm.stores.edge import EdgeStore
from tests.support.stores import NOW, filled, named, point
folder = Path(sys.argv[1])
"""


def _python(deed: str, folder: Path) -> subprocess.Popen[str]:
    lines = "\n".join(line.removeprefix("        ") for line in deed.splitlines())
    return subprocess.Popen(
        [sys.executable, "-c", _PREFACE + lines, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def _run_to_its_death(deed: str, folder: Path) -> None:
    process = _python(deed, folder)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def _found_afresh(folder: Path) -> list[str]:
    store = EdgeStore.open(folder)
    found = passages(store.nearest(vector(1, 0, 0), NOW, 5))
    store.close()
    return found


def _ids_afresh(folder: Path) -> set[str]:
    store = EdgeStore.open(folder)
    found = {each.id for each in store.scan("a")}
    store.close()
    return found


# The folder


def test_switch_outlives_closing(folder: Path, store: EdgeStore) -> None:
    filled(store, [point(1)])

    store.close()

    assert _found_afresh(folder) == ["p1"]


def test_pointer_to_what_is_gone_points_to_nothing(folder: Path, store: EdgeStore) -> None:
    filled(store, [point(1)])
    store.close()
    (folder / "collections" / "a").rename(folder / "elsewhere")

    again = EdgeStore.open(folder)

    assert again.live() is None
    with pytest.raises(NotBuilt):
        again.nearest(vector(1, 0, 0), NOW, 5)
    again.close()


def test_updates_are_logged_ahead(folder: Path, store: EdgeStore) -> None:
    filled(store, [point(1)])

    assert any((folder / "collections" / "a" / "shard" / "wal").iterdir())


def test_collection_that_could_not_be_made_is_not_shown(shards: Shards) -> None:
    with pytest.raises(OSError, match="disk"):
        shards.create("a", 3, _fail_half_way)

    assert shards.names() == set()


def test_what_was_left_unfinished_is_swept_at_the_next_opening(
    folder: Path, shards: Shards
) -> None:
    with pytest.raises(OSError, match="disk"):
        shards.create("a", 3, _fail_half_way)
    shards.close()

    Shards(folder).close()

    assert list((folder / "unfinished").iterdir()) == []


def _fail_half_way(target: Path, _dimension: int) -> None:
    target.mkdir()
    raise OSError("disk full")


# Many threads


def test_collection_is_not_discarded_while_somebody_reads_it(store: EdgeStore) -> None:
    filled(store, [point(1)])
    store.create("b", 3)
    discarding = threading.Thread(target=store.discard, args=("b",))

    with store._shards.lend("b") as shard:
        discarding.start()
        discarding.join(timeout=0.05)
        assert discarding.is_alive()
        assert shard.engine.retrieve([named(1)], False, False) == []
    discarding.join()

    assert store.collections() == {"a"}


def test_collection_that_went_live_while_readers_finished_is_kept(store: EdgeStore) -> None:
    filled(store, [point(1)])
    store.create("b", 3)
    discarding = threading.Thread(target=_discard_unless_live, args=(store, "b"))

    with store._shards.lend("b"):
        discarding.start()
        discarding.join(timeout=0.05)
        store.switch("b")
    discarding.join()

    assert store.collections() == {"a", "b"}


def _discard_unless_live(store: EdgeStore, name: str) -> None:
    with pytest.raises(ValueError, match="Readers use b"):
        store.discard(name)


def test_store_closes_when_the_last_reader_is_done(store: EdgeStore) -> None:
    filled(store, [point(1)])
    closing = threading.Thread(target=store.close)

    with store._shards.lend() as shard:
        closing.start()
        closing.join(timeout=0.05)
        assert len(shard.engine.retrieve([named(1)], False, False)) == 1
    closing.join()

    with pytest.raises(StoreAway):
        store.live()


@pytest.mark.slow
@pytest.mark.long
def test_searches_get_their_turn_during_a_long_put(store: EdgeStore) -> None:
    filled(store, [point(1)], dimension=3)
    points = random_points(10_000)
    putting = threading.Thread(target=store.put, args=("a", points))
    searches = 0

    putting.start()
    while putting.is_alive():
        store.nearest(vector(1, 0, 0), NOW, 5)
        searches += 1

    assert searches > 10


def test_two_writers_do_not_lose_each_others_points(store: EdgeStore) -> None:
    store.create("a", 3)
    points = random_points(400)
    halves = [points[:200], points[200:]]
    writers = [threading.Thread(target=store.put, args=("a", half)) for half in halves]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert store.count("a") == 400


# The index


@pytest.mark.slow
def test_optimising_changes_no_exact_score(store: EdgeStore) -> None:
    filled(store, random_points(3000, dimension=3))
    store.drop_versions("a", [1, 2])
    before = store.nearest(vector(1, 1, 1), NOW, 20)
    said = {hit.score for hit in store.matching(ONE_WORD, NOW, 20)}

    assert store.optimise()

    assert store.nearest(vector(1, 1, 1), NOW, 20) == before
    assert {hit.score for hit in store.matching(ONE_WORD, NOW, 20)} == said
