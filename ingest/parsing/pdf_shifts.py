"""Raised and lowered letters of a line, told by size and baseline: 10⁵ never reads as 105."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.parsing.superscripts import lowered, raised

# Shares of the size of the letters beside it: how small a shifted letter is, and how far off
# the baseline. What is smaller still stands beside a letter that opens a chapter.
_SMALLEST, _LARGEST = 0.4, 0.82
_LEAST_RAISED, _LEAST_LOWERED, _MOST = 0.15, 0.08, 0.9
# Words of more letters than this are text that happens to be set small.
_LONGEST_WORDS = 12
_WORDS = re.compile(r"[^\W\d_]")
# Brackets part a note's number from a figure already, and sentences are told to end before it.
_OPEN = tuple("[［〔")
_BRACKETED = re.compile(r"[\[［〔].*|.*[\]］〕]")
# A sign alone is a charge or a kind of cell, as in "CD4⁺"; between figures or drugs it is a sign
# that the typesetter set too high.
_SIGN = re.compile(r"[+\-−–]")
_CARRIES_SIGN = re.compile(r"[A-Za-z]\d{0,3}$")


@dataclass(slots=True)
class Part:
    """Letters of a run that stand side by side in one size on one baseline."""

    text: str
    size: float
    baseline: float

    def is_like(self, size: float, baseline: float) -> bool:
        near = abs(self.baseline - baseline) < _LEAST_LOWERED / 2 * max(self.size, size)
        return near and abs(self.size - size) < 1


def text_of(parts: Sequence[Part], size: float, baseline: float, before: str = "") -> str:
    """The parts as they read beside letters of this size on this baseline; `before` is what
    stands before them on the line."""
    text = ""
    for shift, group in groupby(parts, lambda part: _shift(part, size, baseline)):
        text += _shown("".join(part.text for part in group), shift, before + text)
    return text


def _shift(part: Part, size: float, baseline: float) -> int:
    """1 for raised, -1 for lowered, else 0."""
    if not _SMALLEST * size <= part.size <= _LARGEST * size:
        return 0
    up = (baseline - part.baseline) / size
    if _LEAST_RAISED < up < _MOST:
        return 1
    return -1 if _LEAST_LOWERED < -up < _MOST else 0


def _shown(text: str, shift: int, before: str) -> str:
    core = text.strip()
    if not shift or not core or not _is_shifted(core, before):
        return text
    shown = raised(core) if shift > 0 else lowered(core)
    if shown[0] in "^_" and not _is_parted(shift, before):
        return text
    return text.replace(core, shown)


def _is_shifted(core: str, before: str) -> bool:
    if _BRACKETED.fullmatch(core) or before.endswith(_OPEN):
        return False
    if _SIGN.fullmatch(core):
        return bool(_CARRIES_SIGN.search(before))
    return len(core) <= _LONGEST_WORDS or not _WORDS.search(core)


def _is_parted(shift: int, before: str) -> bool:
    """Whether what has no raised or lowered form must be kept from fusing with what it follows:
    a lowered figure with a figure only, for "PM2.5" says what is meant."""
    last = before[-1:]
    return last.isalnum() if shift > 0 else last.isdecimal()
