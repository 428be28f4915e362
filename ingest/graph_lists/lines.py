"""A row while it is checked, and what is found wrong in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from ingest.bringing.list_words import flaw_sentence, refusal_sentence
from ingest.graph_lists.apart import Read
from ingest.graph_lists.layout import COLUMNS, QUALIFIER, Sheet
from ingest.listing.table import NotAList, Row

HIDDEN = _("A character in it cannot be seen (%(code)s). Delete the cell and type it anew.")
TOO_LONG = _("It is longer than the %(most)s characters that fit. Shorten it.")
UNKNOWN_COLUMN = _("There is no such column: %(column)s. Delete it, or correct its name.")

_REFUSED = {
    "no_header": _(
        "Nothing in it has the header of concepts, of names or of relations. Download the graph to"
        " see how they are headed."
    ),
    "not_a_list": _("This is no list of the graph: neither a spreadsheet (.xlsx) nor CSV."),
}


def refused(reason: NotAList) -> str:
    """Why the whole of it cannot be taken."""
    told = _REFUSED.get(reason.code)
    return str(told) if told else refusal_sentence(reason)


@dataclass(frozen=True)
class Finding:
    """Where in the lists, what stands there, and what is to be done about it."""

    place: str
    row: int
    column: str
    value: str
    sentence: str

    def __str__(self) -> str:
        told = {"place": self.place, "row": self.row, "column": self.column}
        return say("%(place)s, row %(row)s, %(column)s:") % told + f" {self.sentence}"


@dataclass
class Line:
    """A row of a table. `table` is the number of the table among all that are brought in."""

    table: int
    place: str
    row: Row
    findings: list[Finding]
    wrong_columns: set[str] = field(default_factory=set)

    def __getitem__(self, column: str) -> str:
        return self.row.cells.get(column, "").strip()

    @property
    def is_right(self) -> bool:
        return not self.wrong_columns

    def wrong(self, column: str, sentence: str | Promise, /, **facts: object) -> None:
        """The first thing that is wrong with a cell; the others may come of it."""
        if column not in self.wrong_columns:
            self.wrong_columns.add(column)
            value = self.row.cells.get(column, "")
            told = str(sentence) % facts if facts else str(sentence)
            self.findings.append(Finding(self.place, self.row.number, column, value, told))

    def seen(self, column: str, longest: int) -> str:
        """What the cell says on one line that can be seen; else it is wrong, and empty is told."""
        value = self[column]
        hidden = next((c for c in value if not c.isprintable()), "")
        if hidden:
            self.wrong(column, HIDDEN, code=f"U+{ord(hidden):04X}")
        elif len(value) > longest:
            self.wrong(column, TOO_LONG, most=longest)
        return "" if column in self.wrong_columns else value


def lines_of(tables: list[Read], sheet: Sheet, findings: list[Finding]) -> Iterator[Line]:
    """In their order, with what was wrong when they were read."""
    for number, table in enumerate(tables, start=1):
        if table.sheet != sheet:
            continue
        for row in table.rows:
            line = Line(number, table.place, row, findings)
            for flaw in row.flaws:
                line.wrong(flaw.column, flaw_sentence(flaw.code))
            yield line


def refuse_unknown_columns(
    table: Read, findings: list[Finding], qualifiers: Collection[str]
) -> None:
    """One finding at the header for each column that says something nobody would take in."""
    filled = {name for row in table.rows for name in row.cells}
    for column in table.columns:
        is_known = column in COLUMNS[table.sheet] or column.removeprefix(QUALIFIER) in qualifiers
        if column in filled and not is_known:
            sentence = str(UNKNOWN_COLUMN) % {"column": column}
            findings.append(Finding(table.place, table.header, column, column, sentence))
