"""What is said of concepts, as objects of the corpus: so many relations each, by their numbers.

A fact names the passages that carry it and their versions, whose instants the manifest holds: it
is in force while one of these versions is. A reaffirmation therefore rewrites no object.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from governance.models import Concept, Relation
from llm.corpus import CorpusFolder, lines
from llm.models import FactsObject
from llm.projections import graph_rows
from llm.projections.advance import Beat, Subject
from llm.projections.drift import Drift
from llm.stores.graph import Edge

# Relations an object. A change of one rewrites the object it is in.
SHARD = 200


class Facts:
    """The objects of relations in one folder. What the truth says now is what is held."""

    def __init__(self, folder: CorpusFolder) -> None:
        self.folder = folder

    def settle(self, shards: Iterable[int], beat: Beat) -> None:
        """Make these objects agree with the truth as it stands now."""
        for shard in sorted(set(shards)):
            beat()
            content = content_of(shard)
            if content:
                self._keep(shard, content)
            else:
                self._let_go(shard)
            self._drop_withdrawn(shard)

    def listed(self) -> list[dict[str, Any]]:
        """As the manifest names them."""
        held = FactsObject.objects.filter(is_held=True).order_by("shard")
        return [{"object": r.sha256, "facts": r.facts, "bytes": r.bytes} for r in held]

    def objects(self) -> set[str]:
        """The names of those that are held."""
        rows = FactsObject.objects.filter(is_held=True)
        return set(rows.values_list("sha256", flat=True))

    def are_as_said(self, shards: Iterable[int]) -> bool:
        """Whether what is held of these is what the truth says now."""
        return not any(self._difference(shard) for shard in shards)

    def differences(self, beat: Beat) -> Iterator[Drift]:
        """What is missing, damaged, or listed wrongly."""
        held = FactsObject.objects.filter(is_held=True).values_list("shard", flat=True)
        for shard in sorted({*all_shards(), *held}):
            beat()
            if kind := self._difference(shard):
                yield Drift("corpus", kind, f"facts {shard}", shard)

    def _difference(self, shard: int) -> str:
        """Of which kind, or nothing."""
        content = content_of(shard)
        row = FactsObject.objects.filter(shard=shard, is_held=True).first()
        name = self.folder.name_of(content)
        if content and not self.folder.holds(name):
            return "missing"
        if content and not self.folder.is_sound(name):
            return "damaged"
        return "" if _told(row) == (_listed(name, content) if content else None) else "unlisted"

    def _keep(self, shard: int, content: bytes) -> None:
        """The file between two rows, as with the objects of versions."""
        sha256 = self.folder.name_of(content)
        told = _listed(sha256, content)
        FactsObject.objects.get_or_create(
            sha256=sha256, shard=shard, defaults=told | {"is_held": False}
        )
        self.folder.put_object(content)
        with transaction.atomic():
            self._let_go(shard, but=sha256)
            FactsObject.objects.filter(sha256=sha256, shard=shard).update(**told, is_held=True)

    def _let_go(self, shard: int, *, but: str = "") -> None:
        FactsObject.objects.filter(shard=shard).exclude(sha256=but).update(is_held=False)

    def _drop_withdrawn(self, shard: int) -> None:
        held = FactsObject.objects.filter(is_held=True).values("sha256")
        gone = FactsObject.objects.filter(shard=shard, is_held=False).exclude(sha256__in=held)
        for sha256 in gone.values_list("sha256", flat=True):
            self.folder.drop_object(sha256)


def shards_of(relations: Iterable[int]) -> set[int]:
    return {number // SHARD for number in relations}


def shards_of_version(version: int) -> set[int]:
    return shards_of(graph_rows.relations_of_version(version))


def shards_of_concept(concept: int) -> set[int]:
    rows = Relation.objects.all()
    touching = rows.filter(subject=concept) | rows.filter(object=concept)
    return shards_of(touching.values_list("pk", flat=True))


def shards_touched(subject: Subject) -> set[int]:
    """The objects that have to be looked at because of it."""
    if subject.kind == "relation":
        return shards_of([subject.number])
    touched = {"version": shards_of_version, "concept": shards_of_concept}
    return touched[subject.kind](subject.number) if subject.kind in touched else set()


def all_shards() -> set[int]:
    return shards_of(graph_rows.held_relations().values_list("pk", flat=True))


def content_of(shard: int) -> bytes:
    """A line a relation that is held, by its number; nothing where there is none."""
    numbers = range(shard * SHARD, (shard + 1) * SHARD)
    edges = graph_rows.edges_of(list(numbers))
    ends = {end for edge in edges for end in (edge.subject, edge.object)}
    rows = Concept.objects.filter(pk__in=ends).select_related("type")
    concepts = {c.pk: _concept(c) for c in rows.prefetch_related("names", "codes")}
    return lines(_fact(edge, concepts) for edge in edges)


def _fact(edge: Edge, concepts: dict[int, dict[str, Any]]) -> dict[str, Any]:
    said = dict(each.partition("=")[::2] for each in edge.qualifiers)
    supports = zip(edge.passages, edge.versions, strict=True)
    return {
        "relation": edge.id,
        "type": edge.type,
        "subject": concepts[edge.subject],
        "object": concepts[edge.object],
        "qualifiers": said,
        "evidence": [
            {"passage": passage, "version": version, "url": f"/passages/{passage}/"}
            for passage, version in supports
        ],
    }


def _concept(concept: Concept) -> dict[str, Any]:
    names = sorted(concept.names.all(), key=lambda n: (n.language, not n.is_preferred, n.name))
    codes = sorted(concept.codes.all(), key=lambda c: (c.system, c.code))
    return {
        "concept": concept.pk,
        "type": concept.type.code,
        "names": [
            {"language": n.language, "name": n.name, "preferred": n.is_preferred} for n in names
        ],
        "codes": [{"system": c.system, "code": c.code} for c in codes],
    }


def _listed(sha256: str, content: bytes) -> dict[str, Any]:
    return {"sha256": sha256, "facts": content.count(b"\n"), "bytes": len(content)}


def _told(row: FactsObject | None) -> dict[str, Any] | None:
    return {"sha256": row.sha256, "facts": row.facts, "bytes": row.bytes} if row else None
