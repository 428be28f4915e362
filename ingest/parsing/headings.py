"""Headings that nothing marks as such, known by their numbering, and the levels numbering gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.parsing.document import Block
from ingest.parsing.grid import caption

_CHINESE = "一二三四五六七八九十百零〇"
_RANKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        1,
        re.compile(
            rf"第[{_CHINESE}\d]+[篇章部编]|第[{_CHINESE}\d]+部分|(?:Part|Chapter)\s+[\dIVX]+\b"
        ),
    ),
    (2, re.compile(rf"第[{_CHINESE}\d]+节")),
    (3, re.compile(rf"[{_CHINESE}]{{1,3}}、")),
    (4, re.compile(rf"[（(][{_CHINESE}]{{1,3}}[）)]")),
)
_UNITS = (
    r"(?:[kcmμun]?g|[dmμ]?[lL]|[cmnμ]?m|m?mol|IU|U|h|d|min|s|mmHg|kPa|years?|days?|hours?|weeks?)\b"
    r"|[年月日岁天周次倍例片粒支袋瓶]|小时|分钟|毫克|毫升"
)
_DECIMAL = re.compile(
    r"((?>\d{1,2}(?:[.．]\d{1,2}){0,4}))[.．、]?+(?![\d%])\s*"
    rf"(?!{_UNITS})(?=[^\s\d%~～\-–—/,，°℃×])"
)
# What a file marks as a heading may go on with a figure: "4.2 0-D".
_MARKED_DECIMAL = re.compile(r"\d{1,2}(?:[.．]\d{1,2}){1,4}(?![\d.．%])")
_FIRST_DECIMAL = 5
_BRACKETED = re.compile(r"[（(]\d{1,2}[）)]")
# Official papers end their headings with a full stop: （一）传染源。
_OFFICIAL = re.compile(
    rf"(?:[{_CHINESE}]{{1,3}}、|[（(][{_CHINESE}]{{1,3}}[）)])[^，；：。]{{2,20}}。"
)
# Drug labels and textbooks: 【适应症】, alone on its line or with its text right behind it.
_LABEL = r"【(?!\s*[图表]\s*\d)(?=[^【】\n]*[^\W\d_])[^【】\n]{1,24}】"
_AT_LABELS = re.compile(rf"^[ \t\u3000]*({_LABEL})[ \t\u3000]*[:：]?[ \t\u3000]*", re.M)
_ENDS = "。！？；：，、.!?;:,…"
_WIDEST = 80
UNNUMBERED = 12


@dataclass(frozen=True)
class Line:
    """A paragraph and what is known of its looks. `stands_out`: bold or centred."""

    text: str
    stands_out: bool = False


def rank(text: str) -> int | None:
    """How deep a line's numbering puts it, 1 at the top; None without numbering."""
    for depth, pattern in _RANKS:
        if pattern.match(text):
            return depth
    decimal = _DECIMAL.match(text)
    if decimal:
        return _FIRST_DECIMAL + len(re.split(r"[.．]", decimal[1])) - 1
    return _FIRST_DECIMAL + 4 if _BRACKETED.match(text) else None


def guess(lines: Sequence[Line]) -> dict[int, int]:
    """Which lines are headings, with levels from 1 on. Doubt means text.

    A line counts if it is short, ends no sentence, and is numbered like 一、 （一） 1.2 or
    stands out; a plain 1. must do both, for it is more often an item of a list. Lines of one
    rank that follow each other are a list or a table of contents, never headings. A label
    like 【适应症】 always counts, one below the numbers that stood before the first of them.
    """
    ranks = [_candidate(line) for line in lines]
    kept: dict[int, float] = {
        at: found
        for at, found in enumerate(ranks)
        if found is not None and found not in (_at(ranks, at - 1), _at(ranks, at + 1))
    }
    labels = [at for at, line in enumerate(lines) if is_label(line.text)]
    above = [
        found for at, found in kept.items() if labels and at < labels[0] and found < UNNUMBERED
    ]
    kept |= dict.fromkeys(labels, max(above, default=0) + 0.5)
    order = {found: level for level, found in enumerate(sorted(set(kept.values())), 1)}
    return {at: order[found] for at, found in kept.items()}


def is_label(text: str) -> bool:
    """Whether the text is nothing but a label like 【适应症】."""
    return re.fullmatch(_LABEL, text) is not None


def parted(text: str) -> list[str]:
    """The text, parted so that every label that begins a line stands alone."""
    return [part.strip("\n") for part in _AT_LABELS.split(text) if part.strip()]


def labelled(blocks: Sequence[Block]) -> list[Block]:
    """Labels as headings, one below the heading they follow, where a file marks its headings."""
    found, above = [], 0
    for block in blocks:
        above = block.level if block.kind == "heading" else above
        parts = parted(block.text) if block.kind == "text" else [block.text]
        for text in parts:
            is_heading = block.kind == "text" and is_label(text)
            heading = Block("heading", text, level=above + 1)
            found.append(heading if is_heading else replace(block, text=text))
    return found


def relevel(blocks: Sequence[Block]) -> list[Block]:
    """Levels from numbering, for a file that has all its headings on one level.

    Converters from PDF write such files. A heading without numbering stays at the top.
    """
    found = [block for block in blocks if block.kind == "heading"]
    if len({block.level for block in found}) != 1:
        return list(blocks)
    ranks = {_marked_rank(block.text) for block in found}
    order = _levels({each for each in ranks if each is not None})
    return [_releveled(block, order) for block in blocks]


def short(text: str) -> bool:
    """Whether a line is short enough for a heading and ends like one."""
    return (
        "\n" not in text
        and 0 < _width(text) <= _WIDEST
        and text[-1] not in _ENDS
        and bool(re.search(r"[^\W\d_]", text))
    )


def _candidate(line: Line) -> int | None:
    if (
        not (short(line.text) or _OFFICIAL.fullmatch(line.text))
        or caption(line.text)
        or re.match(r"图\s*\d|Fig", line.text)
    ):
        return None
    found = rank(line.text)
    if found is None:
        return UNNUMBERED if line.stands_out else None
    if found in (_FIRST_DECIMAL, _FIRST_DECIMAL + 4) and not line.stands_out:
        return None
    return found


def _at(ranks: Sequence[int | None], at: int) -> int | None:
    return ranks[at] if 0 <= at < len(ranks) else None


def _levels(ranks: set[int]) -> dict[int, int]:
    """Depth by rank. Missing steps between 1 and 1.1.1 count, so 1.1 is never at the top."""
    decimals = {each for each in ranks if each >= _FIRST_DECIMAL}
    full = (ranks - decimals) | set(range(_FIRST_DECIMAL, max(decimals, default=0) + 1))
    return {each: level for level, each in enumerate(sorted(full), 1)}


def _releveled(block: Block, order: dict[int, int]) -> Block:
    if block.kind != "heading":
        return block
    return replace(block, level=order.get(_marked_rank(block.text) or 0, 1))


def _marked_rank(text: str) -> int | None:
    decimal = _MARKED_DECIMAL.match(text)
    parts = len(re.split(r"[.．]", decimal[0])) if decimal else 0
    return rank(text) or (_FIRST_DECIMAL + parts - 1 if parts else None)


def _width(text: str) -> int:
    """Columns, where a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)  # noqa: PLR2004
