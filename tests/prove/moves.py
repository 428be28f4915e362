"""Nothing is served that had left force before it was asked for, while everything moves.

Threads ask without pause while one person after another approves, supersedes, quarantines, lifts,
retires and reaffirms; half of it with the projections stopped, so that the stores are stale.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import connections

from governance import clock
from governance.errors import TextQuarantined
from governance.models import Passage, Source, Version
from llm import jobs, retrieval
from llm.models import LostLease
from llm.retrieval import Question, retrieve
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.following import follow

READERS = 4
PLANTS = {"no-fence": "whatever a store offers is served"}


@dataclass
class Presence:
    """When each passage may be served, by the clock of this process: [may from, gone at].

    It may be served from before the action that lets it, and no more once the action that ends
    it has returned: what happens in between is nobody's fault. Complete when all moves are done.
    """

    spans: dict[int, list[list[float]]] = field(default_factory=dict)

    def begin(self, passages: set[int], at: float) -> None:
        for pk in passages:
            self.spans.setdefault(pk, []).append([at, float("inf")])

    def end(self, passages: set[int]) -> None:
        now = time.monotonic()
        for pk in passages:
            self.spans[pk][-1][1] = now

    def allowed(self, passage: int, sent: float, received: float) -> bool:
        spans = self.spans.get(passage, [])
        return any(start <= received and gone > sent for start, gone in spans)


@dataclass
class Seen:
    """An answer: the passages served, when it was asked for and when it was there."""

    passages: list[int]
    withheld: int
    was_following: bool
    sent: float
    received: float


class Hospital:
    """One move after another, each by the people who may make it."""

    def __init__(self, world: World, presence: Presence) -> None:
        self.world, self.presence = world, presence
        self.in_force: list[Version] = []
        self.away: list[Version] = []
        self.passages_away: list[Passage] = []

    def move(self) -> str:
        moves = [self.register, self.supersede, self.retire, self.reaffirm]
        moves += [self.quarantine, self.lift, self.quarantine_passage, self.lift_passage]
        move = self.world.dice.choice(moves if len(self.in_force) > 5 else [self.register])
        move()
        return move.__name__

    def register(self) -> None:
        began = time.monotonic()
        self._enters(self.world.approve(4), began)

    def supersede(self) -> None:
        old = self._leaving()
        began, gone = time.monotonic(), self._served(old)
        source = Source.objects.get(pk=old.source_id)
        try:
            new = self.world.bring_into_force(source, 4)
        except TextQuarantined:
            # By chance it repeats what stands quarantined: refused, so the old one stays.
            self.in_force.append(old)
            return
        self.presence.end(gone)
        self._enters(new, began)

    def retire(self) -> None:
        old = self._leaving()
        gone = self._served(old)
        knowledge.retire(old, self.world.ben)
        self.presence.end(gone)

    def reaffirm(self) -> None:
        knowledge.reaffirm(self.world.dice.choice(self.in_force), self.world.ben)

    def quarantine(self) -> None:
        old = self._leaving()
        gone = self._served(old)
        knowledge.quarantine(old, self.world.ana)
        self.presence.end(gone)
        self.away.append(old)

    def lift(self) -> None:
        if self.away:
            began, old = time.monotonic(), self.away.pop()
            knowledge.lift(old, self.world.ben, self.world.dora)
            self._enters(old, began)

    def quarantine_passage(self) -> None:
        version = self.world.dice.choice(self.in_force)
        if served := sorted(self._served(version)):
            passage = Passage.objects.get(pk=self.world.dice.choice(served))
            knowledge.quarantine(passage, self.world.ana)
            self.presence.end({passage.pk})
            self.passages_away.append(passage)

    def lift_passage(self) -> None:
        mine = [p for p in self.passages_away if p.version in self.in_force]
        if mine:
            began, passage = time.monotonic(), self.world.dice.choice(mine)
            self.passages_away.remove(passage)
            knowledge.lift(passage, self.world.ben, self.world.dora)
            self.presence.begin({passage.pk}, began)

    def _leaving(self) -> Version:
        return self.in_force.pop(self.world.dice.randrange(len(self.in_force)))

    def _enters(self, version: Version, began: float) -> None:
        self.in_force.append(version)
        self.presence.begin(self._served(version), began)

    def _served(self, version: Version) -> set[int]:
        """The passages that are in force with the version, as this harness keeps its own books."""
        away = {p.pk for p in self.passages_away}
        return set(version.passages.values_list("pk", flat=True)) - away


def prove(world: World, *, moves: int) -> str:
    presence, seen = Presence(), list[Seen]()
    hospital = Hospital(world, presence)
    for _ in range(12):
        hospital.register()
    follow()
    done: dict[str, int] = {}
    with _threads(seen, world.dice.random()) as following:
        for number in range(moves):
            following.set() if number < moves // 2 else following.clear()
            name = hospital.move()
            done[name] = done.get(name, 0) + 1
    served, withheld = _judge(seen, presence)
    drift = _drift_after_catching_up()
    if drift:
        raise Violation(f"the stores do not end equal to the truth: {drift[:3]}")
    told = ", ".join(f"{count} {name}" for name, count in sorted(done.items()))
    return (
        f"{len(seen)} questions, {served} passages served; withheld {withheld[True]} while the "
        f"projections ran and {withheld[False]} while they stood. {told}."
    )


def _judge(seen: list[Seen], presence: Presence) -> tuple[int, dict[bool, int]]:
    wrong = [
        f"passage {pk}, asked for at {s.sent:.3f}, but {presence.spans.get(pk)}"
        for s in seen
        for pk in s.passages
        if not presence.allowed(pk, s.sent, s.received)
    ]
    if wrong:
        raise Violation(f"{len(wrong)} passages were served out of force, first: {wrong[0]}")
    served = sum(len(s.passages) for s in seen)
    withheld = {on: sum(s.withheld for s in seen if s.was_following == on) for on in (True, False)}
    if not served or not withheld[False]:
        raise Violation(f"nothing was at stake: {served} served, withheld {withheld}")
    return served, withheld


def _drift_after_catching_up() -> list[Any]:
    parked = jobs.do("catch_up", {})["parked"]
    return [*parked, *jobs.do("reconcile", {"repair": False})["drift"]]


@contextmanager
def _threads(seen: list[Seen], seed: float) -> Iterator[threading.Event]:
    """Readers, and a follower that works while the event that this gives is set."""
    stop, following = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def lasting(act: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                act()
        except BaseException as error:  # noqa: BLE001 (told to the main thread)
            failed.append(error)
        finally:
            connections.close_all()

    readers = [Random(f"{seed}/{n}") for n in range(READERS)]

    def asking(dice: Random) -> Callable[[], None]:
        return lambda: seen.append(_ask(dice, following))

    acts = [asking(dice) for dice in readers]
    acts.append(lambda: _follow_on(following))
    threads = [threading.Thread(target=lasting, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield following
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]


def _ask(dice: Random, following: threading.Event) -> Seen:
    words = " ".join(dice.choices(["溶栓", "出血", "dose", "INR", "剂量", "avoid", "4.5"], k=2))
    was_following, sent = following.is_set(), time.monotonic()
    answer = retrieve(Question(words, top_k=50), at=clock.now())
    pks = [found.passage.pk for found in answer.found]
    return Seen(pks, answer.withheld, was_following, sent, time.monotonic())


def _follow_on(following: threading.Event) -> None:
    if following.wait(0.05):
        try:
            follow()
        except LostLease:
            return
        time.sleep(0.01)


def plant() -> None:
    def no_fence(offered: set[str], *, at: Any) -> tuple[dict[int, Passage], int, Any]:
        rows = Passage.objects.filter(pk__in=map(int, offered))
        return {p.pk: p for p in rows.select_related("version", "section")}, 0, at

    retrieval._fence = no_fence


if __name__ == "__main__":
    given = arguments(__doc__ or "", rounds=300, plants=PLANTS).parse_args()
    if given.plant:
        plant()
    run("moves", given.seed, lambda world: prove(world, moves=given.rounds))
