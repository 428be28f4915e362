"""Short lines that each begin with a label, one under another: lines that were meant."""

from __future__ import annotations

import re

_LABELLED = re.compile(
    r"[ \t\u3000>*-]*[^\W\d_][^\n:：，。；！？,;.!?|（）()]{0,23}[:：](?!//)[ \t\u3000]*\S"
)
_LONGEST = 100


def are_labelled(above: str, below: str) -> bool:
    """Whether both lines are like “发布日期：2024-05-01”, so that the break between them stays."""
    return _is_labelled(above) and _is_labelled(below)


def apart(text: str) -> list[str]:
    """The text, parted between such lines; all other breaks stay in it."""
    parts: list[str] = []
    above = ""
    for line in text.split("\n"):
        if parts and not are_labelled(above, line):
            parts[-1] += f"\n{line}"
        else:
            parts.append(line)
        above = line
    return parts


def _is_labelled(line: str) -> bool:
    return len(line.strip()) <= _LONGEST and _LABELLED.match(line) is not None
