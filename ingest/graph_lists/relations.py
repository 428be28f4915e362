"""Checks the rows of `relations`: what each would say, carried by which words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from governance.actions.graph_relations import LONGEST_QUALIFIER, Span
from ingest.graph_lists import standing, standing_relations
from ingest.graph_lists.circles import closing
from ingest.graph_lists.layout import COLUMNS, QUALIFIER, Sheet
from ingest.graph_lists.lines import Line
from ingest.graph_lists.naming import Naming
from ingest.graph_lists.places import passage_number, span_in
from ingest.graph_lists.standing import Told, TypeOfRelation

NO_TYPE = _("There is no type of relation “%(told)s”. Types are: %(these)s.")
NO_TRIPLE = _(
    "“%(subject)s – %(relation)s → %(object)s” is not allowed. Choose another relation, or have the"
    " schema changed first."
)
ITSELF = _("A concept has no relation to itself. Name another.")
NO_QUALIFIER = _("“%(relation)s” has no such qualifier. Its qualifiers are: %(these)s.")
NO_PASSAGE = _("There is no passage %(number)s. Its number stands above each passage of a version.")
NOT_IN_FORCE = _("Passage %(number)s is not in force, so it carries no relation. Name another.")
ROW_TWICE = _("The same stands in %(place)s, row %(row)s, already. Delete this row.")
CIRCLE = _(
    "“%(relation)s” would lead from “%(concept)s” back to itself. Delete one of the rows of the"
    " circle, or turn it round."
)

Identity = tuple[str, int | str, int | str, tuple[tuple[str, str], ...]]


@dataclass(eq=False)
class Telling:
    """What the lists say of two concepts. `number` is the graph's, where it says so already,
    carried by `carried`; `spans` carry it besides.
    """

    type: TypeOfRelation
    subject: Told
    object: Told
    qualifiers: dict[str, str]
    line: Line
    rows: list[tuple[Line, Span]] = field(default_factory=list)
    number: int | None = None
    carried: set[Span] = field(default_factory=set)
    spans: dict[Span, Line] = field(default_factory=dict)


class Relations:
    """Goes through the rows, then asks the graph about all of them at once."""

    def __init__(self, naming: Naming, lines: Iterable[Line], at: datetime) -> None:
        self.naming = naming
        self.known = 0
        self.told: dict[Identity, Telling] = {}
        self._lines = list(lines)
        numbers = {passage_number(line["passage"]) for line in self._lines} - {0}
        self._texts, self._in_force = standing.passages(numbers, at)

    def check(self) -> None:
        for line in self._lines:
            self._row(line)
        standing_relations.fill(self.told.values())
        for telling in self.told.values():
            for line, span in telling.rows:
                self._carry(telling, line, span)
        self._refuse_circles()

    def _row(self, line: Line) -> None:
        type_ = self._type(line)
        subject = self.naming.meant(line, "subject")
        object_ = self.naming.meant(line, "object")
        qualifiers = _qualifiers(line, type_) if type_ else {}
        span = self._span(line)
        if type_ and subject and object_:
            _refuse_pair(line, type_, subject, object_)
        if not (line.is_right and type_ and subject and object_ and span):
            return
        if subject.is_sound and object_.is_sound:
            identity = (type_.code, subject.named, object_.named, tuple(sorted(qualifiers.items())))
            telling = Telling(type_, subject, object_, qualifiers, line)
            self.told.setdefault(identity, telling).rows.append((line, span))

    def _type(self, line: Line) -> TypeOfRelation | None:
        types = self.naming.schema.relation_types
        found = types.get(line["type"].casefold())
        if found is None:
            these = ", ".join(sorted({each.code for each in types.values()}))
            line.wrong("type", NO_TYPE, told=line["type"], these=these)
        return found

    def _span(self, line: Line) -> Span | None:
        number = passage_number(line["passage"])
        text = self._texts.get(number)
        if text is None:
            line.wrong("passage", NO_PASSAGE, number=line["passage"] or "–")
            return None
        found = span_in(text, line)
        return (number, *found) if found else None

    def _carry(self, telling: Telling, line: Line, span: Span) -> None:
        earlier = telling.spans.get(span)
        if span in telling.carried:
            self.known += 1
        elif earlier:
            line.wrong("words", ROW_TWICE, place=earlier.place, row=earlier.row.number)
        elif span[0] not in self._in_force:
            line.wrong("passage", NOT_IN_FORCE, number=span[0])
        else:
            telling.spans[span] = line

    def _refuse_circles(self) -> None:
        new: dict[str, list[Telling]] = {}
        for telling in self.told.values():
            if telling.type.is_hierarchy and telling.number is None and telling.line.is_right:
                new.setdefault(telling.type.code, []).append(telling)
        for tellings in new.values():
            edges = [(each.subject.named, each.object.named) for each in tellings]
            above = standing_relations.above(
                tellings[0].type.number, {there for _here, there in edges if isinstance(there, int)}
            )
            for at in closing(above, edges):
                telling = tellings[at]
                told = {"relation": telling.type.code, "concept": telling.subject}
                telling.line.wrong("object", CIRCLE, **told)


def _qualifiers(line: Line, type_: TypeOfRelation) -> dict[str, str]:
    found = {}
    for column in line.row.cells:
        if column in COLUMNS[Sheet.RELATIONS] or not line[column]:
            continue
        value = line.seen(column, LONGEST_QUALIFIER)
        code = column.removeprefix(QUALIFIER)
        if code not in type_.qualifiers:
            these = ", ".join(sorted(type_.qualifiers)) or "–"
            line.wrong(column, NO_QUALIFIER, relation=type_.code, these=these)
        found[code] = value
    return found


def _refuse_pair(line: Line, type_: TypeOfRelation, subject: Told, object_: Told) -> None:
    """What is wrong with a concept's own row is told there alone."""
    if not (subject.is_sound and object_.is_sound):
        return
    if subject is object_:
        line.wrong("object", ITSELF)
    elif (subject.type, object_.type) not in type_.triples:
        told = {"subject": subject.type, "relation": type_.code, "object": object_.type}
        line.wrong("type", NO_TRIPLE, **told)
