"""What of the graph is drawn: some concepts, what is around them, and all that joins these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from governance import graph
from governance.graph import MOST_NODES
from governance.models import Concept, Relation

# Concepts that one centre brings along: beyond that nobody sees anything.
FIRST_NODES = 300
MOST_RELATIONS = 3000
# Relations that are looked at around the centres.
MOST_READ = 10_000


@dataclass(frozen=True)
class Narrowing:
    """What may be drawn. None where every type may; `with_lapsed` also what is not in force."""

    types: frozenset[str] | None = None
    relation_types: frozenset[str] | None = None
    with_lapsed: bool = False


@dataclass
class Surroundings:
    """Concepts in the order in which they were reached, and the relations between them.

    `beyond` is how many more relations each has than are drawn. `cut_around` are the centres that
    have more around them than fits; `is_cut` where relations were left out for their number.
    """

    concepts: list[Concept]
    relations: list[Relation]
    in_force: set[int]
    beyond: dict[int, int] = field(default_factory=dict)
    cut_around: list[int] = field(default_factory=list)
    is_cut: bool = False


def surroundings(
    centres: Sequence[int],
    alone: Sequence[int] = (),
    *,
    at: datetime,
    narrowing: Narrowing | None = None,
) -> Surroundings:
    """Each centre with what is one step away, the others by themselves. Asks the database as often
    for a thousand concepts as for one.
    """
    narrowing = narrowing or Narrowing()
    lead_to = _led_to([*centres, *alone])
    middle = [lead_to[n] for n in centres if n in lead_to]
    start = list(dict.fromkeys([*middle, *(lead_to[n] for n in alone if n in lead_to)]))
    start = start[:MOST_NODES]
    said = _said(narrowing, at, kept=start)
    reached, cut_around = _reached(start, middle, said)
    known = _known(reached)
    concepts = [known[n] for n in reached if n in known]
    numbers = [each.pk for each in concepts]
    between = said.filter(subject__in=numbers, object__in=numbers).select_related("type")
    relations = list(between.order_by("pk")[: MOST_RELATIONS + 1])
    is_cut, relations = len(relations) > MOST_RELATIONS, relations[:MOST_RELATIONS]
    return Surroundings(
        concepts,
        relations,
        _in_force(relations, at, narrowing),
        _beyond(numbers, said, relations),
        cut_around,
        is_cut,
    )


def said_most_of(most: int) -> list[Concept]:
    """The current concepts of which most is said, in force or not: somewhere to begin."""
    counted: dict[int, int] = {}
    for end in ("subject", "object"):
        rows = Relation.objects.current().values_list(end).annotate(n=Count("pk"))
        for number, count in rows.order_by("-n")[: 4 * most]:
            counted[number] = counted.get(number, 0) + count
    numbers = sorted(counted, key=lambda number: (-counted[number], number))[:most]
    known = _known(numbers)
    return [known[number] for number in numbers]


def _said(narrowing: Narrowing, at: datetime, *, kept: Collection[int]) -> QuerySet[Relation]:
    """What may be drawn at all. What was asked for by number is kept, of whatever type it is."""
    rows = Relation.objects.current() if narrowing.with_lapsed else Relation.objects.in_force(at)
    if narrowing.relation_types is not None:
        rows = rows.filter(type__code__in=narrowing.relation_types)
    if narrowing.types is not None:
        rows = rows.filter(Q(subject__type__code__in=narrowing.types) | Q(subject__in=kept))
        rows = rows.filter(Q(object__type__code__in=narrowing.types) | Q(object__in=kept))
    return rows


def _reached(
    start: Sequence[int], centres: Sequence[int], said: QuerySet[Relation]
) -> tuple[list[int], list[int]]:
    """Everything one step away, and the centres around which there is more than fits."""
    touching = said.filter(Q(subject__in=centres) | Q(object__in=centres)).order_by("pk")
    ends = list(touching.values_list("subject", "object")[: MOST_READ + 1])
    reached, taken = dict.fromkeys(start), dict.fromkeys(centres, 0)
    cut = set(centres) if len(ends) > MOST_READ else set()
    for one, other in [*ends, *((b, a) for a, b in ends)]:
        if one not in taken or other in reached:
            continue
        if taken[one] >= FIRST_NODES or len(reached) >= MOST_NODES:
            cut.add(one)
            continue
        taken[one] += 1
        reached[other] = None
    return list(reached), sorted(cut)


def _beyond(
    numbers: Sequence[int], said: QuerySet[Relation], drawn: Iterable[Relation]
) -> dict[int, int]:
    left: dict[int, int] = {}
    for end in ("subject", "object"):
        rows = said.filter(**{f"{end}__in": numbers}).values_list(end).annotate(n=Count("pk"))
        for number, count in rows.order_by():
            left[number] = left.get(number, 0) + count
    for relation in drawn:
        left[relation.subject_id] -= 1
        left[relation.object_id] -= 1
    return {number: count for number, count in left.items() if count}


def _in_force(relations: Sequence[Relation], at: datetime, narrowing: Narrowing) -> set[int]:
    numbers = [each.pk for each in relations]
    if not narrowing.with_lapsed:
        return set(numbers)
    rows = Relation.objects.in_force(at).filter(pk__in=numbers)
    return set(rows.values_list("pk", flat=True))


def _known(numbers: Sequence[int]) -> dict[int, Concept]:
    rows = Concept.objects.filter(pk__in=numbers).select_related("type").prefetch_related("names")
    return {each.pk: each for each in rows}


def _led_to(numbers: Sequence[int]) -> dict[int, int]:
    """Those there are. What was merged stands for what it was merged into."""
    rows = Concept.objects.filter(pk__in=numbers).values_list("pk", "merged_into")
    found = {number: graph.concept(number) if into else None for number, into in rows}
    return {number: other.pk if other else number for number, other in found.items()}
