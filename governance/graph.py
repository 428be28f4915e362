"""Questions to the graph, answered from the truth: what is said, of what, at an instant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Length, Replace
from django.utils.timezone import localdate

from governance.models import Concept, ConceptName, ConceptStatus, Evidence, Relation
from governance.wording import folded

DEEPEST = 3
LONGEST_PATH = 6
# Nodes of a neighbourhood, and ways between two concepts: beyond that nobody looks.
MOST_NODES = 1000
MOST_PATHS = 20
# Concepts that a question is about, and facts that are told of them.
MOST_RECOGNISED = 8
MOST_FACTS = 30
# Names that are looked at in one text, the longest ones.
MOST_CANDIDATES = 300

_HYPHENS = re.compile("[-\u2010-\u2015\u2212]")
_PLURAL = re.compile(r"(?<=[a-z])e?s(?![a-z0-9])")


@dataclass
class Subgraph:
    """Concepts, and the relations in force between them, each with the evidence that carries it.

    `is_cut` where there are more than fit.
    """

    concepts: list[Concept]
    relations: list[Relation]
    evidence: dict[int, list[Evidence]] = field(default_factory=dict)
    is_cut: bool = False


def found(
    words: str = "", *, type_code: str = "", system: str = "", code: str = ""
) -> QuerySet[Concept]:
    """Current concepts one of whose names holds the words, of a type, or with a code."""
    rows = Concept.objects.current()
    if words:
        rows = rows.filter(names__folded__contains=folded(words.strip())[0])
    if type_code:
        rows = rows.filter(type__code=type_code)
    if code:
        rows = rows.filter(codes__code=code, **({"codes__system": system} if system else {}))
    return _whole(rows.distinct().order_by("pk"))


def recognised(text: str, *, most: int = MOST_RECOGNISED) -> list[Concept]:
    """The current concepts that a text names, in either language, in the order of the text.

    Of two names of which one stands within the other the longer is meant; concepts of one name
    are all meant. Signs that cannot be seen do not count, and a hyphen counts as a space.
    """
    said = _plain(text)
    plain = Replace(Replace(F("folded"), Value("-"), Value(" ")), Value("  "), Value(" "))
    rows = ConceptName.objects.filter(concept__status=ConceptStatus.CURRENT)
    rows = rows.annotate(asked=Value(said, output_field=TextField()), plain=plain)
    names = rows.filter(asked__contains=F("plain")).order_by(Length("folded").desc(), "concept")
    taken: dict[tuple[int, int], list[int]] = {}
    covered = bytearray(len(said))
    for name in names[:MOST_CANDIDATES]:
        for start, end in _places(_plain(name.name), said):
            if (start, end) in taken or not any(covered[start:end]):
                taken.setdefault((start, end), []).append(name.concept_id)
                covered[start:end] = b"x" * (end - start)
    numbers = list(dict.fromkeys(n for span in sorted(taken) for n in taken[span]))[:most]
    known = {each.pk: each for each in _whole(Concept.objects.filter(pk__in=numbers))}
    return [known[number] for number in numbers if number in known]


def _plain(text: str) -> str:
    """In one width and case, with one space where spaces, hyphens or ends of lines are."""
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join(_HYPHENS.sub(" ", folded(seen)[0]).split())


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Where a name stands as a word of its own, or in the plural that adds an s."""
    start = text.find(name) if name else -1
    while start >= 0:
        end = start + len(name)
        ends = _is_edge(text[end:][:1], name[-1]) or _PLURAL.match(text, end)
        if ends and _is_edge(text[:start][-1:], name[0]):
            yield start, end
        start = text.find(name, end)


def _is_edge(beside: str, sign: str) -> bool:
    """Letters without spaces between their words, as in Chinese, end anywhere."""
    return not (beside.isalnum() and beside.isascii() and sign.isalnum() and sign.isascii())


def facts_about(concepts: Sequence[Concept], *, at: datetime, most: int = MOST_FACTS) -> Subgraph:
    """What is in force of these concepts; first what joins two of them."""
    numbers = [each.pk for each in concepts]
    rows = list(said_of(numbers, at).select_related("type")[:MOST_NODES])
    rows.sort(key=lambda r: ({r.subject_id, r.object_id} <= set(numbers)) is False)
    told = rows[:most]
    ends = dict.fromkeys([*numbers, *(n for r in told for n in (r.subject_id, r.object_id))])
    return _subgraph(ends, told, at, is_cut=len(rows) > most)


def carried(
    evidence: Mapping[int, list[Evidence]], classes: Sequence[str]
) -> dict[int, list[Evidence]]:
    """What passages of these classes carry, where any are named."""
    open_ = {
        number: [e for e in told if _class_of(e) in classes or not classes]
        for number, told in evidence.items()
    }
    return {number: told for number, told in open_.items() if told}


def _class_of(evidence: Evidence) -> str:
    return str((evidence.passage.version.citation or {})["source_class"])


