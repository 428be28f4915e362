"""What a step of a change set finds and what it leaves: names, codes, a type, qualifiers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as say

from governance.actions.graph_concepts import codes_of, names_of
from governance.actions.graph_ground import NEW, whole
from governance.admin.graph_words import UNKNOWN, dicts_in, qualified
from governance.models import (
    ChangeSet,
    ChangeSetStatus,
    CodeSystem,
    Concept,
    ConceptType,
    GraphEdit,
    Language,
    Relation,
)

Content = Mapping[str, Any]
# The steps that give a concept something anew, with the field of their content that holds it.
ANEW = {"concept.name": "names", "concept.code": "codes", "concept.retype": "type"}
OPEN = (ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW)


@dataclass(frozen=True)
class Piece:
    """One of the things that are compared, and whether it stands on the other side too."""

    text: str
    is_same: bool


@dataclass(frozen=True)
class Change:
    before: list[Piece]
    after: list[Piece]


def changes_of(change_set: ChangeSet, edits: Sequence[GraphEdit]) -> dict[int, Change]:
    """By the position of the step. In a set that is open a step finds what the steps before it
    leave; in one that was applied, what it found then. Of one that was withdrawn nobody knows.
    """
    left = _Left()
    found: dict[int, Change] = {}
    for edit in edits:
        if told := _told(edit, left, is_open=change_set.status in OPEN):
            found[edit.position] = _compared(*told)
        left.take(edit)
    return found


def _told(edit: GraphEdit, left: _Left, *, is_open: bool) -> tuple[list[str], list[str]] | None:
    if edit.deed == "relation.qualify":
        relation = Relation.objects.filter(pk=whole(edit.content.get("relation"))).first()
        before = relation.qualifiers if relation else {}
        return _qualifiers(before), _qualifiers(edit.content.get("qualifiers"))
    if not (kind := ANEW.get(edit.deed)):
        return None
    was = _inverse(edit, kind)
    if is_open:
        was = left.of(edit.content.get("concept"), kind)
    return None if was is None else (TOLD[kind](was), TOLD[kind](edit.content.get(kind)))


def _inverse(edit: GraphEdit, kind: str) -> Any:
    """What takes it back gives what was there; None where it was not applied."""
    steps = [content for deed, content in edit.inverse or [] if deed == edit.deed]
    return steps[0].get(kind) if steps else None


class _Left:
    """What each concept has after the steps so far; the graph is asked where none touched it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Any] = {}

    def of(self, concept: Any, kind: str) -> Any:
        """None where there is no such concept."""
        key = (str(concept), kind)
        if key not in self._known:
            self._known[key] = _in_the_graph(concept, kind)
        return self._known[key]

    def take(self, edit: GraphEdit) -> None:
        content, deed = edit.content, edit.deed
        if deed in ANEW:
            self._known[str(content.get("concept")), ANEW[deed]] = content.get(ANEW[deed])
        elif deed in ("concept.add", "concept.split"):
            for kind in ANEW.values():
                self._known[f"{NEW}{content.get('ref')}", kind] = content.get(kind)
        if deed == "concept.split":
            self._lose(content)
        elif deed == "concept.merge":
            self._gain(content)

    def _lose(self, content: Content) -> None:
        gone = [(n.get("language"), n.get("name")) for n in dicts_in(content, "names")]
        gone += [(c.get("system"), c.get("code")) for c in dicts_in(content, "codes")]
        for kind, key in (("names", "name"), ("codes", "code")):
            had = self.of(content.get("concept"), kind)
            self._known[str(content.get("concept")), kind] = [
                each
                for each in _dicts(had)
                if (each.get("language", each.get("system")), each.get(key)) not in gone
            ]

    def _gain(self, content: Content) -> None:
        """What the other brings is preferred only in a language that had no name."""
        into, other = content.get("into"), content.get("concept")
        names = _dicts(self.of(into, "names"))
        spoken = {n.get("language") for n in names}
        known = {(n.get("language"), n.get("name")) for n in names}
        for each in _dicts(self.of(other, "names")):
            if (each.get("language"), each.get("name")) not in known:
                keeps = bool(each.get("preferred")) and each.get("language") not in spoken
                names.append({**each, "preferred": keeps})
        self._known[str(into), "names"] = names
        codes = [*_dicts(self.of(into, "codes")), *_dicts(self.of(other, "codes"))]
        self._known[str(into), "codes"] = codes


def _in_the_graph(named: Any, kind: str) -> Any:
    concept = Concept.objects.filter(pk=whole(named)).select_related("type").first()
    if concept is None:
        return None
    if kind == "type":
        return concept.type.code
    return names_of(concept) if kind == "names" else codes_of(concept)


def _compared(before: Iterable[str], after: Iterable[str]) -> Change:
    old, new = list(before), list(after)
    return Change(
        [Piece(text, text in new) for text in old], [Piece(text, text in old) for text in new]
    )


def _dicts(value: Any) -> list[dict[str, Any]]:
    return dicts_in({"these": value}, "these")


def _names(value: Any) -> list[str]:
    languages = dict(Language.choices)
    plain, first = say("%(language)s: %(name)s"), say("%(language)s: %(name)s (preferred)")
    rows = sorted(_dicts(value), key=lambda n: (n.get("language") != "zh", not n.get("preferred")))
    return [
        (first if each.get("preferred") else plain)
        % {
            "language": languages.get(str(each.get("language")), UNKNOWN),
            "name": each.get("name", UNKNOWN),
        }
        for each in rows
    ]


def _codes(value: Any) -> list[str]:
    systems = dict(CodeSystem.choices)
    told = [(systems.get(str(c.get("system")), UNKNOWN), c.get("code")) for c in _dicts(value)]
    return sorted(f"{system} {code}" for system, code in told)


def _type(value: Any) -> list[str]:
    known = ConceptType.objects.filter(code=str(value)).first()
    return [str(known) if known else UNKNOWN]


def _qualifiers(value: Any) -> list[str]:
    words = say("%(name)s: %(text)s")
    return [words % {"name": name, "text": text} for name, text in qualified(value)]


TOLD: dict[str, Callable[[Any], list[str]]] = {"names": _names, "codes": _codes, "type": _type}
