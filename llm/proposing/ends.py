"""What a proposed relation joins, written down and known again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance import canonical, graph
from governance.models import Concept, ConceptStatus
from llm.proposing.terms import Term, of_concept

# A concept, or what is none yet, as it is kept: `concept` where there is one, `type`, `names`.
End = dict[str, Any]


def written(term: Term) -> End:
    end: End = {"type": term.type, "names": [list(name) for name in term.names]}
    return end | ({"concept": term.concept} if term.concept else {})


def read(end: Mapping[str, Any]) -> Term:
    names = tuple((language, name) for language, name in end["names"])
    return Term(end["type"], names, end.get("concept"))


def key_of(subject: Term, relation: str, object_: Term) -> str:
    """SHA-256 by which it is known that the same is proposed."""
    return canonical.digest([_identity(subject), relation, _identity(object_)])


def _identity(term: Term) -> str:
    return f"#{term.concept}" if term.concept else marks(term)[0]


def marks(term: Term) -> list[str]:
    """By any of which it is known again, whatever the graph has learnt or renamed since."""
    named = [f"{term.type}:{name}" for name in term.folded_names()]
    return [*named, *([f"#{term.concept}"] if term.concept else [])]


def present(term: Term) -> Term:
    """As the graph has it now: what was merged is what it was merged into, and what was none yet
    is the one current concept of its type that has one of its names.
    """
    found = graph.concept(term.concept) if term.concept else _by_name(term)
    if found is None or found.status != ConceptStatus.CURRENT:
        return Term(term.type, term.names)
    return of_concept(found)


def _by_name(term: Term) -> Concept | None:
    rows = Concept.objects.current().filter(
        type__code=term.type, names__folded__in=term.folded_names()
    )
    found = list(rows.distinct()[:2])
    return found[0] if len(found) == 1 else None
