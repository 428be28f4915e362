"""Tables of a DOCX as rows in which each cell says all that it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.docx_styles import attribute, child, on
from ingest.parsing.grid import MOST_COLUMNS, Cell, Grid, expand
from ingest.parsing.markup import local

_MOST_HEADER_ROWS = 4
_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "customXml"})


@dataclass(frozen=True)
class Reading:
    """How a cell's content is read, and where it is counted what was left out."""

    text: Callable[[etree._Element], str]
    left: Counter[str]


@dataclass(frozen=True)
class _Row:
    cells: list[Cell]
    header: bool
    continues: frozenset[int]
    """The columns in which the cell above goes on."""


def table(element: etree._Element, reading: Reading) -> Grid:
    """Cells that were deleted with change tracking are gone; their row is counted."""
    rows: list[_Row] = []
    above: dict[int, str] = {}
    for tr in _within(element, "tr"):
        properties = child(tr, "trPr")
        if properties is not None and child(properties, "del") is not None:
            reading.left["tracked_changes_taken"] += 1
            continue
        rows.append(_row(tr, above, reading))
    return expand([row.cells for row in rows], _header(rows))


def _within(element: etree._Element, name: str) -> Iterator[etree._Element]:
    for each in element:
        if local(each) == name:
            yield each
        elif local(each) in _WRAPPERS:
            yield from _within(each, name)


def _row(tr: etree._Element, above: dict[int, str], reading: Reading) -> _Row:
    """One row. `above` holds what each column's cell says, and is brought up to date."""
    properties = child(tr, "trPr")
    skipped = _count(properties, "gridBefore", 0)
    cells = [Cell("", across=skipped)] if skipped else []
    continues: set[int] = set()
    column = skipped
    for tc in _within(tr, "tc"):
        cell_properties = child(tc, "tcPr")
        across = _count(cell_properties, "gridSpan", 1)
        if _goes_on(cell_properties):
            continues.add(column)
            text = above.get(column, "")
        else:
            text = reading.text(tc)
        above |= dict.fromkeys(range(column, column + across), text)
        cells.append(Cell(text, across))
        column += across
    return _Row(cells, on(properties, "tblHeader"), frozenset(continues))


def _goes_on(properties: etree._Element | None) -> bool:
    merged = child(properties, "vMerge") if properties is not None else None
    return merged is not None and attribute(merged, "val") != "restart"


def _count(properties: etree._Element | None, name: str, otherwise: int) -> int:
    found = child(properties, name) if properties is not None else None
    value = attribute(found, "val") if found is not None else ""
    return min(int(value), MOST_COLUMNS) if value.isdecimal() and int(value) else otherwise


def _header(rows: list[_Row]) -> int:
    """Rows that the file marks as repeating; else the first, and what hangs down from it."""
    marked = next((at for at, row in enumerate(rows) if not row.header), len(rows))
    if marked:
        return marked if marked < len(rows) else min(1, len(rows) - 1)
    most = min(len(rows) - 1, _MOST_HEADER_ROWS)
    height = 2 if rows and any(cell.across > 1 for cell in rows[0].cells) else 1
    while height < most and _hangs_from_top(rows, height):
        height += 1
    return max(0, min(height, most))


def _hangs_from_top(rows: list[_Row], at: int) -> bool:
    columns = rows[at].continues
    return any(all(column in row.continues for row in rows[1:at]) for column in columns)
