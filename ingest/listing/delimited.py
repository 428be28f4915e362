"""CSV, with commas, semicolons or tabs, in UTF-8, UTF-16 or what Excel writes in China."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ingest.listing.table import SOURCES, Flaw, Layout, NotAList, Row, Table, checked, filled

_SEPARATORS = ",;\t，"


def read(text: str) -> list[Row]:
    """Raises `NotAList`."""
    return checked(table(text, SOURCES).rows)


def table(text: str, layout: Layout) -> Table:
    """Raises `NotAList`, but not for a header without rows."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        header, width, columns = _header(lines, layout)
        rows = filled(_rows(lines, header, width, columns, layout), layout.most_rows)
    except csv.Error as error:
        raise NotAList("broken_list") from error
    return Table("", header, tuple(columns.values()), rows)


def _header(lines: Iterator[list[str]], layout: Layout) -> tuple[int, int, dict[int, str]]:
    """Its number, how many cells it has, and which columns these are."""
    for number, line in enumerate(lines, start=1):
        if any(cell.strip() for cell in line):
            return number, len(line), layout.columns_of([layout.tidy(cell) for cell in line])
    raise NotAList("no_header")


def _rows(
    lines: Iterator[list[str]], header: int, width: int, columns: dict[int, str], layout: Layout
) -> Iterator[Row]:
    tidy, most = layout.tidy, layout.longest_cell
    for number, line in enumerate(lines, start=header + 1):
        told = {name: tidy(line[at]) if at < len(line) else "" for at, name in columns.items()}
        flaws = [Flaw(name, "formula") for name, value in told.items() if _computes(value)]
        flaws += [Flaw(name, "too_long") for name, value in told.items() if len(value) > most]
        if any(cell.strip() for cell in line[width:]):
            flaws.append(Flaw(layout.whole_row or next(iter(told)), "beyond_header"))
        yield Row(number, {name: value[:most] for name, value in told.items()}, tuple(flaws))


def _computes(value: str) -> bool:
    return value[:1] == "=" or (value[:1] in {"+", "@"} and "(" in value)
