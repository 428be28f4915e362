"""Spreadsheets of Excel: the sheet with our header, cell by cell, nothing computed."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from ingest.listing.table import SOURCES, Flaw, Layout, NotAList, Row, Table, checked, filled
from ingest.parsing import archive
from ingest.parsing.document import Unreadable

_BROKEN = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError)
# The header stands in one of the first rows, below a heading if there is one.
_HEADER_WITHIN = 10
_MOST_COLUMNS = 100
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
# Cells under merged ones: more than any list that people type.
_MOST = 100_000
# Beyond it a sheet's number has lost digits, and what it shows is not what was typed.
_EXACT = 1e15


# A sheet, the row of its header, and which column is which.
Headed = tuple[Any, int, dict[int, str]]


def read(path: Path) -> list[Row]:
    """The one list in it. Of two, or of one that is hidden, nothing is taken unseen."""
    with _book(path, SOURCES.most_rows) as book:
        lists = [found for sheet in book.worksheets if (found := _headed(sheet, SOURCES))]
        if not lists:
            raise NotAList("no_header")
        with_rows = [found for found in lists if found[0].max_row > found[1]]
        if len(with_rows) > 1:
            raise NotAList("several_lists")
        return checked(_rows_shown((with_rows or lists)[0], SOURCES))


def tables(path: Path, layout: Layout) -> list[Table]:
    """Every sheet that has such a header. Raises `NotAList` where one of them is hidden."""
    with _book(path, layout.most_rows) as book:
        found = [each for sheet in book.worksheets if (each := _headed(sheet, layout))]
        return [
            Table(
                str(each[0].title),
                each[1],
                tuple(each[2].values()),
                filled(_rows_shown(each, layout), layout.most_rows),
            )
            for each in found
        ]


@contextmanager
def _book(path: Path, most_rows: int) -> Iterator[Any]:
    """Raises `NotAList`, also for what is only found while its cells are looked at."""
    try:
        with archive.opened(path) as opened:
            if not any(name.lower() == "xl/workbook.xml" for name in opened.names()):
                raise NotAList("not_a_list")
            _refuse_tricks(opened)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Opened by us: a path must end in .xlsx for openpyxl, and what was sent lies elsewhere.
            with path.open("rb") as file:
                _refuse_long(file, most_rows)
            with path.open("rb") as file:
                yield load_workbook(file, data_only=False, keep_links=False)
    except Unreadable as error:
        code = "encrypted_list" if error.code == "encrypted_file" else "broken_list"
        raise NotAList(code) from error
    except _BROKEN as error:
        raise NotAList("broken_list") from error


def _refuse_tricks(opened: archive.Archive) -> None:
    """Entities, and merged cells that would be made one by one until memory is full."""
    for name in opened.names():
        if not name.lower().endswith((".xml", ".rels")):
            continue
        data = opened.read(name) or b""
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise NotAList("broken_list")
        spans = (range_boundaries(ref.decode()) for ref in _MERGED.findall(data))
        if sum((right - left + 1) * (low - top + 1) for left, top, right, low in spans) > _MOST:
            raise NotAList("merged_whole")


def _refuse_long(file: IO[bytes], most: int) -> None:
    """Before all cells are held in memory: a list of too many rows is counted and let go."""
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        for sheet in book.worksheets:
            held = 0
            for row in sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True):
                held += any(value not in (None, "") for value in row)
                if held > most + _HEADER_WITHIN:
                    raise NotAList("too_many_rows", most=most)
    finally:
        book.close()


def _rows_shown(headed: Headed, layout: Layout) -> Iterator[Row]:
    if headed[0].sheet_state != "visible":
        raise NotAList("hidden_list")
    return _rows(headed, layout)


def _headed(sheet: Any, layout: Layout) -> Headed | None:
    for at in range(1, min(sheet.max_row, _HEADER_WITHIN) + 1):
        cells = sheet[at]
        header = [_plain(cell.value, layout) for cell in cells[:_MOST_COLUMNS]]
        try:
            columns = layout.columns_of(header)
        except NotAList as reason:
            if reason.code != "no_header":
                raise
            continue
        if any(cell.value not in (None, "") for cell in cells[_MOST_COLUMNS:]):
            raise NotAList("too_many_columns", most=_MOST_COLUMNS)
        return sheet, at, columns
    return None


def _hidden_columns(sheet: Any) -> set[int]:
    """From 0. A run of columns is kept under the first of them."""
    runs = [each for each in sheet.column_dimensions.values() if each.hidden]
    return {at for each in runs for at in range(each.min - 1, min(each.max, _MOST_COLUMNS))}


def _rows(headed: Headed, layout: Layout) -> Iterator[Row]:
    sheet, header, columns = headed
    whole_row = layout.whole_row or next(iter(columns.values()))
    merged = {
        (row, column)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row, min(span.max_row, sheet.max_row) + 1)
        for column in range(span.min_col, min(span.max_col, _MOST_COLUMNS) + 1)
    }
    hidden = _hidden_columns(sheet)
    # No further: a cell that is asked for and not there is made.
    for cells in sheet.iter_rows(min_row=header + 1, max_col=max(columns) + 1):
        number = cells[0].row
        told: dict[str, str] = {}
        flaws: list[Flaw] = []
        for at, column in columns.items():
            cell = cells[at] if at < len(cells) else None
            told[column], code = _cell(cell, layout)
            if (number, at + 1) in merged:
                code = "merged"
            if at in hidden and told[column]:
                code = code or "hidden_column"
            if code:
                flaws.append(Flaw(column, code))
        if any(told.values()) and sheet.row_dimensions[number].hidden:
            flaws.append(Flaw(whole_row, "hidden_row"))
        yield Row(number, told, tuple(flaws))


def _cell(cell: Any, layout: Layout) -> tuple[str, str]:
    """What a cell holds, and what is wrong with it."""
    value = getattr(cell, "value", None)
    kind = getattr(cell, "data_type", "n")
    text = _plain(value, layout)
    if kind == "f":
        return text or "=", "formula"
    if kind == "e":
        return text, "cell_error"
    if isinstance(value, date | datetime | time):
        return text, "date"
    most = layout.longest_cell
    return (text, "") if len(text) <= most else (text[:most], "too_long")


def _plain(value: object, layout: Layout) -> str:
    """An ISBN that the sheet took for a number comes without a point and without an exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return layout.tidy(str(value))[: layout.longest_cell + 1]
