"""Which relations the graph has already, carried by what, and what stands above in hierarchies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from governance.actions.graph_relations import Span, key_of
from governance.models import Evidence, Relation
from ingest.graph_lists.standing import Told, TypeOfRelation, chunks


class Telling(Protocol):
    """What `fill` needs to know of a relation that the lists tell, and what it fills in."""

    type: TypeOfRelation
    subject: Told
    object: Told
    qualifiers: dict[str, str]
    number: int | None
    carried: set[Span]


def fill(told: Iterable[Telling]) -> None:
    """Its number and what carries it, where the graph says the same."""
    by_key = {}
    for each in told:
        subject, object_ = each.subject.named, each.object.named
        if isinstance(subject, int) and isinstance(object_, int):
            by_key[key_of(each.type.number, subject, object_, each.qualifiers)] = each
    by_number: dict[int, Telling] = {}
    for some in chunks(by_key):
        rows = Relation.objects.current().filter(key__in=some)
        for number, key in rows.values_list("pk", "key"):
            by_key[key].number = number
            by_number[number] = by_key[key]
    for numbers in chunks(by_number):
        evidence = Evidence.objects.current().filter(relation__in=numbers)
        for number, *span in evidence.values_list("relation", "passage", "start", "end"):
            by_number[number].carried.add((span[0], span[1], span[2]))


def above(type_: int, numbers: set[int]) -> list[tuple[int, int]]:
    """The steps of a hierarchy that one can take from these concepts on."""
    found: list[tuple[int, int]] = []
    seen, edge = set(numbers), set(numbers)
    while edge:
        further: set[int] = set()
        for some in chunks(edge):
            rows = Relation.objects.current().filter(type=type_, subject__in=some)
            steps = list(rows.values_list("subject", "object"))
            found += steps
            further.update(there for _here, there in steps)
        edge = further - seen
        seen |= edge
    return found
