"""Nothing is told of as in force that had left force before it was asked for, while all moves.

Four clients of different kinds ask over HTTP without pause while one person after another approves,
supersedes, corrects, quarantines, lifts, retires and reaffirms, and while the clock ends what was
not renewed. Half of it with the vectors stopped, a third with the corpus stopped, so that the
stores are stale. Whenever all of it rests and the stores have caught up, every client holds exactly
what is in force.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import argparse
import gc
import logging
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from random import Random
from typing import Any

import time_machine
from django.db import connections

from governance import clock
from governance.actions import clients as keys
from governance.duties import Scope
from governance.trail import SHELL
from llm import jobs
from tests.prove import arguments as prove_arguments
from tests.prove import say
from tests.prove.clients import (
    Checking,
    Client,
    Following,
    Mirroring,
    Retrieving,
    Watched,
    judge,
    truth_now,
)
from tests.prove.hospital import Hospital
from tests.prove.leaks import LEAKS
from tests.prove.mirror import served
from tests.prove.worlds import Violation, World, run
from tests.support.following import follow

SCOPES = [Scope.RETRIEVE, Scope.CORPUS, Scope.CHANGES]
BEFOREHAND = 12
# Moves between two looks at what the clients were told, and between two rests.
LOOK, REST = 5, 250
# Moves for which the vectors run and then stand, and likewise the corpus, out of step with them.
VECTORS, CORPUS = 20, 15
PATIENCE = 300  # seconds


@dataclass
class Verdict:
    """What each client was told wrongly first. Over as soon as those have seen something who must:
    of what is sound nobody, so that it is over with the first."""

    must_see: frozenset[str] = frozenset()
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return bool(self.seen) and self.seen.keys() >= self.must_see

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        try:
            yield
        except Violation as violation:
            self.seen.setdefault(name, str(violation))

    def say(self) -> None:
        if self.seen:
            raise Violation("; ".join(f"{name} was {what}" for name, what in self.seen.items()))


class Crew:
    """The clients and those who carry the stores forward, each on a thread, until it is over."""

    def __init__(self, clients: list[Client], pace: float) -> None:
        self.clients, self.pace = clients, pace
        self.going, self.over = threading.Event(), threading.Event()
        self.vectors, self.corpus = threading.Event(), threading.Event()
        self.failed: list[BaseException] = []
        self.moves, self.carried = 0, 0
        self._turn = threading.Condition()
        self._works: dict[threading.Thread, threading.Lock] = {}

    def start(self) -> None:
        acts: list[Callable[[], None]] = [self._asking(client) for client in self.clients]
        acts += [lambda: self._carry(self.vectors, "vectors")]
        acts += [lambda: self._carry(self.corpus, "corpus")]
        for act in acts:
            lock = threading.Lock()
            self._works[threading.Thread(target=self._lasting, args=[act, lock])] = lock
        for thread in self._works:
            thread.start()
        self.going.set()

    def stop(self) -> None:
        self.over.set()
        self.going.set()
        for thread in self._works:
            thread.join()
        for client in self.clients:
            client.close()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Everybody has finished the step that it was at, and begins no other."""
        self.going.clear()
        for lock in self._works.values():
            lock.acquire()
        try:
            yield
        finally:
            for lock in self._works.values():
                lock.release()
            self.going.set()

    def breathe(self) -> None:
        """Let the corpus come to the end of the trail while everybody asks. A manifest says what is
        so at its number, and none is written for as long as one move comes right upon another."""
        if self.corpus.is_set():
            with self._turn:
                seen = self.carried
                self._turn.wait_for(lambda: self.carried > seen + 1, timeout=PATIENCE)

    def follow_as_of(self, number: int) -> None:
        """Which stores run at this move."""
        with self._turn:
            self.moves = number
            self._turn.notify_all()
        self._run(self.vectors, number // VECTORS % 2 == 0)
        self._run(self.corpus, number // CORPUS % 3 != 2)
        for client in self.clients:
            client.is_stale = not self.vectors.is_set()

    @staticmethod
    def _run(event: threading.Event, whether: bool) -> None:
        if whether:
            event.set()
        else:
            event.clear()

    def _lasting(self, act: Callable[[], None], lock: threading.Lock) -> None:
        try:
            while self.going.wait() and not self.over.is_set():
                with lock:
                    act()
        except BaseException as error:  # noqa: BLE001 (told to the main thread)
            self.failed.append(error)
        finally:
            connections.close_all()

    def _asking(self, client: Client) -> Callable[[], None]:
        def ask() -> None:
            if self._is_let(lambda: client.requests <= self.pace * self.moves):
                client.step()

        return ask

    def _is_let(self, is_so: Callable[[], bool]) -> bool:
        with self._turn:
            return self._turn.wait_for(is_so, timeout=0.2)

    def _carry(self, event: threading.Event, *names: str) -> None:
        if event.wait(0.2):
            seen = self.moves
            follow(*names)
            with self._turn:
                self.carried += "corpus" in names
                self._turn.notify_all()
            self._is_let(lambda: self.moves > seen + 1)


@dataclass
class Extent:
    """So many moves, or as many as there is time for. `pace`: how many steps each client may make
    for a move, since all share one interpreter and the moves must get on."""

    moves: int
    pace: float
    until: float

    def is_over(self, number: int) -> bool:
        return number == self.moves or time.monotonic() > self.until


def prove(world: World, extent: Extent, must_see: frozenset[str] = frozenset()) -> str:
    # Django makes much garbage and keeps little.
    gc.set_threshold(100_000, 50, 50)
    # Two lines a request, of some hundred thousand.
    logging.disable(logging.ERROR)
    _be_patient()
    verdict = Verdict(must_see)
    with (
        time_machine.travel(clock.now().astimezone(UTC), tick=True) as traveller,
        tempfile.TemporaryDirectory(prefix="kb-moves-") as folder,
        served() as address,
    ):
        hospital = Hospital(world, traveller)
        for _number in range(BEFOREHAND):
            hospital.register()
        follow()
        crew = Crew(_clients(hospital, address, Path(folder)), extent.pace)
        crew.start()
        try:
            _move(hospital, crew, extent, verdict)
        finally:
            crew.stop()
    verdict.say()
    return _told(hospital, crew)


def _be_patient() -> None:
    """SQLite gives its one write lock to whoever comes by: on a machine that is busy somebody may
    wait for long, and that is not what is tried here."""
    connections.settings["default"]["OPTIONS"]["timeout"] = PATIENCE
    connections.close_all()


def _clients(hospital: Hospital, address: str, folder: Path) -> list[Client]:
    dice = hospital.world.dice.random()

    def given(name: str) -> tuple[Watched, Hospital, Random]:
        _client, key = keys.create(name=name, scopes=SCOPES, by=SHELL)
        return Watched(address, key), hospital, Random(f"{dice}/{name}")

    return [
        Retrieving(*given("retrieving")),
        Checking(*given("checking")),
        Following(*given("following")),
        Mirroring(*given("mirroring"), folder / "mirror"),
    ]


def _move(hospital: Hospital, crew: Crew, extent: Extent, verdict: Verdict) -> None:
    number, is_over = 0, False
    while not is_over:
        number += 1
        crew.follow_as_of(number)
        hospital.move()
        if number % CORPUS == CORPUS - 1:
            crew.breathe()
        is_last = extent.is_over(number)
        if number % LOOK == 0:
            _look(hospital, crew, verdict)
        if number % REST == 0 or is_last:
            with crew.resting():
                _look(hospital, crew, verdict)
                _rest(hospital, crew, verdict)
            say(f"  {number} moves, {_requests(crew)}")
        is_over = is_last or verdict.is_over


def _look(hospital: Hospital, crew: Crew, verdict: Verdict) -> None:
    for client in crew.clients:
        with verdict.of(client.name):
            judge(client, hospital.books)
    if crew.failed:
        raise crew.failed[0]


def _rest(hospital: Hospital, crew: Crew, verdict: Verdict) -> None:
    """The stores catch up; then the truth, the books, every client and store must say the same."""
    parked = jobs.do("catch_up", {})["parked"]
    truth = truth_now(clock.now())
    wrong = sorted(truth ^ hospital.books.held())
    for client in crew.clients:
        with verdict.of(client.name):
            client.at_rest(truth)
    drift: list[Any] = [*parked, *jobs.do("reconcile", {"repair": False})["drift"]]
    for name, found in (("the truth", wrong), ("a store", drift)):
        if found:
            verdict.seen.setdefault(name, f"not what was done: {found[:3]}")


def _requests(crew: Crew) -> str:
    return ", ".join(f"{client.name} {client.server.statuses.total()}" for client in crew.clients)


def _told(hospital: Hospital, crew: Crew) -> str:
    done = ", ".join(f"{count} {name}" for name, count in sorted(hospital.done.items()))
    lines = [f"{crew.moves} moves ({done})."]
    for client in crew.clients:
        _must_have_been_at_stake(client)
        what = ", ".join(f"{count} {name}" for name, count in sorted(client.stakes.items()))
        statuses = ", ".join(f"{n} × {s}" for s, n in sorted(client.server.statuses.items()))
        lines.append(f"{client.name}: {client.requests} steps ({statuses}); {what}.")
    return "\n  ".join(lines)


def _must_have_been_at_stake(client: Client) -> None:
    if not all(client.stakes.get(kind) for kind in client.needs):
        raise Violation(f"nothing was at stake for {client.name}: {dict(client.stakes)}")


def _wish(given: list[str]) -> argparse.Namespace:
    told = "; ".join(f"{name}: {leak.plant.__doc__}" for name, leak in LEAKS.items())
    parser = prove_arguments(f"{__doc__} Bugs to plant: {told}")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=600, help="stop then, wherever it is")
    parser.add_argument("--pace", type=float, default=1.0, help="steps of each client for a move")
    several = "bugs that must be caught; may be given again"
    parser.add_argument("--plant", choices=LEAKS, action="append", default=[], help=several)
    return parser.parse_args(given)


if __name__ == "__main__":
    wish = _wish(sys.argv[1:])
    for name in wish.plant:
        LEAKS[name].plant()
    must_see = frozenset(LEAKS[name].seen_by for name in wish.plant)
    extent = Extent(wish.rounds, wish.pace, time.monotonic() + 60 * wish.minutes)
    run("moves", wish.seed, lambda world: prove(world, extent, must_see))
