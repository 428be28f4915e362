"""Reads a list of questions in a process apart, like any file of strangers: XLSX, CSV or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest import parsing, wire
from ingest.listing.apart import is_spreadsheet, problem_from_json, text_of
from ingest.listing.delimited import table
from ingest.listing.table import CELL_PROBLEMS, Flaw, Layout, NotAList, Row, code_of, filled, tidy
from ingest.parsing.document import Progress
from ingest.parsing.encoding import decode
from ingest.sandbox import Limits, work_apart

COLUMNS = ("question", "language", "kind", "source", "file", "passage", "contains")
MOST_ROWS = 2_000
LONGEST_CELL = 4_000
LIMITS = Limits(memory=2**30, cpu_seconds=60, seconds=90, answer=64 * 2**20)
UNANSWERABLE = "unanswerable"


def read_questions(path: Path, filename: str) -> list[Row]:
    """Raises `NotAList`, and `Unreadable` where the process that reads gave up."""
    answer = work_apart(
        "ingest.question_lists.apart", path, filename, _understood, limits=LIMITS, progress=_unheard
    )
    if isinstance(answer, NotAList):
        raise answer
    return answer


def answer(path: Path, filename: str, progress: Progress) -> dict[str, Any]:
    """In the child."""
    try:
        return {"rows": [asdict(row) for row in _read(path)]}
    except NotAList as reason:
        return {"problem": reason.code, "facts": reason.facts}


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


def _understood(told: Any) -> list[Row] | NotAList:
    if "problem" in told:
        return problem_from_json(told)
    rows = told.get("rows")
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise wire.Nonsense("no rows")
    return [_row(each) for each in rows]


def _row(told: Any) -> Row:
    try:
        number, flaws = told["number"], tuple(Flaw(**flaw) for flaw in told["flaws"])
        cells = {name: _cell(name, value) for name, value in told["cells"].items()}
    except (TypeError, KeyError, AttributeError) as error:
        raise wire.Nonsense("no row") from error
    known = all(each.column in COLUMNS and each.code in CELL_PROBLEMS for each in flaws)
    if type(number) is not int or number < 1 or not known:
        raise wire.Nonsense("no row")
    return Row(number, cells, flaws)


def _cell(name: Any, value: Any) -> str:
    if name not in COLUMNS or not isinstance(value, str) or len(value) > LONGEST_CELL:
        raise wire.Nonsense("no cell")
    return parsing.NOT_STORABLE.sub("\ufffd", value)


def _unheard(share: float) -> None:
    """A list is read before anybody could look."""
