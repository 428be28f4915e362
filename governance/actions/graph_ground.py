"""What the steps of a change set stand on: what they made before, and what they were written for.

The steps themselves are in `graph_concepts`, `graph_relations` and `graph_schema`. Each takes its
content and the ground, and returns the steps that would take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from governance import canonical
from governance.errors import Malformed, NotInTheGraph
from governance.models import Concept, ConceptType, Governed, Passage, Relation, RelationType
from governance.trail import Changes

# A step: what is done, and with what.
Step = tuple[str, dict[str, Any]]
KINDS: dict[str, type[Governed]] = {
    "concept": Concept,
    "relation": Relation,
    "concept_type": ConceptType,
    "relation_type": RelationType,
}
# What begins like this names a concept that the same set adds.
NEW = "new:"


@dataclass
class Ground:
    """One set being applied. `made` are the concepts it added, by the names it gave them; `again`
    the relations it said again, by the numbers they had before.
    """

    changes: Changes
    person_id: int | None
    made: dict[str, int] = field(default_factory=dict)
    again: dict[int, int] = field(default_factory=dict)
    _noted: set[tuple[str, str, int]] = field(default_factory=set)
    _passages: dict[int, tuple[Passage | None, bool]] = field(default_factory=dict)

    def concept(self, named: Any) -> Concept:
        """A current concept, by its number or by the name the set gave it."""
        number = self.made.get(named) if isinstance(named, str) else named
        rows = Concept.objects.current().select_related("type")
        found = rows.filter(pk=whole(number)).first()
        if found is None:
            raise NotInTheGraph(what=_("concept"), number=named)
        return found

    def relation(self, number: Any) -> Relation:
        """A relation that nobody has ended."""
        found = Relation.objects.current().select_related("type", "subject", "object")
        known = whole(number)
        relation = found.filter(pk=self.again.get(known, known)).first()
        if relation is None:
            raise NotInTheGraph(what=_("relation"), number=number)
        return relation

    def passage(self, number: int) -> tuple[Passage | None, bool]:
        """It, and whether it is in force. Read once: no step changes what passages are."""
        if number not in self._passages:
            rows = Passage.objects.filter(pk=number)
            is_in_force = rows.in_force(self.changes.at).exists()
            self._passages[number] = rows.first(), is_in_force
        return self._passages[number]

    def note(self, action: str, subject: Governed, **facts: Any) -> None:
        """Once a set for the same thing done to the same row."""
        key = (action, *named(subject))
        if key not in self._noted:
            self._noted.add(key)
            self.changes.note(action, subject, **facts)


Apply = Callable[[Ground, dict[str, Any]], list[Step]]
Touches = Callable[[Mapping[str, Any]], list[tuple[str, Any]]]


@dataclass(frozen=True)
class Deed:
    """A kind of step: the fields its content has, what of the graph it touches, what it does."""

    fields: frozenset[str]
    touches: Touches
    apply: Apply


def nothing(_content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return []


def touching(kind: str, *names: str) -> Touches:
    """It touches the rows of a kind that these fields of its content name."""
    return lambda content: [(kind, content.get(name)) for name in names]


def named(row: Governed) -> tuple[str, int]:
    kind = next(kind for kind, model in KINDS.items() if isinstance(row, model))
    return kind, int(row.pk)


@dataclass
class Seen:
    """The digest of each existing thing that is touched, by which a later change is noticed.

    Each is read once, so it is good for as long as nothing changes.
    """

    _known: dict[tuple[str, int], str] = field(default_factory=dict)

    def of(self, touched: Sequence[tuple[str, Any]]) -> dict[str, str]:
        keys = [(kind, whole(number)) for kind, number in touched]
        told = {f"{kind}:{number}": self._digest(kind, number) for kind, number in keys}
        return {name: digest for name, digest in told.items() if digest}

    def _digest(self, kind: str, number: int) -> str:
        """Empty where there is no such thing."""
        if (kind, number) not in self._known:
            row = KINDS[kind]._default_manager.filter(pk=number).first()
            self._known[kind, number] = canonical.digest(row.state()) if row else ""
        return self._known[kind, number]


def whole(number: Any) -> int:
    """A number of a row; one that no row has where it is none."""
    is_number = isinstance(number, int) and not isinstance(number, bool)
    return number if is_number and 0 < number < 2**53 else 0


def words(content: Mapping[str, Any], name: str, longest: int) -> str:
    """A line of text that can be seen, without what hides, turns or breaks it."""
    value = content.get(name)
    told = value.strip() if isinstance(value, str) else ""
    if not told or len(told) > longest or not told.isprintable():
        problem = _("One line of at most %(most)s characters, all of which can be seen.")
        raise Malformed(field=name, problem=problem % {"most": longest})
    return told


def rows(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    value = content.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Malformed(field=name, problem=_("A list of objects is expected."))
    return value


def one_of(content: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    value = content.get(name)
    if value not in allowed:
        problem = _("Choose one of: %(these)s") % {"these": ", ".join(allowed)}
        raise Malformed(field=name, problem=problem)
    return str(value)
