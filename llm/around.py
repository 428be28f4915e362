"""What stands around a passage: its neighbours in the text, and the rest of a table it is part of.

What is shown beside a passage is served as the passage itself is, so it passes the same fence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile

from django.db.models import Q

from governance.models import Passage

# On each side.
MOST_NEIGHBOURS = 3


@dataclass
class Around:
    """In the order of the text. `table` has the passage itself too; empty where it is none."""

    before: list[Passage] = field(default_factory=list)
    after: list[Passage] = field(default_factory=list)
    table: list[Passage] = field(default_factory=list)

    def everything(self) -> list[Passage]:
        return [*self.before, *self.after, *self.table]

    def only(self, fits: Callable[[Passage], bool]) -> Around:
        return Around(*([p for p in part if fits(p)] for part in vars(self).values()))


def around(
    passages: Sequence[Passage], *, at: datetime, neighbours: int = 0, whole_table: bool = False
) -> dict[int, Around]:
    """By the number of the passage, what is in force around it. One query for all."""
    tables = [p for p in passages if whole_table and p.kind == Passage.Kind.TABLE]
    asked = Q(pk__in=[])
    for passage in passages if neighbours else ():
        reach = (passage.position - neighbours, passage.position + neighbours)
        asked |= Q(version=passage.version_id, position__range=reach)
    for passage in tables:
        asked |= Q(section=passage.section_id, kind=Passage.Kind.TABLE)
    rows = Passage.objects.in_force(at).filter(asked).select_related("version", "section")
    there = list(rows.order_by("position", "pk"))
    found = {p.pk: _beside(p, there, neighbours) for p in passages}
    for passage in tables:
        found[passage.pk].table = _table_of(passage, there)
    return found


def _beside(passage: Passage, there: Sequence[Passage], neighbours: int) -> Around:
    near = [
        p
        for p in there
        if p.version_id == passage.version_id
        and 0 < abs(p.position - passage.position) <= neighbours
    ]
    before = [p for p in near if p.position < passage.position]
    return Around(before, [p for p in near if p.position > passage.position])


def _table_of(passage: Passage, there: Sequence[Passage]) -> list[Passage]:
    """The run of table passages of its section that it stands in, without a gap."""
    parts = {
        p.position: p
        for p in there
        if p.section_id == passage.section_id and p.kind == Passage.Kind.TABLE
    }
    start = passage.position
    up = takewhile(parts.__contains__, range(start, start + len(parts)))
    down = takewhile(parts.__contains__, range(start - 1, start - 1 - len(parts), -1))
    return [parts[place] for place in sorted([*down, *up])]
