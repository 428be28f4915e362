"""What the graph says now of what the lists name, read in few questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.utils import translation

from governance.models import (
    Concept,
    ConceptCode,
    ConceptName,
    ConceptStatus,
    ConceptType,
    Passage,
    RelationType,
)
from ingest.graph_lists.lines import Line

T = TypeVar("T")
# So many at a time: databases bound the parameters of a question.
CHUNK = 500
LANGUAGES = ("zh-hans", "en")
Pair = tuple[str, str]


@dataclass(eq=False)
class Told:
    """A concept that the lists speak of: of the graph, by its number, or a new one.

    `names` are language and name, and whether it is preferred. `added` are names and codes that
    the lists bring, with the row of each. What is not sound has a finding already.
    """

    named: int | str
    type: str
    names: dict[Pair, bool] = field(default_factory=dict)
    codes: set[Pair] = field(default_factory=set)
    line: Line | None = None
    is_sound: bool = True
    added_names: dict[Pair, Line] = field(default_factory=dict)
    added_codes: dict[Pair, Line] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        return isinstance(self.named, str)

    def preferred(self) -> dict[str, str]:
        return {language: name for (language, name), first in self.names.items() if first}

    def __str__(self) -> str:
        name = next(iter(self.preferred().values()), "")
        return name if self.is_new else f"{name} (#{self.named})"


@dataclass(frozen=True)
class TypeOfRelation:
    """One of the schema, by its number and code; `triples` are types of subject and object."""

    number: int
    code: str
    is_hierarchy: bool
    qualifiers: frozenset[str]
    triples: frozenset[Pair]


@dataclass(frozen=True)
class Schema:
    """The types there are, by their codes and, for who types them, by their labels."""

    concept_types: dict[str, str]
    relation_types: dict[str, TypeOfRelation]

    @property
    def qualifiers(self) -> frozenset[str]:
        return frozenset().union(*(each.qualifiers for each in self.relation_types.values()))


def schema() -> Schema:
    triples: dict[int, set[Pair]] = {}
    types = RelationType.objects.order_by("code")
    for number, subject, object_ in types.values_list(
        "pk", "triples__subject__code", "triples__object__code"
    ):
        triples.setdefault(number, set()).add((subject, object_))
    said = {
        each.code: TypeOfRelation(
            each.pk,
            each.code,
            each.is_hierarchy,
            frozenset(each.qualifiers),
            frozenset(triples.get(each.pk, ())),
        )
        for each in types
    }
    codes = {each.code: each.code for each in ConceptType.objects.order_by("code")}
    return Schema(_labelled(ConceptType.objects.order_by("code"), codes), _labelled(types, said))


def _labelled(types: Iterable[Any], by_code: dict[str, T]) -> dict[str, T]:
    """The codes first, so that no label takes the place of one."""
    labels: dict[str, T] = {}
    for language in LANGUAGES:
        with translation.override(language):
            for each in types:
                labels.setdefault(each.label.casefold(), by_code[each.code])
    return labels | by_code


def concepts(
    numbers: Collection[int], codes: Collection[str], folded_names: Collection[str]
) -> list[Told]:
    """Every current concept with one of these numbers, codes, or preferred names."""
    found = set(numbers)
    for some in chunks(codes):
        found.update(ConceptCode.objects.filter(code__in=some).values_list("concept", flat=True))
    preferred = ConceptName.objects.filter(is_preferred=True)
    for some in chunks(folded_names):
        found.update(preferred.filter(folded__in=some).values_list("concept", flat=True))
    return [told for some in chunks(found) for told in told_of(some)]


def told_of(numbers: list[int]) -> list[Told]:
    """Those of them that are current, by their numbers."""
    rows = Concept.objects.current().filter(pk__in=numbers).order_by("pk")
    found = {number: Told(number, type_) for number, type_ in rows.values_list("pk", "type__code")}
    names = ConceptName.objects.filter(concept__in=list(found)).order_by("pk")
    for number, *name, first in names.values_list("concept", "language", "name", "is_preferred"):
        found[number].names[name[0], name[1]] = first
    codes = ConceptCode.objects.filter(concept__in=list(found)).order_by("pk")
    for number, system, code in codes.values_list("concept", "system", "code"):
        found[number].codes.add((system, code))
    return list(found.values())


def gone(numbers: Collection[int]) -> dict[int, int | None]:
    """Those that were concepts once, with what they were merged into."""
    rows = Concept.objects.exclude(status=ConceptStatus.CURRENT)
    return {
        number: into
        for some in chunks(numbers)
        for number, into in rows.filter(pk__in=some).values_list("pk", "merged_into")
    }


def passages(numbers: Collection[int], at: datetime) -> tuple[dict[int, str], set[int]]:
    """The texts of those that exist, and which of them are in force."""
    texts: dict[int, str] = {}
    in_force: set[int] = set()
    for some in chunks(numbers):
        rows = Passage.objects.filter(pk__in=some)
        texts.update(rows.values_list("pk", "text"))
        in_force.update(
            Passage.objects.in_force(at).filter(pk__in=some).values_list("pk", flat=True)
        )
    return texts, in_force


def chunks(things: Collection[T], size: int = CHUNK) -> Iterator[list[T]]:
    every = list(things)
    for start in range(0, len(every), size):
        yield every[start : start + size]
