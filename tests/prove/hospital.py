"""A hospital in which one person after another moves something, and keeps the books of it.

The days go by when a move wants it: the clock of the whole process is put to just before the next
midnight, and goes on over it by itself while everybody asks.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, timedelta

import time_machine

from governance import clock
from governance.actions import passages, versions
from governance.errors import TextQuarantined
from governance.lifecycle import Status
from governance.models import Passage, Source, Version
from tests.prove.books import Books
from tests.prove.worlds import World
from tests.support import knowledge

# Passages of a version.
PASSAGES = 4
# Below so many versions in force only new ones come; above so many only those go that are there.
FEWEST, MOST = 6, 80
# How long the last moments before midnight are.
DUSK = timedelta(milliseconds=30)
# Days that a version with an end of its own has at most.
LONGEST = 12


class Hospital:
    """One move after another, each by the people who may make it."""

    def __init__(self, world: World, traveller: time_machine.Traveller) -> None:
        self.world, self.traveller, self.books = world, traveller, Books()
        self.in_force: list[Version] = []
        self.away: list[Version] = []
        self.passages_away: list[Passage] = []
        # What its review let go of, so that a late one brings it back.
        self.overdue: list[Version] = []
        # What takes effect at midnight, with what it takes over from.
        self.coming: list[tuple[Version, Version | None]] = []
        # The passages of every version there ever was, and every one of them with its digest.
        self.texts: dict[int, frozenset[int]] = {}
        self.known: list[tuple[int, str]] = []
        # The last day of each, from the day of its last review.
        self.last_day: dict[int, date] = {}
        self.done: dict[str, int] = {}

    def move(self) -> str:
        """Make one, and say which."""
        while True:
            move = self.world.dice.choice(self._fitting())
            if move():
                self.done[move.__name__] = self.done.get(move.__name__, 0) + 1
                return move.__name__

    def _fitting(self) -> list[Callable[[], bool]]:
        entering = [self.register, self.register_for_tomorrow, self.lift, self.reaffirm_late]
        if len(self.in_force) < FEWEST:
            return entering
        rest = [self.supersede, self.supersede_tomorrow, self.correct, self.reaffirm, self.expire]
        rest += [self.retire, self.quarantine, self.quarantine_passage, self.lift_passage]
        return rest + (entering if len(self.in_force) < MOST else [])

    def register(self) -> bool:
        began = time.monotonic()
        self._enters(self.world.approve(PASSAGES, effective_until=self._end()), began)
        return True

    def register_for_tomorrow(self) -> bool:
        dates = {"effective_from": self._tomorrow(), "effective_until": self._end()}
        self._waits(self.world.approve(PASSAGES, **dates), None)
        return True

    def supersede(self) -> bool:
        old = self._leaving()
        began, gone = time.monotonic(), self._served(old)
        new = self._edition(old, effective_until=self._end())
        if new:
            self.books.end(gone, began)
            self._enters(new, began)
        return bool(new)

    def supersede_tomorrow(self) -> bool:
        old = self._leaving()
        dates = {"effective_from": self._tomorrow(), "effective_until": self._end()}
        new = self._edition(old, **dates)
        if new:
            self._waits(new, old)
        return bool(new)

    def correct(self) -> bool:
        old = self._leaving()
        began, gone = time.monotonic(), self._served(old)
        draft = versions.amend(version=old, reason="Misread.", by=self.world.ana)
        wrong = self.world.dice.choice(list(draft.passages.current()))
        right = f"{wrong.text} {self.world.text()}"
        passages.correct(passage=wrong, text=right, reason="As printed.", by=self.world.ana)
        draft.refresh_from_db()
        new = self._approved(knowledge.submitted(draft, self.world.ana), old)
        if new:
            self.books.end(gone, began)
            self._enters(new, began)
        return bool(new)

    def retire(self) -> bool:
        old = self._leaving()
        began, gone = time.monotonic(), self._served(old)
        knowledge.retire(old, self.world.ben)
        self.books.end(gone, began)
        return True

    def reaffirm(self) -> bool:
        self._reaffirmed(self.world.dice.choice(self.in_force))
        return True

    def reaffirm_late(self) -> bool:
        if not self.overdue:
            return False
        began, version = time.monotonic(), self.overdue.pop()
        self._reaffirmed(version)
        self._enters(version, began)
        return True

    def quarantine(self) -> bool:
        old = self._leaving()
        began, gone = time.monotonic(), self._served(old)
        knowledge.quarantine(old, self.world.ana)
        self.books.end(gone, began)
        self.away.append(old)
        return True

    def lift(self) -> bool:
        """What has ended meanwhile does not come back by it."""
        if not self.away:
            return False
        began, old = time.monotonic(), self.away.pop(self._any(self.away))
        knowledge.lift(old, self.world.ben, self.world.dora)
        if self.last_day[old.pk] >= clock.today():
            self._enters(old, began)
        return True

    def quarantine_passage(self) -> bool:
        version = self.world.dice.choice(self.in_force)
        served = sorted(self._served(version))
        if not served:
            return False
        passage, began = Passage.objects.get(pk=self.world.dice.choice(served)), time.monotonic()
        knowledge.quarantine(passage, self.world.ana)
        self.books.end({passage.pk}, began)
        self.passages_away.append(passage)
        return True

    def lift_passage(self) -> bool:
        mine = [p for p in self.passages_away if p.version in self.in_force]
        if not mine:
            return False
        began, passage = time.monotonic(), self.world.dice.choice(mine)
        self.passages_away.remove(passage)
        knowledge.lift(passage, self.world.ben, self.world.dora)
        self.books.begin({passage.pk}, began)
        return True

    def expire(self) -> bool:
        """Midnight: what ends by the clock has ended, and only later does anybody write it down."""
        began = time.monotonic()
        self._pass_midnight()
        over = [v for v in self.in_force if self.last_day[v.pk] < clock.today()]
        over += [old for _new, old in self.coming if old]
        self.books.end({pk for v in over for pk in self._served(v)}, began, noted=False)
        for version in set(over) & set(self.in_force):
            self.in_force.remove(version)
            if not version.effective_until or version.effective_until >= clock.today():
                self.overdue.append(version)
        for new, _old in self.coming:
            self._enters(new, began)
        self.coming.clear()
        versions.write_down_superseded()
        versions.note_left_force()
        self.books.note()
        return True

    def _pass_midnight(self) -> None:
        midnight = clock.start_of(self._tomorrow()).astimezone(UTC)
        if clock.now() < midnight - DUSK:
            self.traveller.move_to(midnight - DUSK)
        while clock.now() < midnight:
            time.sleep(0.005)

    def _tomorrow(self) -> date:
        return clock.today() + timedelta(days=1)

    def _end(self) -> date | None:
        """The last day of what has one of its own: from tomorrow on."""
        days = self.world.dice.randint(1, LONGEST)
        return clock.today() + timedelta(days=days) if self.world.dice.random() < 0.3 else None

    def _reaffirmed(self, version: Version) -> None:
        knowledge.reaffirm(version, self.world.ben)
        version.refresh_from_db()
        self._note_last_day(version)

    def _note_last_day(self, version: Version) -> None:
        days = (version.review_due, version.effective_until)
        self.last_day[version.pk] = min(day for day in days if day)

    def _edition(self, old: Version, **dates: date | None) -> Version | None:
        source = Source.objects.get(pk=old.source_id)
        draft = knowledge.draft(
            source, self.world.ana, texts=[self.world.text() for _ in range(PASSAGES)], **dates
        )
        return self._approved(knowledge.submitted(draft, self.world.ana), old)

    def _approved(self, version: Version, old: Version) -> Version | None:
        """By as many as it takes. What by chance repeats what stands quarantined is refused, and
        given up, so that the old one stays."""
        try:
            version = knowledge.approve(version, self.world.ben)
            if version.status == Status.IN_REVIEW:
                version = knowledge.approve(version, self.world.dora)
        except TextQuarantined:
            versions.send_back(version=version, reason="Quarantined.", by=self.world.ben)
            versions.withdraw(version=version, reason="Given up.", by=self.world.ana)
            self.in_force.append(old)
            return None
        return version

    def _leaving(self) -> Version:
        return self.in_force.pop(self._any(self.in_force))

    def _any(self, of: list[Version]) -> int:
        return self.world.dice.randrange(len(of))

    def _waits(self, new: Version, old: Version | None) -> None:
        self._learn(new)
        self.coming.append((new, old))

    def _enters(self, version: Version, began: float) -> None:
        self._learn(version)
        self.in_force.append(version)
        self.books.begin(self._served(version), began)

    def _learn(self, version: Version) -> None:
        if version.pk not in self.texts:
            rows = list(version.passages.current().values_list("pk", "digest"))
            self.texts[version.pk] = frozenset(pk for pk, _digest in rows)
            self.known += rows
            self._note_last_day(version)

    def _served(self, version: Version) -> set[int]:
        """The passages that are in force with the version, as these books have it."""
        return set(self.texts[version.pk]) - {p.pk for p in self.passages_away}
