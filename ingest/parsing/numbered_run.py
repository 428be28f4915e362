"""Headings like “1 范围” of standards, known only by what they are together: an ascending run."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.parsing.headings import rank, short

# A number without a point: with one it is far more often an item of a list.
_SINGLE = re.compile(r"(\d{1,2})[ \t\u3000]+(?=[^\W\d_])")
_FEWEST = 3


def ascending(parts: Sequence[str]) -> set[int]:
    """Which parts of a text begin with a heading of its longest run 1, 2, 3 …; none of a short run.

    Lines right under each other are a list or a table of contents, and in no run.
    """
    numbers = [_number(part) for part in parts]
    bare = [
        number if "\n" not in part.strip() else 0
        for number, part in zip(numbers, parts, strict=True)
    ]
    for at, number in enumerate(bare):
        near = bare[max(0, at - 1) : at] + bare[at + 1 : at + 2]
        numbers[at] = 0 if number and any(near) else numbers[at]
    runs = [_run(numbers, at) for at, number in enumerate(numbers) if number == 1]
    longest = max(runs, key=len, default=[])
    return set(longest) if len(longest) >= _FEWEST else set()


def _run(numbers: Sequence[int], start: int) -> list[int]:
    found: list[int] = []
    for at in range(start, len(numbers)):
        if numbers[at] == len(found) + 1:
            found.append(at)
    return found


def _number(part: str) -> int:
    """The number of the heading that a part begins with; 0 where it begins with none."""
    first, second = [*part.strip().split("\n"), ""][:2]
    found = _SINGLE.match(first.strip())
    is_heading = found and short(first.strip()) and rank(first.strip()) is not None
    return int(found[1]) if found and is_heading and not _SINGLE.match(second.strip()) else 0
