"""What a graph store must hold, from the truth alone and whatever the clock says.

A relation is held with every passage that carries it and belongs into the stores; when each is in
force stands beside it, so that what becomes due, or comes into force, needs no job. A relation of
which no such passage is left is not held. A concept is held as long as it is current.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import make_aware

from governance.models import Concept, Evidence, Relation
from llm.projections.holdings import held_passages, latest_terms
from llm.projections.vectors import microseconds
from llm.stores.graph import NO_END, Edge, Node

CHUNK = 2000


def nodes_of(ids: Collection[int]) -> list[Node]:
    rows = Concept.objects.current().filter(pk__in=ids).order_by("pk")
    return [_node(row) for row in rows.select_related("type").prefetch_related("names", "codes")]


def edges_of(ids: Collection[int]) -> list[Edge]:
    """Those of these relations that are held."""
    relations = held_relations().filter(pk__in=ids).select_related("type").order_by("pk")
    supports = _supports_of(ids)
    return [_edge(each, supports[each.pk]) for each in relations]


def held_relations() -> QuerySet[Relation]:
    carried = _held_evidence().filter(relation=OuterRef("pk"))
    return Relation.objects.current().filter(Exists(carried))


def relations_of_version(version: int) -> list[int]:
    """Every relation that a passage of the version carries, or carried."""
    rows = Evidence.objects.filter(passage__version=version).order_by("relation")
    return list(rows.values_list("relation", flat=True).distinct())


def all_nodes() -> Iterator[list[Node]]:
    """A chunk after another, so that memory does not grow with the whole."""
    for ids in _in_chunks(Concept.objects.current()):
        yield nodes_of(ids)


def all_edges() -> Iterator[list[Edge]]:
    for ids in _in_chunks(held_relations()):
        yield edges_of(ids)


def _in_chunks(rows: QuerySet[Concept] | QuerySet[Relation]) -> Iterator[list[int]]:
    numbers = iter(list(rows.order_by("pk").values_list("pk", flat=True)))
    while chunk := list(islice(numbers, CHUNK)):
        yield chunk


def _held_evidence() -> QuerySet[Evidence]:
    """Of passages that belong into the stores."""
    mine = held_passages().filter(pk=OuterRef("passage"))
    return Evidence.objects.current().filter(Exists(mine))


def _supports_of(relations: Collection[int]) -> dict[int, list[tuple[int, int, int, int]]]:
    """Passage, version, start and end of each, once a passage."""
    rows = _held_evidence().filter(relation__in=relations).select_related("passage")
    evidence = list(rows.order_by("relation", "passage", "pk"))
    terms = latest_terms({each.passage.version_id for each in evidence})
    found: dict[int, dict[int, tuple[int, int, int, int]]] = defaultdict(dict)
    for each in evidence:
        version = each.passage.version_id
        term = terms[version]
        starts = max(term.starts_at, each.added_at)
        support = (
            each.passage_id,
            version,
            microseconds(starts),
            microseconds(term.ends_at) if term.ends_at else NO_END,
        )
        found[each.relation_id].setdefault(each.passage_id, support)
    return defaultdict(list, {number: list(each.values()) for number, each in found.items()})


def _edge(relation: Relation, supports: list[tuple[int, int, int, int]]) -> Edge:
    passages, versions, starts, ends = zip(*supports, strict=True)
    return Edge(
        relation.pk,
        relation.type.code,
        relation.subject_id,
        relation.object_id,
        tuple(f"{name}={value}" for name, value in sorted(relation.qualifiers.items())),
        passages,
        versions,
        starts,
        ends,
    )


def _node(concept: Concept) -> Node:
    names = sorted(concept.names.all(), key=lambda name: (name.language, name.name))
    preferred = {name.language: name.name for name in names if name.is_preferred}
    return Node(
        concept.pk,
        concept.type.code,
        preferred.get("zh", ""),
        preferred.get("en", ""),
        tuple(dict.fromkeys(name.name for name in names)),
        tuple(sorted(f"{code.system}:{code.code}" for code in concept.codes.all())),
        _end_of(concept),
    )


def _end_of(concept: Concept) -> int:
    """The first instant after the day until which it holds by its own review, or 0."""
    if not concept.review_due:
        return 0
    after = datetime.combine(concept.review_due + timedelta(days=1), time.min)
    return microseconds(make_aware(after))
