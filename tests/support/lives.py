"""Random lives of the versions of a source: moves that hypothesis strings together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import time_machine
from hypothesis import strategies as st

from governance.actions import quarantines, versions
from governance.clock import now
from governance.duties import Role
from governance.errors import Refused
from governance.lifecycle import RetirementReason, Status
from governance.models import Account, Source, Version
from tests.support import knowledge
from tests.support.oracle import HOSPITAL, TICK, Oracle

BIRTH = datetime(2026, 8, 31, 9, 30, tzinfo=HOSPITAL)
WAITS = [
    *(timedelta(microseconds=1), timedelta(hours=7), timedelta(days=1)),
    *(timedelta(days=n) for n in (9, 30, 91, 182, 200)),
]
STARTS = [None, None, -30, 0, 1, 20, 60, 181, 400]
LENGTHS = [None, None, None, 0, 15, 90, 300]


@dataclass
class Life:
    """A source whose clock stands still unless a move lets it run."""

    clock: time_machine.Traveller
    source: Source
    curator: Account
    reviewers: list[Account]
    refused: list[str] = field(default_factory=list)
    # What was in force at each instant that the clock has since left.
    seen: list[tuple[datetime, set[int]]] = field(default_factory=list)

    @classmethod
    def begin(cls, clock: time_machine.Traveller, source_class: str) -> Life:
        curator = knowledge.account("ada", Role.CURATOR)
        reviewers = [knowledge.account(name, Role.REVIEWER) for name in ("bob", "dan")]
        identifiers = {"clinical_experience": [("local_number", "E-1")]}.get(source_class)
        given = {"identifiers": identifiers} if identifiers else {}
        source = knowledge.source(curator, source_class=source_class, **given)
        return cls(clock, source, curator, reviewers)

    def go(self, moves: list[Move]) -> Life:
        """Make the moves in order. What the rules refuse is a part of life."""
        for move in moves:
            try:
                move(self)
            except Refused as refusal:
                self.refused.append(refusal.code)
        return self

    def some(self, choice: int, *statuses: Status) -> Version | None:
        found = list(self.source.versions.filter(status__in=statuses).order_by("pk"))
        return found[choice % len(found)] if found else None

    def in_force(self, at: datetime) -> set[int]:
        found = Version.objects.filter(source=self.source).in_force(at)
        return set(found.values_list("pk", flat=True))

    def let_pass(self, span: timedelta) -> None:
        self.seen.append((now(), self.in_force(now())))
        self.clock.shift(span)


Move = Callable[[Life], None]


def prepare(start: int | None, length: int | None) -> Move:
    def move(life: Life) -> None:
        begins, ends = _days(start, length)
        dates = {"effective_from": begins, "effective_until": ends}
        knowledge.in_review(life.source, life.curator, **dates)

    return move


def approve(choice: int, *, persons: int = 2) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.IN_REVIEW)
        for reviewer in life.reviewers[:persons]:
            if version and version.status == Status.IN_REVIEW:
                version = knowledge.approve(version, reviewer)

    return move


def reaffirm(choice: int, *, persons: int = 2) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.ACTIVE)
        needed = version.source.policy.approvals if version else 0
        for reviewer in life.reviewers[: min(needed, persons)]:
            knowledge.reaffirm(version, reviewer)

    return move


def edition(start: int | None, length: int | None) -> Move:
    """A new edition, approved at once."""

    def move(life: Life) -> None:
        prepare(start, length)(life)
        approve(-1)(life)

    return move


def amend(choice: int) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.ACTIVE)
        if version:
            draft = versions.amend(version=version, reason="Misread.", by=life.curator)
            versions.submit(version=draft, reason="Ready.", by=life.curator)

    return move


def send_back(choice: int) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.IN_REVIEW)
        if version:
            back = versions.send_back(version=version, reason="Again.", by=life.reviewers[0])
            versions.submit(version=back, reason="Ready.", by=life.curator)

    return move


def retire(choice: int) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.ACTIVE)
        if version:
            knowledge.retire(version, life.reviewers[0], RetirementReason.OUTDATED)

    return move


def quarantine(choice: int) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.ACTIVE)
        if version:
            quarantines.begin(subject=version, reason="Doubts.", by=life.curator)

    return move


def lift(choice: int, *, persons: int = 2) -> Move:
    def move(life: Life) -> None:
        version = life.some(choice, Status.ACTIVE, Status.RETIRED)
        if version:
            knowledge.lift(version, *life.reviewers[:persons])

    return move


def wait(span: timedelta) -> Move:
    return lambda life: life.let_pass(span)


def wait_for(choice: int, step: timedelta) -> Move:
    """To the moment before, at or after the next instant at which something changes."""

    def move(life: Life) -> None:
        coming = [t + step for t in Oracle(life.source).edges() if t + step > now()]
        if coming:
            life.let_pass(coming[choice % min(len(coming), 6)] - now())

    return move


def write_down(life: Life) -> None:
    versions.write_down_superseded()


def note_left_force(life: Life) -> None:
    versions.note_left_force()


def _days(start: int | None, length: int | None) -> tuple[date | None, date | None]:
    today = now().astimezone(HOSPITAL).date()
    begins = None if start is None else today + timedelta(days=start)
    if length is None:
        return begins, None
    return begins, (begins or today) + timedelta(days=length)


def moves(most: int = 20) -> st.SearchStrategy[list[Any]]:
    """Lists of moves that begin with an edition in force, so that there is something to lose."""
    which = st.integers(0, 3)
    persons = st.sampled_from([1, 2, 2])
    dates = (st.sampled_from(STARTS), st.sampled_from(LENGTHS))
    one = st.one_of(
        st.builds(edition, *dates),
        st.builds(edition, st.sampled_from([20, 60, 91]), st.none()),
        st.builds(prepare, *dates),
        st.builds(approve, which, persons=persons),
        st.builds(amend, which),
        st.builds(send_back, which),
        st.builds(reaffirm, which, persons=persons),
        st.builds(retire, which),
        st.builds(quarantine, which),
        st.builds(lift, which, persons=persons),
        st.builds(wait, st.sampled_from(WAITS)),
        st.builds(wait_for, st.integers(0, 5), st.sampled_from([-TICK, timedelta(0), TICK])),
        st.sampled_from([write_down, note_left_force]),
    )
    rest = st.lists(one, min_size=6, max_size=most)
    return st.builds(lambda first, others: [first, *others], st.builds(edition, *dates), rest)
