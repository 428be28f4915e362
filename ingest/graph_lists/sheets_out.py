"""Tables as one XLSX or as CSV files, in which nothing is computed and nothing is cut off."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from ingest.graph_lists.cells import guarded, unmistakable
from ingest.graph_lists.layout import MOST_ROWS, Sheet

Cells = dict[str, str]
WIDTH = 24


@dataclass(frozen=True)
class Out:
    sheet: Sheet
    columns: tuple[str, ...]
    rows: Iterator[Cells]


def write_workbook(path: Path, tables: Iterable[Out], most: int = MOST_ROWS) -> dict[str, int]:
    """A sheet for each table, and further ones for what is more than one may have."""
    book = Workbook(write_only=True)
    counts: dict[str, int] = {}
    for table in tables:
        for name, rows in _parts(table, most):
            sheet = book.create_sheet(name)
            sheet.freeze_panes = "A2"
            for at in range(1, len(table.columns) + 1):
                sheet.column_dimensions[get_column_letter(at)].width = WIDTH
            sheet.append([_head(sheet, column) for column in table.columns])
            counts[name] = 0
            for row in rows:
                sheet.append([_text(sheet, row.get(column, "")) for column in table.columns])
                counts[name] += 1
    with _whole(path) as part:
        book.save(part)
    return counts


def write_folder(path: Path, tables: Iterable[Out], most: int = MOST_ROWS) -> dict[str, int]:
    """In UTF-8 with a mark, by which Excel knows it."""
    path.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    for table in tables:
        for name, rows in _parts(table, most):
            with _whole(path / f"{name}.csv") as part:
                counts[name] = _write_csv(part, table.columns, rows)
    return counts


def _parts(table: Out, most: int) -> Iterator[tuple[str, Iterator[Cells]]]:
    """One at least, and so many rows in each; the next is asked for when one is gone through."""
    rows = table.rows
    for number in count(1):
        yield (table.sheet if number == 1 else f"{table.sheet} {number}"), islice(rows, most)
        following = next(rows, None)
        if following is None:
            return
        rows = chain([following], rows)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Another name to write under, so that nobody finds a half."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterator[Cells]) -> int:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        written = 0
        for row in rows:
            lines.writerow([guarded(row.get(column, "")) for column in columns])
            written += 1
    return written


def _head(sheet: Any, column: str) -> Any:
    cell = WriteOnlyCell(sheet, column)
    cell.font = Font(bold=True)
    return cell


def _text(sheet: Any, value: str) -> Any:
    """Text, whatever it looks like, and text still when somebody has edited it."""
    if not value:
        return None
    cell = WriteOnlyCell(sheet, unmistakable(value))
    cell.data_type, cell.number_format, cell.quotePrefix = "s", "@", True
    return cell
