"""Passages that say the same are given once, under the highest authority, with the others named."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

from llm.folding import folded
from llm.found import Found, tie

# Not those that compare, negate or divide: ≥65 is not <65.
_SIGN = re.compile(r"""[\s,.;:!?()\[\]"'“”‘’、。《》*_#|]+""")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s,.;:]+(?=\d)")


def folded_together(found: Sequence[Found]) -> list[Found]:
    """In the place of the first of its like; `alike` names the others, by authority."""
    groups: dict[str, list[Found]] = {}
    for each in found:
        groups.setdefault(sense(each.passage.text), []).append(each)
    return [_one(group) for group in groups.values()]


def sense(text: str) -> str:
    """What is left when neither signs nor blanks count; numbers and words all do."""
    # A sign between two digits parts numbers: 1.5 is not 15.
    parted = _BETWEEN_DIGITS.sub("~", folded(text))
    return hashlib.sha256(_SIGN.sub("", parted).encode()).hexdigest()


def _one(group: Sequence[Found]) -> Found:
    best, *others = sorted(group, key=lambda each: tie(each.passage))
    return replace(
        best,
        score=max(each.score for each in group),
        alike=tuple(each.passage for each in others),
    )