def narrowed(facts: Subgraph, classes: Sequence[str], about: Sequence[Concept]) -> Subgraph:
    """What passages of these classes carry of it, where any are named. What it is about stays."""
    if not classes:
        return facts
    evidence = carried(facts.evidence, classes)
    relations = [each for each in facts.relations if each.pk in evidence]
    ends = {n for each in relations for n in (each.subject_id, each.object_id)}
    ends |= {each.pk for each in about}
    concepts = [each for each in facts.concepts if each.pk in ends]
    return replace(facts, concepts=concepts, relations=relations, evidence=evidence)


def concept(number: int) -> Concept | None:
    """By its number; what was merged is found under what it was merged into."""
    known = _whole(Concept.objects.all()).filter(pk=number).first()
    seen = set()
    while known and known.merged_into_id and known.pk not in seen:
        seen.add(known.pk)
        known = _whole(Concept.objects.all()).filter(pk=known.merged_into_id).first()
    return known


def is_in_force(asked: Concept, at: datetime) -> bool:
    """By a relation that is in force, or by its own review."""
    if asked.review_due and localdate(at) <= asked.review_due:
        return True
    return said_of([asked.pk], at).exists()


def said_of(numbers: Collection[int], at: datetime) -> QuerySet[Relation]:
    """The relations in force that begin or end at one of these concepts."""
    touching = Q(subject__in=numbers) | Q(object__in=numbers)
    return Relation.objects.in_force(at).filter(touching).order_by("pk")


def neighbourhood(
    start: Concept, *, at: datetime, depth: int = 1, most: int = MOST_NODES
) -> Subgraph:
    """What is in force around a concept, so many steps far."""
    reached, edge = {start.pk: None}, [start.pk]
    relations: dict[int, Relation] = {}
    is_cut = False
    for _step in range(depth):
        nearest = _steps(edge, at)
        edge = []
        for relation in nearest:
            ends = [n for n in (relation.subject_id, relation.object_id) if n not in reached]
            if len(reached) + len(ends) > most:
                is_cut = True
                continue
            relations[relation.pk] = relation
            for number in ends:
                reached[number] = None
                edge.append(number)
    return _subgraph(reached, relations.values(), at, is_cut=is_cut)


def paths(
    start: Concept, end: Concept, *, at: datetime, longest: int = LONGEST_PATH
) -> list[list[Relation]]:
    """The shortest ways from one concept to the other along relations in force, whatever their
    direction; all of that length, up to `MOST_PATHS`. None where they are not connected.

    Looked for from both ends, each time from the one around which less is: two small rings meet
    long before one large one arrives.
    """
    near, far = _Ring(start.pk), _Ring(end.pk)
    if start.pk == end.pk:
        return []
    for _step in range(longest):
        smaller = min(near, far, key=lambda ring: len(ring.ways))
        smaller.widen(at)
        if meeting := near.ways.keys() & far.ways.keys():
            return _joined(near, far, meeting)
        if not smaller.ways:
            break
    return []


Way = list[Relation]


@dataclass
class _Ring:
    """Every concept that is exactly so many steps away, with the shortest ways there."""

    centre: int
    ways: dict[int, list[Way]] = field(init=False)
    seen: set[int] = field(init=False)

    def __post_init__(self) -> None:
        self.ways, self.seen = {self.centre: [[]]}, {self.centre}

    def widen(self, at: datetime) -> None:
        further: dict[int, list[Way]] = {}
        for relation in _steps(list(self.ways), at):
            for here, there in _both_ways(relation):
                if here in self.ways and there not in self.seen:
                    longer = [[*way, relation] for way in self.ways[here]]
                    further[there] = [*further.get(there, []), *longer][:MOST_PATHS]
        self.ways = further
        self.seen |= set(further)


def _joined(near: _Ring, far: _Ring, meeting: Iterable[int]) -> list[Way]:
    whole = [
        [*way, *reversed(back)]
        for number in sorted(meeting)
        for way in near.ways[number]
        for back in far.ways[number]
    ]
    return whole[:MOST_PATHS]


def _both_ways(relation: Relation) -> list[tuple[int, int]]:
    one, other = relation.subject_id, relation.object_id
    return [(one, other), (other, one)]


def _steps(numbers: Collection[int], at: datetime) -> Iterable[Relation]:
    return said_of(numbers, at).select_related("type")


def _subgraph(
    numbers: Iterable[int], relations: Iterable[Relation], at: datetime, *, is_cut: bool
) -> Subgraph:
    known = {each.pk: each for each in _whole(Concept.objects.filter(pk__in=list(numbers)))}
    told = list(relations)
    return Subgraph(
        [known[number] for number in numbers if number in known],
        told,
        evidence_of(told, at),
        is_cut,
    )


def evidence_of(relations: Iterable[Relation], at: datetime) -> dict[int, list[Evidence]]:
    """The evidence in force of each, by the number of the relation."""
    rows = Evidence.objects.in_force(at).filter(relation__in=[each.pk for each in relations])
    found_: dict[int, list[Evidence]] = {}
    for row in rows.select_related("passage__section", "passage__version").order_by("pk"):
        found_.setdefault(row.relation_id, []).append(row)
    return found_


def _whole(rows: QuerySet[Concept]) -> QuerySet[Concept]:
    return rows.select_related("type").prefetch_related("names", "codes")
