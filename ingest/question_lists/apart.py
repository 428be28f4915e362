"""Reads a list of questions in a process apart, like any file of strangers: XLSX, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.listing.apart import Form, is_spreadsheet, rows_apart, rows_told, text_of
from ingest.listing.delimited import table
from ingest.listing.table import Flaw, Layout, NotAList, Row, code_of, filled, tidy
from ingest.parsing.document import Progress
from ingest.parsing.encoding import decode

COLUMNS = ("question", "language", "kind", "source", "file", "passage", "contains")
MOST_ROWS = 2_000
LONGEST_CELL = 4_000
UNANSWERABLE = "unanswerable"


def read_questions(path: Path, filename: str) -> list[Row]:
    """Raises `NotAList`, and `Unreadable` where the process that reads gave up."""
    form = Form(COLUMNS, MOST_ROWS, LONGEST_CELL)
    return rows_apart("ingest.question_lists.apart", path, filename, form)


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    return rows_told(lambda: _read(path))


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """Which column stands where; others are passed over. Raises `NotAList`."""
    found: dict[int, str] = {}
    for at, told in enumerate(header):
        code = code_of(told).lower()
        if code in found.values():
            raise NotAList("doubled_column", column=code)
        if code in COLUMNS:
            found[at] = code
    if "question" not in found.values():
        raise NotAList("no_header")
    return found


QUESTIONS = Layout(columns_of, tidy, MOST_ROWS, LONGEST_CELL, whole_row="question")


def _read(path: Path) -> list[Row]:
    data = path.read_bytes()
    if is_spreadsheet(data):
        from ingest.listing import spreadsheet

        sheets = spreadsheet.tables(path, QUESTIONS)
        if len(sheets) > 1:
            raise NotAList("several_lists")
        rows = sheets[0].rows if sheets else []
    else:
        rows = _of_text(text_of(data, decode))
    if not rows:
        raise NotAList("no_rows")
    return rows


def _of_text(text: str) -> list[Row]:
    if text.lstrip()[:1] in ("[", "{"):
        return filled(rows_of_json(text), MOST_ROWS)
    return table(text, QUESTIONS).rows


def rows_of_json(text: str) -> Iterator[Row]:
    """An array of objects, or an object a line."""
    try:
        is_array = text.lstrip().startswith("[")
        told = json.loads(text) if is_array else map(json.loads, filter(str.strip, _lines(text)))
        for number, each in enumerate(told, start=1):
            yield _entry(number, each)
    except (ValueError, RecursionError) as error:
        raise NotAList("broken_list") from error


def _lines(text: str) -> list[str]:
    return text.split("\n")


def _entry(number: int, told: Any) -> Row:
    """What is null is left empty; a file or passage that is null says that nothing answers it."""
    if not isinstance(told, dict):
        raise NotAList("broken_list")
    values = {name: told[name] for name in COLUMNS if told.get(name) is not None}
    if any(name in told and told[name] is None for name in ("file", "passage")):
        values.setdefault("kind", UNANSWERABLE)
    flaws = [Flaw(n, "broken_entry") for n, v in values.items() if type(v) not in (str, int)]
    cells = {name: tidy(str(value)) for name, value in values.items()}
    flaws += [Flaw(name, "too_long") for name, value in cells.items() if len(value) > LONGEST_CELL]
    return Row(number, {n: v[:LONGEST_CELL] for n, v in cells.items()}, tuple(flaws))
