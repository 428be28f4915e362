"""What a proposed relation joins, written down and known again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance import canonical, graph
from governance.models import Concept, ConceptStatus
from llm.naming.meanings import Meaning, of_concept

# A concept, or what is none yet, as it is kept: `concept` where there is one, `type`, `names`.
End = dict[str, Any]


def written(meaning: Meaning) -> End:
    end: End = {"type": meaning.type, "names": [list(name) for name in meaning.names]}
    return end | ({"concept": meaning.concept} if meaning.concept else {})


def read(end: Mapping[str, Any]) -> Meaning:
    names = tuple((language, name) for language, name in end["names"])
    return Meaning(end["type"], names, end.get("concept"))


def key_of(subject: Meaning, relation: str, object_: Meaning) -> str:
    """SHA-256 by which it is known that the same is proposed."""
    return canonical.digest([_identity(subject), relation, _identity(object_)])


def _identity(meaning: Meaning) -> str:
    return f"#{meaning.concept}" if meaning.concept else marks(meaning)[0]


def marks(meaning: Meaning) -> list[str]:
    """By any of which it is known again, whatever the graph has learnt or renamed since."""
    named = [f"{meaning.type}:{name}" for name in meaning.folded_names()]
    return [*named, *([f"#{meaning.concept}"] if meaning.concept else [])]


def present(meaning: Meaning) -> Meaning:
    """As the graph has it now: what was merged is what it was merged into, and what was none yet
    is the one current concept of its type that has one of its names.
    """
    found = graph.concept(meaning.concept) if meaning.concept else _by_name(meaning)
    if found is None or found.status != ConceptStatus.CURRENT:
        return Meaning(meaning.type, meaning.names)
    return of_concept(found)


def _by_name(meaning: Meaning) -> Concept | None:
    rows = Concept.objects.current().filter(
        type__code=meaning.type, names__folded__in=meaning.folded_names()
    )
    found = list(rows.distinct()[:2])
    return found[0] if len(found) == 1 else None
