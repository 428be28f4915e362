"""Work by command: done here, or left to the owner of the engine, or taken over from it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from governance import clock
from governance.models import Account, Version
from llm import clients, jobs
from llm.models import Cursor, Job, Parked
from llm.projections.advance import last_knowledge
from llm.stores.edge import EdgeStore
from tests.support.following import follow, interposed, moody, points

pytestmark = pytest.mark.database

OWNER = """
import sys, time
from pathlib import Path
from llm.stores.edge import EdgeStore
store = EdgeStore.open(Path(sys.argv[1]))
print("mine", flush=True)
time.sleep(600)
"""


@contextmanager
def owned_elsewhere(home: Path) -> Iterator[EdgeStore]:
    """Somebody else has the engine's folder: a lock is a lock, whichever process holds it."""
    clients.close()
    store = EdgeStore.open(home / "vectors")
    try:
        yield store
    finally:
        store.close()


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


class AtEachWait:
    """Lets the owner do something each time the command is about to sleep."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *acts: Any) -> None:
        self.acts = list(acts)
        monkeypatch.setattr("llm.jobs.time.sleep", self)

    def __call__(self, _seconds: float) -> None:
        self.acts.pop(0)()


def asked() -> Job:
    return Job.objects.get()


def run_as_owner(store: EdgeStore) -> None:
    """What the owner's sweep does, with the store that it has."""
    clients.install(store=store)
    jobs.run_waiting()
    clients._stores.clear()


def test_without_another_owner_the_command_does_it_itself(active: Version) -> None:
    outcome = jobs.do("catch_up", {})

    assert outcome["numbers"] == {"corpus": last_knowledge(), "vectors": last_knowledge()}
    assert not Job.objects.exists()


def test_catching_up_tells_what_is_parked(active: Version) -> None:
    moody().refuses = "Start low."

    ((store, _kind, version, error),) = jobs.do("catch_up", {})["parked"]

    assert (store, version) == ("vectors", active.pk)
    assert "told to refuse" in error


def test_catching_up_does_not_wait_for_a_pause_to_end(active: Version) -> None:
    encoder = moody()
    encoder.refuses = "Start low."
    follow()
    encoder.refuses = ""

    assert jobs.do("catch_up", {})["parked"] == []
    assert len(points()) == 2


def test_catching_up_waits_for_the_worker_that_is_at_it(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Cursor.objects.lease("vectors")
    AtEachWait(monkeypatch, lambda: None, held.release)

    jobs.do("catch_up", {})

    assert len(points()) == 2


def test_a_store_away_is_an_outcome(active: Version) -> None:
    interposed().is_away = True

    assert "told to be away" in jobs.do("catch_up", {})["error"]


def test_a_lease_that_was_lost_is_an_outcome(active: Version) -> None:
    from tests.support.following import take_over

    follow()
    interposed().before["scan"] = lambda: take_over("vectors")

    assert "LostLease" in jobs.do("reconcile", {"repair": False})["error"]


def test_rebuilding_counts_what_was_built(active: Version) -> None:
    follow()

    assert jobs.do("rebuild", {"store": "vectors"}) == {"store": "vectors", "points": 2}
    assert jobs.do("rebuild", {"store": "corpus"}) == {"store": "corpus", "objects": 1}


def test_progress_is_shown_where_the_work_is_done(active: Version) -> None:
    told: list[tuple[int, int]] = []

    jobs.do("rebuild", {"store": "corpus"}, progress=lambda *given: told.append(given))

    assert told == [(1, 1)]


def test_beside_the_owner_the_command_waits_for_the_owners_outcome(
    active: Version, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    with owned_elsewhere(home) as store:
        AtEachWait(monkeypatch, lambda: None, lambda: run_as_owner(store))
        outcome = jobs.do("rebuild", {"store": "vectors"})

    assert outcome == {"store": "vectors", "points": 2}
    assert asked().state == Job.State.DONE


def test_the_command_takes_over_when_the_owner_dies(
    active: Version, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    with owned_elsewhere(home) as store:

        def die_at_work() -> None:
            Job.objects.update(state=Job.State.RUNNING)
            store.close()

        AtEachWait(monkeypatch, die_at_work)
        outcome = jobs.do("rebuild", {"store": "vectors"})

    assert outcome["points"] == 2
    assert not Job.objects.exists()


def test_what_the_owner_finished_before_it_went_is_not_done_again(
    active: Version, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    with owned_elsewhere(home) as store:

        def finish_and_go() -> None:
            Job.objects.update(state=Job.State.DONE, outcome={"points": 77})
            store.close()

        AtEachWait(monkeypatch, finish_and_go)
        assert jobs.do("rebuild", {"store": "vectors"}) == {"points": 77}


def test_a_job_that_an_owner_before_had_begun_is_taken_up(
    active: Version, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    with owned_elsewhere(home) as store:

        def another_owner() -> None:
            Job.objects.update(state=Job.State.RUNNING)
            run_as_owner(store)

        AtEachWait(monkeypatch, another_owner)
        assert jobs.do("rebuild", {"store": "vectors"})["points"] == 2


def test_a_job_that_runs_here_is_not_begun_twice(
    active: Version, sam: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []

    def slow() -> dict[str, Any]:
        begun.append(1)
        jobs.run_waiting()
        return {}

    monkeypatch.setitem(jobs.VERBS, "slow", slow)
    Job.objects.create(verb="slow", asked_at=clock.now())

    jobs.run_waiting()

    assert begun == [1]


def test_a_job_that_ends_in_a_defect_tells_the_command_and_the_log(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> dict[str, Any]:
        raise RuntimeError("a defect")

    monkeypatch.setitem(jobs.VERBS, "fail", fail)
    Job.objects.create(verb="fail", asked_at=clock.now())

    with pytest.raises(RuntimeError):
        jobs.run_waiting()

    assert "stopped unexpectedly" in str(asked().outcome)


def test_jobs_are_done_in_the_order_they_were_asked_for(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def count(*, n: int) -> dict[str, Any]:
        done.append(n)
        return {}

    monkeypatch.setitem(jobs.VERBS, "count", count)
    for n in range(3):
        Job.objects.create(verb="count", arguments={"n": n}, asked_at=clock.now())

    jobs.run_waiting()

    assert done == [0, 1, 2]
    assert not Parked.objects.exists()


@pytest.mark.slow
def test_the_command_takes_over_from_a_process_that_was_killed(
    active: Version, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    clients.close()
    owner = subprocess.Popen([sys.executable, "-c", OWNER, home / "vectors"], stdout=PIPE)
    assert owner.stdout.readline() == b"mine\n"
    AtEachWait(monkeypatch, lambda: None, lambda: killed(owner))

    assert jobs.do("rebuild", {"store": "vectors"})["points"] == 2
