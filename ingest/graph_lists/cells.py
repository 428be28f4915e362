"""How a cell is written so that no spreadsheet computes it, and how what is in it is told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# What a spreadsheet takes for the beginning of a formula, and white space that it looks behind.
_COMPUTES = frozenset("=+-@＝＋－＠\t\r\n")
_APOSTROPHE = "'"
_PARTS = re.compile(r"(?:[^;；\n\\]|\\.?)+", re.DOTALL)
_PARTING, _ESCAPED = re.compile(r"([;；\\])"), r"\\\1"


def guarded(value: str) -> str:
    """For CSV: an apostrophe before what would be computed. `unguarded` gives the value back."""
    return _APOSTROPHE + value if value[:1] in _COMPUTES else unmistakable(value)


def unmistakable(value: str) -> str:
    """For a cell that is text by itself: no apostrophe in it is taken for that of `guarded`."""
    return _APOSTROPHE + value if _is_guarded(value) else value


def unguarded(value: str) -> str:
    return value[1:] if _is_guarded(value) else value


def codes_in(cell: str) -> Iterator[tuple[str, str]]:
    """Each with its system before the colon, in small letters; empty where there is no colon."""
    for part in _PARTS.findall(cell):
        told = re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).strip()
        if told:
            yield code_in(told)


def code_in(told: str) -> tuple[str, str]:
    """The system and the code of “ATC:B01AC06”; whatever has no colon has no system."""
    system, *code = re.split("[:：]", told, maxsplit=1)
    return (system.strip().lower(), code[0].strip()) if code else ("", told)


def codes_cell(codes: Iterable[tuple[str, str]]) -> str:
    """What `codes_in` reads back."""
    return "; ".join(f"{system}:{_PARTING.sub(_ESCAPED, code)}" for system, code in codes)


def _is_guarded(value: str) -> bool:
    return value[:1] == _APOSTROPHE and (value[1:2] in _COMPUTES or value[1:2] == _APOSTROPHE)
