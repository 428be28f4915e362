"""Which paragraphs are headings, and how deep: by size, weight, numbers and bookmarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.parsing.headings import rank
from ingest.parsing.pdf_paragraphs import Paragraph
from ingest.parsing.pdf_text import BULLET

_LARGER = 1.12
_LONGEST = 200
_LONGEST_BOLD = 120
_LONGEST_NUMBERED = 40
_MOST_LINES = 5
# A look that sets more of the text than this is how the text is set, not its headings.
_COMMON = 0.25
_DEEPEST = 6
_STOPS = tuple("。；;，,、：:．")
_ENDS_SENTENCE = re.compile(r"[.!][\"”’)\]]?$|\)[.]$")

# Recommendations are numbered "R.1.2" and "A1.2" too.
_LETTER = re.compile(r"^[A-Z]\s?[.．]?\s?(?=\d)")
_LOOSE_POINT = re.compile(r"(?<=\d)\s*[.．]\s*(?=\d)")
# Ranks of numbers that only headings carry, even where nothing else sets them off: chapters,
# sections, "一、", "1.1" and deeper.
_TELLING = (1, 2, 3, 6, 7, 8)
# What has no number stands with the outermost kind of number used, or else with "1".
_TOP_RANK = 5

Bookmarks = Mapping[tuple[int, str], int]


@dataclass(slots=True)
class Look:
    """What sets a document's ordinary text: what a heading has to differ from."""

    size: float
    bold: bool
    letters: Counter[tuple[float, bool]] = field(default_factory=Counter)

    def share(self, paragraph: Paragraph) -> float:
        total = self.letters.total() or 1
        return self.letters[_look(paragraph)] / total


def look_of(paragraphs: Sequence[Paragraph]) -> Look:
    letters: Counter[tuple[float, bool]] = Counter()
    for paragraph in paragraphs:
        letters[_look(paragraph)] += paragraph.letters
    if not letters:
        return Look(0.0, False)
    size, bold = max(letters, key=lambda look: letters[look])
    return Look(size, bold, letters)


def rank_of(text: str) -> int | None:
    """How deep the number a heading begins with puts it; looser typing than `rank` knows."""
    return rank(_LOOSE_POINT.sub(".", _LETTER.sub("", text[:_LONGEST])))


def is_heading(paragraph: Paragraph, text: str, look: Look) -> bool:
    if not _could_be(paragraph, text):
        return False
    size = round(paragraph.size * 2) / 2
    if size >= _LARGER * look.size and look.share(paragraph) < _COMMON:
        return len(text) <= _LONGEST
    sentence = bool(_ENDS_SENTENCE.search(text)) or text.endswith(_STOPS)
    if sentence or size < 0.6 * look.size:
        return False
    if paragraph.bold and not look.bold and look.share(paragraph) < _COMMON:
        return len(text) <= _LONGEST_BOLD
    alone = len(paragraph.lines) == 1 and len(text) <= _LONGEST_NUMBERED
    return alone and size >= 0.95 * look.size and rank_of(text) in _TELLING


def _could_be(paragraph: Paragraph, text: str) -> bool:
    letters = sum(letter.isalpha() for letter in text)
    return (
        len(paragraph.lines) <= _MOST_LINES
        and letters > 1
        and not any(line.is_tabbed for line in paragraph.lines)
        and not BULLET.match(text)
        and len({page for page, _ in paragraph.places}) == 1
    )


def _look(paragraph: Paragraph) -> tuple[float, bool]:
    return round(paragraph.size * 2) / 2, paragraph.bold


def levels(headings: Sequence[tuple[Paragraph, str]], given: Sequence[int | None]) -> list[int]:
    """How deep each heading is, 1 at the top; `given` is what bookmarks say, if they do."""
    ranks = _ranks([paragraph for paragraph, _ in headings])
    kinds = [rank_of(text) for _, text in headings]
    outermost: dict[int, int] = {}
    for look, kind in zip(ranks, kinds, strict=True):
        if kind is not None:
            outermost[look] = min(kind, outermost.get(look, kind))
    stack: list[tuple[int, int]] = []
    found = []
    for number, (look, kind) in enumerate(zip(ranks, kinds, strict=True)):
        key = (look, kind if kind is not None else outermost.get(look, _TOP_RANK))
        if number == 0 and kind is None and look == min(ranks):
            key = (-1, 0)
        while stack and stack[-1] >= key:
            stack.pop()
        stack.append(key)
        found.append(min(_DEEPEST, given[number] or len(stack)))
    return found


def _ranks(paragraphs: Sequence[Paragraph]) -> list[int]:
    """Places in the order of looks: larger first, bold before light, upright before slanted."""
    looks = [(-round(p.size), not p.bold, p.italic) for p in paragraphs]
    order = {look: rank for rank, look in enumerate(sorted(set(looks)))}
    return [order[look] for look in looks]


def plain(title: str) -> str:
    """A title as it can be compared: without spaces, case and its number."""
    text = "".join(title.split()).casefold()
    return re.sub(r"^[\d.．、]+", "", text)
