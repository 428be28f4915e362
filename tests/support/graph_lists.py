"""Lists of the graph for tests: written as CSV or XLSX, checked, brought in, applied."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from governance.models import Account, ChangeSet
from ingest.graph_lists.apart import Read
from ingest.graph_lists.checking import DryRun, bring_in, dry_run
from ingest.graph_lists.layout import COLUMNS, Sheet
from ingest.listing.table import Row

Rows = Sequence[Mapping[str, Any]]


def columns_of(sheet: str, rows: Rows) -> list[str]:
    return list(dict.fromkeys([*COLUMNS[Sheet(sheet)], *(name for row in rows for name in row)]))


def table(sheet: str, rows: Rows) -> Read:
    """As if it had been read, the first row below the header being 2."""
    told = [
        Row(number, {name: str(value) for name, value in row.items() if value != ""})
        for number, row in enumerate(rows, start=2)
    ]
    return Read(Sheet(sheet), sheet, 1, tuple(columns_of(sheet, rows)), told)


def checked(**sheets: Rows) -> DryRun:
    return dry_run([table(sheet, rows) for sheet, rows in sheets.items()])


def brought(by: Account, **sheets: Rows) -> ChangeSet:
    run = checked(**sheets)
    assert run.findings == []
    return bring_in(run=run, title="Lists", by=by)


def as_csv(sheet: str, rows: Rows) -> str:
    columns = columns_of(sheet, rows)
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(columns)
    lines.writerows([row.get(column, "") for column in columns] for row in rows)
    return out.getvalue()


def as_workbook(path: Path, **sheets: Rows) -> Path:
    book = Workbook()
    book.remove(book.active)
    for sheet, rows in sheets.items():
        made = book.create_sheet(sheet)
        columns = columns_of(sheet, rows)
        made.append(columns)
        for row in rows:
            made.append([row.get(column, "") or None for column in columns])
    book.save(path)
    return path


def found(run: DryRun) -> list[tuple[str, int, str]]:
    """Where something is wrong: sheet, row, column."""
    return [(each.place, each.row, each.column) for each in run.findings]
