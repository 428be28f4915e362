"""The three tables: their columns, by which they are known, and how far they may go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from ingest.listing.table import Layout, NotAList


class Sheet(StrEnum):
    """In the order in which they are checked."""

    CONCEPTS = "concepts"
    NAMES = "names"
    RELATIONS = "relations"


COLUMNS: dict[Sheet, tuple[str, ...]] = {
    Sheet.CONCEPTS: ("key", "type", "name_zh", "name_en", "codes"),
    Sheet.NAMES: ("concept", "language", "name"),
    Sheet.RELATIONS: ("subject", "type", "object", "passage", "words", "place"),
}
# With these a table is that one; `concepts` needs one of the names besides.
NEEDED: dict[Sheet, frozenset[str]] = {
    Sheet.RELATIONS: frozenset({"subject", "type", "object"}),
    Sheet.NAMES: frozenset({"concept", "language", "name"}),
    Sheet.CONCEPTS: frozenset({"type"}),
}
NAME_COLUMNS = {"zh": "name_zh", "en": "name_en"}
# Before the code of a qualifier that is called like another column.
QUALIFIER = "qualifier."
MOST_ROWS = 100_000
# Of a cell in Excel, which cuts off what is beyond it.
LONGEST_CELL = 32_767
_CODE = re.compile(r"[\[［(（]\s*([\w.]+)\s*[\]］)）]\s*\*?$")


def sheet_of(columns: Sequence[str]) -> Sheet | None:
    """Which of the tables has such a header; None where none has."""
    there = set(columns)
    fitting = [sheet for sheet, needed in NEEDED.items() if needed <= there]
    if fitting[:1] == [Sheet.CONCEPTS] and not there & set(NAME_COLUMNS.values()):
        return None
    return fitting[0] if fitting else None


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """Every column, also one without a name, so that nothing in it goes unseen.

    “剂量 [dose]” is `dose`. Raises `NotAList`.
    """
    found: dict[int, str] = {}
    for at, told in enumerate(header):
        code = _code_of(told) or f"column {at + 1}"
        if code in found.values():
            raise NotAList("doubled_column", column=code)
        found[at] = code
    if sheet_of(list(found.values())) is None:
        raise NotAList("no_header")
    return found


def _code_of(told: str) -> str:
    told = told.strip()
    found = _CODE.search(told)
    return (found[1] if found else told).lower()


def as_it_stands(cell: str) -> str:
    return cell


# Cells stay as they stand: what is hidden in a name is to be seen, and words are quoted exactly.
GRAPH = Layout(columns_of, as_it_stands, MOST_ROWS, LONGEST_CELL)
