"""CSV, with commas, semicolons or tabs, in UTF-8, UTF-16 or what Excel writes in China."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ingest.listing.table import LONGEST_CELL, Flaw, NotAList, Row, checked, columns_of, tidy

_SEPARATORS = ",;\t，"


def read(text: str) -> list[Row]:
    """Raises `NotAList`."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return checked(_rows(lines))
    except csv.Error as error:
        raise NotAList("broken_list") from error


def _rows(lines: Iterator[list[str]]) -> Iterator[Row]:
    columns: dict[int, str] | None = None
    for number, line in enumerate(lines, start=1):
        if columns is None:
            if any(cell.strip() for cell in line):
                columns = columns_of([tidy(cell) for cell in line])
            continue
        told = {name: tidy(line[at]) if at < len(line) else "" for at, name in columns.items()}
        flaws = [Flaw(name, "formula") for name, value in told.items() if _computes(value)]
        flaws += [Flaw(n, "too_long") for n, value in told.items() if len(value) > LONGEST_CELL]
        yield Row(number, {n: v[:LONGEST_CELL] for n, v in told.items()}, tuple(flaws))
    if columns is None:
        raise NotAList("no_header")


def _computes(value: str) -> bool:
    return value[:1] == "=" or (value[:1] in {"+", "@"} and "(" in value)
