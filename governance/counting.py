"""How often programs call, counted in this process until it is written down once a minute.

A row a request would cost more than many a request does. Whatever a process had counted is lost
when it is killed, a minute's worth at most while it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from django.utils.timezone import localdate

EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Outcome:
    """What is counted together. `code` is empty where it was answered."""

    client: int
    day: date
    door: str
    code: str


@dataclass
class Count:
    times: int
    last_at: datetime


class Counted:
    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Outcome, Count] = {}
        self._since: datetime | None = None

    def add(self, client: int, door: str, code: str, *, at: datetime) -> bool:
        """Count one. True where it is time to write down what was counted."""
        outcome = Outcome(client, localdate(at), door, code)
        with self._lock:
            count = self._counts.setdefault(outcome, Count(0, at))
            count.times, count.last_at = count.times + 1, max(at, count.last_at)
            self._since = self._since or at
            return at - self._since >= EVERY

    def take(self) -> Mapping[Outcome, Count]:
        """All that was counted, which is then counted no more."""
        with self._lock:
            counts, self._counts, self._since = self._counts, {}, None
        return counts

    def give_back(self, counts: Mapping[Outcome, Count]) -> None:
        """What could not be written down is for the next time."""
        with self._lock:
            for outcome, count in counts.items():
                mine = self._counts.setdefault(outcome, Count(0, count.last_at))
                mine.times += count.times
                mine.last_at = max(mine.last_at, count.last_at)
                self._since = self._since or count.last_at


counted = Counted()
