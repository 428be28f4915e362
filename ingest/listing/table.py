"""What every list is read as: rows of cells under the stable names of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NUMBERS = (
    "document_number",
    "approval_number",
    "ndc",
    "spl_set_id",
    "registration_number",
    "standard_number",
    "doi",
    "pmid",
    "isbn",
    "issn",
    "guideline_registration",
    "local_number",
)
FLAGS = ("may_serve", "may_quote", "may_train")
COLUMNS = (
    *("title", "source_class", "issuer", "language", "department", "licence_text"),
    *FLAGS,
    *NUMBERS,
)
NEEDED = ("title",)
MOST_ROWS = 2_000
LONGEST_CELL = 2_000

# Why a list cannot be read, and why a cell of it cannot.
PROBLEMS = frozenset(
    {
        "no_header",
        "doubled_column",
        "no_rows",
        "too_many_rows",
        "old_spreadsheet",
        "encrypted_list",
        "not_a_list",
        "broken_list",
        "wrong_encoding",
        "zero_bytes",
        "merged_whole",
        "several_lists",
        "hidden_list",
        "too_many_columns",
    }
)
CELL_PROBLEMS = frozenset(
    {
        *("formula", "cell_error", "date", "merged", "hidden_row", "hidden_column", "too_long"),
        *("broken_entry", "beyond_header"),
    }
)


class NotAList(Exception):
    """The whole of it cannot be taken. The code belongs to a closed list."""

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a cell before anything is known of what it should hold."""

    column: str
    code: str


@dataclass(frozen=True)
class Row:
    """`number` is that of the row in the sheet, or of the entry in the file, from 1."""

    number: int
    cells: Mapping[str, str]
    flaws: tuple[Flaw, ...] = field(default=())


@dataclass(frozen=True)
class Table:
    """One sheet, or one file of text. `header` is the number of the row with its columns."""

    title: str
    header: int
    columns: tuple[str, ...]
    rows: list[Row]


@dataclass(frozen=True)
class Layout:
    """What a table may be: `columns_of` finds the columns in a header or raises `NotAList`, `tidy`
    is done to each cell. What is wrong with a whole row is told at the column `whole_row`, or at
    the first where that is empty.
    """

    columns_of: Callable[[Sequence[str]], dict[int, str]]
    tidy: Callable[[str], str]
    most_rows: int
    longest_cell: int
    whole_row: str = ""


_CODE = re.compile(r"[\[［(（]\s*([a-z_]+)\s*[\]］)）]\s*\*?\s*$")


def code_of(told: str) -> str:
    """The stable code in “标题 [title]”, or the text itself."""
    found = _CODE.search(told.strip())
    return found[1] if found else told.strip()


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """Which column stands where. Others are passed over. Raises `NotAList`."""
    found: dict[int, str] = {}
    for at, told in enumerate(header):
        code = code_of(told).lower()
        if code in found.values():
            raise NotAList("doubled_column", column=code)
        if code in COLUMNS:
            found[at] = code
    if not set(NEEDED) <= set(found.values()):
        raise NotAList("no_header")
    return found


def checked(rows: Iterable[Row]) -> list[Row]:
    """The rows that hold anything. Raises `NotAList` for none or too many."""
    found = filled(rows, MOST_ROWS)
    if not found:
        raise NotAList("no_rows")
    return found


def filled(rows: Iterable[Row], most: int) -> list[Row]:
    """The rows that hold anything. Raises `NotAList` for too many."""
    kept: list[Row] = []
    for row in rows:
        if any(row.cells.values()) or row.flaws:
            kept.append(row)
        if len(kept) > most:
            raise NotAList("too_many_rows", most=most)
    return kept


def tidy(value: str) -> str:
    """On one line, without the apostrophe by which a cell was kept text."""
    text = re.sub(r"\s+", " ", value.replace("\ufeff", "").replace("\u200b", "")).strip()
    return text[1:] if text[:1] == "'" and text[1:2].isalnum() else text


SOURCES = Layout(columns_of, tidy, MOST_ROWS, LONGEST_CELL, whole_row="title")
