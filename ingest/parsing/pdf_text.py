"""Lines of text put together as a person would read them, with a space between or a hyphen gone."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

# A page number, alone or dressed up: "12", "- 12 -", "Page 12 of 30", "第 12 页", "xii".
PAGE_NUMBER = re.compile(
    r"(?:page|p\.|第)?[\s·•—–\-|~]*(\d{1,4}|[ivxl]{1,7})[\s·•—–\-|~]*"
    r"(?:页|/\s*\d+|of\s+\d+|页?\s*[,，/]?\s*共\s*\d+\s*页)?",
    re.IGNORECASE,
)
# What begins a table's title.
CAPTION = re.compile(
    r"^(?:续表|附?表\s*[\d一二三四五六七八九十A-Z]|(?:Table|TABLE)\s*[A-Z]?\d|TABLE[.:]\s"
    r"|(?:[A-Z][\w-]* ){1,4}Table[.:]\s)"
)
BULLET = re.compile(r"^(?:[•●○◦▪■□◆❖➢✓☑·*‣⁃–—]|o(?=\s)|[-](?=\s))\s*")
NUMBERED = re.compile(
    r"^(?:[（(]?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3})[)）]"
    r"|\d{1,3}[.．、](?=\D)|[A-Za-z][.．](?=\s)|[①-⑳]|[\[［]?\d{1,3}[\]］]|[一二三四五六七八九十]{1,3}、"
    r"|第[一二三四五六七八九十百\d]{1,4}[章节条篇部])"
)
_ENDS = re.compile(r"[.。!！?？:：;；…][\"”’』」)）]*(?:\[[\d,\s\-–]+\])?$")
_MARKER = re.compile(r"[（(\[]?(?:\d{1,3}(?:\.\d{1,2}){0,4}|[a-zA-Z]|[ivx]{1,5})[)）\].．、]?")
_HYPHENS = "-\u2010\u00ad"
# Quotation marks and dashes that Chinese and Latin type share.
_EITHER = "“”‘’…—·"
# Above this share of lines ending in a hyphen a program broke the words; below, people wrote it.
_BREAKS_WORDS = 0.03
_UNFINISHED_ADDRESS = re.compile(r"https?://\S*[/_=&?%.-]$")
_LAST_WORD = re.compile(r"([^\W\d_]+)[-\u2010]$")
_FIRST_WORD = re.compile(r"^([^\W\d_]+)")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@cache
def is_wide(letter: str) -> bool:
    """A character of Chinese, Japanese or Korean type, which no space parts from another."""
    return unicodedata.east_asian_width(letter) in ("W", "F")


@cache
def is_tight(before: str, after: str) -> bool:
    """Whether a space between the two can only come from the way the line was set."""
    wide = is_wide(before), is_wide(after)
    return all(wide) or (any(wide) and (before in _EITHER or after in _EITHER))


@cache
def is_squeezed(before: str, after: str) -> bool:
    """Whether the two may overlap: Chinese marks fill half their square and may lend the rest."""
    return any(is_wide(each) and unicodedata.category(each)[0] == "P" for each in (before, after))


@dataclass
class Words:
    """The words of a document, from which a broken one can be told from a hyphenated one."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    hyphens: int = 0

    def learn(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.lines += 1
            self.hyphens += line[-1:] in _HYPHENS and bool(_LAST_WORD.search(line))
            self.counts.update(word.casefold() for word in _WORD.findall(line))

    @property
    def break_at_lines(self) -> bool:
        return self.hyphens > _BREAKS_WORDS * self.lines

    def were_one(self, before: str, after: str) -> bool:
        """Whether `before-` at a line's end and `after` on the next were one word unbroken."""
        whole = self.counts[(before + after).casefold()]
        parted = self.counts[f"{before}-{after}".casefold()]
        if whole != parted:
            return whole > parted
        return self.break_at_lines and after.islower()


def joined(lines: Sequence[str], words: Words) -> str:
    """One paragraph of its lines."""
    text = ""
    for line in lines:
        text = join_two(text, line, words) if text else line
    return text


def starts_of(lines: Sequence[str], firsts: Iterable[int], words: Words) -> tuple[int, ...]:
    """Where in the joined text each of these lines begins."""
    return tuple(len(joined(lines[: at + 1], words)) - len(lines[at]) for at in firsts)


def join_two(text: str, line: str, words: Words) -> str:
    if text[-1] in _HYPHENS:
        before, after = _LAST_WORD.search(text), _FIRST_WORD.search(line)
        if before and after and words.were_one(before[1], after[1]):
            return text[:-1] + line
        return text + line if before or text[-2:-1].isdigit() else f"{text} {line}"
    return text + line if _touch(text, line) else f"{text} {line}"


def _touch(text: str, line: str) -> bool:
    # Chinese beside Latin letters is set without a space, and a web address broken by the
    # page's width is one word still.
    wide = is_wide(text[-1]) or is_wide(line[0])
    return wide or bool(_UNFINISHED_ADDRESS.search(text))


def ends_sentence(text: str) -> bool:
    """Whether nothing that follows need belong to the text."""
    return bool(_ENDS.search(text))


def is_marked(text: str) -> bool:
    """Whether the line begins an item of a list."""
    return bool(BULLET.match(text) or NUMBERED.match(text))


def is_marker(text: str) -> bool:
    """Whether the text is nothing but the bullet or number of an item or of a heading."""
    return bool(BULLET.fullmatch(text) or _MARKER.fullmatch(text))
