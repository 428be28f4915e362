"""Reads lists of the graph in a process apart, like any file of strangers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest import parsing, wire
from ingest.graph_lists.cells import unguarded
from ingest.graph_lists.layout import GRAPH, LONGEST_CELL, MOST_ROWS, Sheet, sheet_of
from ingest.listing.apart import is_spreadsheet, problem_from_json, text_of
from ingest.listing.delimited import table
from ingest.listing.table import CELL_PROBLEMS, Flaw, NotAList, Row, Table
from ingest.parsing.document import Progress
from ingest.parsing.encoding import decoded
from ingest.sandbox import Limits, work_apart

# A sheet of the most rows, with every qualifier filled in, is far below.
LIMITS = Limits(memory=4 * 2**30, cpu_seconds=300, seconds=400, answer=512 * 2**20)


@dataclass(frozen=True)
class Read:
    """A table of ours: which of the three, and where it stands."""

    sheet: Sheet
    place: str
    header: int
    columns: tuple[str, ...]
    rows: list[Row]


def read_tables(path: Path, filename: str) -> list[Read]:
    """Raises `NotAList`, and `Unreadable` where the process that reads gave up."""
    answer = work_apart(
        "ingest.graph_lists.apart", path, filename, _understood, limits=LIMITS, progress=_unheard
    )
    if isinstance(answer, NotAList):
        raise answer
    return answer


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    try:
        return {"tables": [_to_json(each, filename) for each in _read(path)]}
    except NotAList as reason:
        return {"problem": reason.code, "facts": reason.facts}


def _read(path: Path) -> list[Table]:
    data = path.read_bytes()
    if not is_spreadsheet(data):
        text = text_of(data, decoded).replace("\r\n", "\n").replace("\r", "\n")
        return [table(text, GRAPH)]
    from ingest.listing import spreadsheet

    found = spreadsheet.tables(path, GRAPH)
    if not found:
        raise NotAList("no_header")
    return found


def _to_json(found: Table, filename: str) -> dict[str, Any]:
    """Without what is empty."""
    rows = [
        [
            row.number,
            {name: value for name, value in row.cells.items() if value},
            [[flaw.column, flaw.code] for flaw in row.flaws],
        ]
        for row in found.rows
    ]
    place = found.title or filename
    return {"place": place, "header": found.header, "columns": found.columns, "rows": rows}


def _understood(told: Any) -> list[Read] | NotAList:
    if "problem" in told:
        return problem_from_json(told)
    tables = told.get("tables")
    if not isinstance(tables, list):
        raise wire.Nonsense("no tables")
    return [_table(each) for each in tables]


def _table(told: Any) -> Read:
    try:
        place, header, rows = told["place"], told["header"], told["rows"]
        columns = tuple(_text(name) for name in told["columns"])
        read = [_row(row, columns) for row in rows]
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise wire.Nonsense("no table") from error
    sheet = sheet_of(columns)
    if sheet is None or type(header) is not int or len(read) > MOST_ROWS:
        raise wire.Nonsense("no table")
    return Read(sheet, _text(place), header, columns, read)


def _row(told: Any, columns: tuple[str, ...]) -> Row:
    number, cells, flaws = told
    if type(number) is not int or number < 1 or not set(cells) <= set(columns):
        raise wire.Nonsense("no row")
    found = tuple(Flaw(column, code) for column, code in flaws)
    if any(each.column not in columns or each.code not in CELL_PROBLEMS for each in found):
        raise wire.Nonsense("no flaw")
    return Row(number, {name: unguarded(_text(value)) for name, value in cells.items()}, found)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_CELL:
        raise wire.Nonsense("no cell")
    return parsing.NOT_STORABLE.sub("\ufffd", value)


def _unheard(share: float) -> None:
    """A list is read before anybody could look."""
