"""What rows are made of: the passages of a release that may train, and the part of each source."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from governance.models import Passage, Version
from llm.alike import sense
from llm.models import Part
from llm.releases.held import Held
from llm.training.fitness import fit, trainable

CHUNK = 2000
# What says less than this, such as “See above.”, is no sign that two sources share their text.
LEAST_SHARED = 20


@dataclass(frozen=True)
class Ground:
    """`at` is the instant at which everything was asked, `part_of` where each source belongs."""

    held: Held
    at: datetime
    versions: frozenset[int]
    part_of: Mapping[int, Part] = field(default_factory=dict)

    def passages(self) -> QuerySet[Passage]:
        """By version and place, with what a row tells of them."""
        rows = fit(self.at).filter(version__in=_fit_versions(self.at)).defer("boxes")
        rows = rows.select_related("section", "version__source")
        return rows.order_by("version", "position", "pk")

    def each(self) -> Iterator[Passage]:
        for passage in self.passages().iterator(CHUNK):
            if self.holds(passage):
                yield passage

    def holds(self, passage: Passage) -> bool:
        """Of a passage that is fit: whether the release holds it."""
        return self.held.holds(passage)

    def among(self, numbers: Collection[int]) -> dict[int, Passage]:
        """Those of these that may be in a row."""
        rows = self.passages().filter(pk__in=list(numbers))
        return {passage.pk: passage for passage in rows if self.holds(passage)}

    def of_text(self, source: int, digest: str) -> Passage | None:
        """The passage of a source with this very text."""
        rows = self.passages().filter(version__source=source, digest=digest)
        return next((passage for passage in rows if self.holds(passage)), None)

    def left_out(self) -> dict[str, int]:
        """Versions of the release that give no row, by why."""
        held = self.held.versions
        licensed = set(trainable().values_list("pk", flat=True)) & held
        told = {"may_not_train": len(held - licensed)}
        return told | {"not_in_force": len(licensed - self.versions)}


def ground(held: Held, *, at: datetime) -> Ground:
    """Without parts yet."""
    there = set(_fit_versions(at).values_list("pk", flat=True))
    return Ground(held, at, frozenset(there & held.versions))


def divided(ground: Ground, *, seed: int, shares: Mapping[str, int]) -> dict[int, Part]:
    """The part of each source. Those that share the text of a passage are in one part together.

    In an order that follows from the seed, each group goes where most is missing; where there are
    three of them no part is left empty.
    """
    sizes, together = _groups(ground)
    order = sorted(sizes, key=lambda group: hashlib.sha256(f"{seed}:{group}".encode()).digest())
    total, given, placed = sum(sizes.values()), Counter[Part](), {}
    for group in order:
        part = max(Part, key=lambda each: shares[each] * total - 100 * given[each])
        placed[group] = part
        given[part] += sizes[group]
    _fill(placed, sizes, shares)
    return {source: placed[group] for source, group in together.items()}


def _fit_versions(at: datetime) -> QuerySet[Version]:
    return trainable().filter(pk__in=Version.objects.in_force(at).servable())


def _groups(ground: Ground) -> tuple[dict[int, int], dict[int, int]]:
    """How many passages each group has, and the group of each source; named by its least number."""
    parent: dict[int, int] = {}
    first: dict[str, int] = {}
    sizes = Counter[int]()
    for source, passages in groupby(ground.each(), key=lambda p: p.version.source_id):
        parent.setdefault(source, source)
        for passage in passages:
            sizes[source] += 1
            if len(passage.text) >= LEAST_SHARED:
                _join(parent, source, first.setdefault(sense(passage.text), source))
    together = {source: _top(parent, source) for source in parent}
    grouped = Counter[int]()
    for source, size in sizes.items():
        grouped[together[source]] += size
    return dict(grouped), together


def _top(parent: dict[int, int], one: int) -> int:
    while parent[one] != one:
        parent[one] = parent[parent[one]]
        one = parent[one]
    return one


def _join(parent: dict[int, int], one: int, other: int) -> None:
    low, high = sorted((_top(parent, one), _top(parent, other)))
    parent[high] = low


def _fill(placed: dict[int, Part], sizes: Mapping[int, int], shares: Mapping[str, int]) -> None:
    """Give the smallest group of training to a part that would have none."""
    for part in (Part.TEST, Part.VALIDATION):
        mine = [group for group, where in placed.items() if where == Part.TRAIN]
        if shares[part] and part not in placed.values() and len(mine) > 1:
            placed[min(mine, key=lambda group: (sizes[group], group))] = part
