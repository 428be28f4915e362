"""What the steps of a change set would do to the graph that is drawn, each also in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.actions.graph_ground import NEW, whole
from governance.admin.graph_words import Told, name_among
from governance.models import ChangeSet, ChangeSetStatus, Evidence, GraphEdit, Relation

OPEN = (ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW)
# Steps that are drawn, the last ones: they are what one is at.
MOST_STEPS = 200
ADDED, ENDED, CHANGED, MERGED = "added", "ended", "changed", "merged"
MERGE, SPLIT = "merge", "split"
# Before what a set calls a concept that it adds, where that is drawn.
NEW_ID = "n"
Content = Mapping[str, Any]


@dataclass(frozen=True)
class NewConcept:
    id: str
    label: str
    type: str


@dataclass(frozen=True)
class NewLine:
    """A relation that would be added; or, with a kind instead of a type, a merger or a split."""

    id: str
    source: str
    target: str
    type: str = ""
    kind: str = ""


@dataclass(frozen=True)
class StepTold:
    """A step in words, with what of the drawing it is about."""

    edit: GraphEdit
    sentence: str
    about: tuple[str, ...]


@dataclass
class Pending:
    """`states` by what is drawn; `concepts` are the existing ones that the steps are about, and
    `relations` the existing relations.
    """

    states: dict[str, str] = field(default_factory=dict)
    new_concepts: list[NewConcept] = field(default_factory=list)
    new_lines: list[NewLine] = field(default_factory=list)
    concepts: dict[int, None] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    steps: list[StepTold] = field(default_factory=list)
    is_cut: bool = False


def concept_id(number: int) -> str:
    return f"c{number}"


def relation_id(number: int) -> str:
    return f"r{number}"


def pending_of(change_set: ChangeSet | None) -> Pending:
    """Of a set that is decided nothing is pending: it says alone what it was about."""
    if change_set is None:
        return Pending()
    edits = change_set.edits_in_order()
    drawing = _Drawing(edits, edits[-MOST_STEPS:], is_open=change_set.status in OPEN)
    drawing.pending.is_cut = len(edits) > MOST_STEPS
    return drawing.pending


def telling(these: Sequence[GraphEdit], *, among: Sequence[GraphEdit]) -> Told:
    """Says these; of the others of their set it knows the concepts that they add."""
    known = {edit.pk for edit in these}
    return Told([edit for edit in among if edit.pk in known or edit.content.get("ref")])


class _Drawing:
    """Of all the edits of a set these are drawn."""

    def __init__(self, edits: list[GraphEdit], these: list[GraphEdit], *, is_open: bool) -> None:
        self.told, self.is_open = telling(these, among=edits), is_open
        self.pending = Pending()
        self.made = dict(_made(edits))
        contents = [edit.content for edit in these]
        self.carried = _carried(contents)
        numbers = {whole(c.get("relation")) for c in contents} | set(self.carried.values())
        rows = Relation.objects.filter(pk__in=numbers - {0}).select_related("type")
        self.relations = {each.pk: each for each in rows}
        for edit in these:
            self.take(edit)

    def take(self, edit: GraphEdit) -> None:
        states = dict(self._states(edit)) if edit.deed in DRAWN else {}
        if self.is_open:
            self.pending.states |= states
        sentence = self.told.sentence(edit)
        self.pending.steps.append(StepTold(edit, sentence, tuple(states)))

    def _states(self, edit: GraphEdit) -> Iterator[tuple[str, str]]:
        for id_, state in DRAWN[edit.deed](self, edit):
            if id_:
                yield id_, state

    def concept(self, named: Any) -> str:
        """What is drawn for a concept; empty where there is none."""
        number = self.made.get(named) if isinstance(named, str) else whole(named)
        if number:
            self.pending.concepts[number] = None
            return concept_id(number)
        is_new = isinstance(named, str) and self.is_open and named in self.made
        return f"{NEW_ID}{named}" if is_new else ""

    def relation(self, number: int) -> str:
        if (known := self.relations.get(number)) is None:
            return ""
        self.pending.relations[number] = known
        for end in (known.subject_id, known.object_id):
            self.pending.concepts[end] = None
        return relation_id(number)

    def add(self, edit: GraphEdit) -> str:
        """A concept that would be new; the one it became, where the set was applied."""
        named = _ref(edit)
        if (id_ := self.concept(named)).startswith(NEW_ID):
            content, type_ = edit.content, str(edit.content.get("type", ""))
            self.pending.new_concepts.append(NewConcept(id_, name_among(content), type_))
        return id_

    def line(self, edit: GraphEdit, ends: tuple[str, str], *, type_: str = "", kind: str) -> str:
        if not self.is_open or not all(ends):
            return ""
        line = NewLine(f"s{edit.position}", *ends, type=type_, kind=kind)
        self.pending.new_lines.append(line)
        return line.id


def _made(edits: list[GraphEdit]) -> Iterator[tuple[str, int]]:
    """What each added concept is called in the set, and its number once it was applied."""
    for edit in edits:
        if edit.deed in ("concept.add", "concept.split"):
            undoing = dict(edit.inverse or []).get("concept.retire", {})
            yield _ref(edit), whole(undoing.get("concept"))


def _ref(edit: GraphEdit) -> str:
    return f"{NEW}{edit.content.get('ref') or f'step-{edit.position}'}"


def _carried(contents: list[Content]) -> dict[int, int]:
    numbers = {whole(c.get("evidence")) for c in contents} - {0}
    return dict(Evidence.objects.filter(pk__in=numbers).values_list("pk", "relation"))


States = Iterator[tuple[str, str]]


def _added(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.add(edit), ADDED


def _revived(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.concept(edit.content.get("concept")), ADDED


def _changed(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.concept(edit.content.get("concept")), CHANGED


def _retired(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.concept(edit.content.get("concept")), ENDED


def _merged(drawing: _Drawing, edit: GraphEdit) -> States:
    ends = drawing.concept(edit.content.get("concept")), drawing.concept(edit.content.get("into"))
    yield ends[0], MERGED
    yield ends[1], CHANGED
    yield drawing.line(edit, ends, kind=MERGE), MERGED


def _split(drawing: _Drawing, edit: GraphEdit) -> States:
    ends = drawing.concept(edit.content.get("concept")), drawing.add(edit)
    yield ends[0], CHANGED
    yield ends[1], ADDED
    yield drawing.line(edit, ends, kind=SPLIT), ADDED


def _said(drawing: _Drawing, edit: GraphEdit) -> States:
    content = edit.content
    ends = drawing.concept(content.get("subject")), drawing.concept(content.get("object"))
    yield drawing.line(edit, ends, type_=str(content.get("type", "")), kind=""), ADDED


def _unsaid(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.relation(whole(edit.content.get("relation"))), ENDED


def _said_again(drawing: _Drawing, edit: GraphEdit) -> States:
    yield drawing.relation(whole(edit.content.get("relation"))), ADDED


def _said_otherwise(drawing: _Drawing, edit: GraphEdit) -> States:
    evidence = drawing.carried.get(whole(edit.content.get("evidence")), 0)
    yield drawing.relation(whole(edit.content.get("relation")) or evidence), CHANGED


DRAWN: dict[str, Callable[[_Drawing, GraphEdit], States]] = {
    "concept.add": _added,
    "concept.name": _changed,
    "concept.code": _changed,
    "concept.retype": _changed,
    "concept.review": _changed,
    "concept.retire": _retired,
    "concept.revive": _revived,
    "concept.merge": _merged,
    "concept.split": _split,
    "relation.add": _said,
    "relation.end": _unsaid,
    "relation.restore": _said_again,
    "relation.qualify": _said_otherwise,
    "evidence.add": _said_otherwise,
    "evidence.end": _said_otherwise,
    "evidence.restore": _said_otherwise,
}
