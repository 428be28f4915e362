"""The rows of a table as a passage has it: lines of cells between bars, the head first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Row:
    """Characters `start` to `end` of the passage; each cell but the first with the head over it."""

    start: int
    end: int
    first: str
    cells: tuple[tuple[str, str], ...]


def rows_of(text: str) -> Iterator[Row]:
    """Without the head, and without rows of another width."""
    head: list[str] = []
    before, start = "", 0
    for line in text.split("\n"):
        end = start + len(line)
        if _RULE.fullmatch(line.strip()):
            head = _cells(before)
        elif head and line.startswith("|") and len(_cells(line)) == len(head):
            first, *others = _cells(line)
            yield Row(start, end, first, tuple(zip(head[1:], others, strict=True)))
        before, start = line, end + 1


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in _BAR.split(line.strip())[1:-1]]
