"""Numbers of rows as an address or a form says them; whatever else was said is none."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_DIGITS = 18  # more are no number that a column could hold


def number_of_row(said: str) -> int:
    """0, which no row has, where it is no number."""
    is_number = said.isascii() and said.isdecimal() and len(said) <= _MOST_DIGITS
    return int(said) if is_number else 0


def numbers_of_rows(said: Iterable[str]) -> list[int]:
    """Those among them that are numbers, in their order."""
    return [number for each in said if (number := number_of_row(each))]
