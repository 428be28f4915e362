"""When what may be told of as in force, by the clock of the process under trial.

Whoever makes a move notes when it began and when it had returned. What happens in between is
nobody's fault; before and after it there is no excuse.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

EVER = float("inf")


@dataclass
class Span:
    """`noted`: from when on those who follow the trail were told that it had ended."""

    may_begin: float
    has_begun: float
    may_end: float = EVER
    has_ended: float = EVER
    noted: float = EVER


@dataclass
class Books:
    """The spans of each passage. Complete, up to now, whenever no move is being made."""

    spans: dict[int, list[Span]] = field(default_factory=dict)
    unnoted: list[Span] = field(default_factory=list)

    def begin(self, passages: Iterable[int], since: float) -> None:
        now = time.monotonic()
        for pk in passages:
            self.spans.setdefault(pk, []).append(Span(since, now))

    def end(self, passages: Iterable[int], since: float, *, noted: bool = True) -> None:
        now = time.monotonic()
        for pk in passages:
            span = self.spans[pk][-1]
            span.may_end, span.has_ended = since, now
            if noted:
                span.noted = now
            else:
                self.unnoted.append(span)

    def note(self) -> None:
        """The trail has been told of what the clock alone had ended."""
        now = time.monotonic()
        for span in self.unnoted:
            span.noted = now
        self.unnoted.clear()

    def allows(self, passage: int, sent: float, received: float) -> bool:
        """Whether an answer to what was asked at `sent` may have it."""
        mine = self.spans.get(passage, [])
        return any(s.may_begin <= received and s.has_ended > sent for s in mine)

    def noted(self, passage: int, sent: float) -> bool:
        """Whether the trail had said by then that it is over. Of what is to begin it has not."""
        mine = self.spans.get(passage, [])
        return bool(mine) and all(s.noted <= sent for s in mine)

    def demands(self, passage: int, sent: float, received: float) -> bool:
        """Whether it was in force all the time between the two."""
        mine = self.spans.get(passage, [])
        return any(s.has_begun <= sent and s.may_end >= received for s in mine)

    def held(self) -> set[int]:
        """What is in force now."""
        return {pk for pk, spans in self.spans.items() if spans[-1].has_ended == EVER}

    def told(self, passage: int) -> str:
        return f"passage {passage}: {self.spans.get(passage, 'never in force')}"
