"""Rows of a table that name the rows below them, as "Second generation" over its drugs."""

from __future__ import annotations

from collections.abc import Sequence

# What is longer than this says something itself.
_LONGEST = 60
# Where more of the rows are of one text than this share, that is how the table is filled.
_MOST = 0.4


def names_of(rows: Sequence[Sequence[str]]) -> list[bool]:
    """Which of a table's body rows are names of a group."""
    names = [_is_name(row) for row in rows]
    return names if sum(names) <= _MOST * len(names) else [False] * len(names)


def name_at_end(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """The name under which a table goes on after these rows: one row, or none."""
    over: tuple[tuple[str, ...], ...] = ()
    for row, name in zip(rows, names_of(rows), strict=True):
        over = (row,) if name else () if may_end_group(row) else over
    return over


def may_end_group(row: Sequence[str]) -> bool:
    """Whether the row may name a group too, so that nobody can tell under which the next stand.

    A name that is wrong is worse than none: under "inhibitors" a drug would become one.
    """
    filled = [bool(cell.strip()) for cell in row]
    return len(row) > 2 and filled[0] and not filled[1]  # noqa: PLR2004


def _is_name(row: Sequence[str]) -> bool:
    """One text over all columns, or in the first column alone."""
    filled = [cell for cell in row if cell.strip()]
    alone = len(row) > 1 and len(filled) in (1, len(row)) and len(set(filled)) == 1
    return alone and bool(row[0].strip()) and len(row[0]) <= _LONGEST
