"""The titles of a PDF's tables: taken from the text above them, and on every page's part."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_paragraphs import Paragraph
from ingest.parsing.pdf_tables import Table
from ingest.parsing.pdf_text import CAPTION, Words, ends_sentence, is_marked, joined

_MOST_LINES = 4
# Of a title without a number: what stands right above the table and is as short as this.
_FEW_LINES = 2
_SHORT = 60
_NEAR = 3.0
_GOES_ON = re.compile(r"^续")


@dataclass(slots=True)
class Placed:
    """A table on its page, with the paragraphs that are its title; `above` is the part of the
    same table that it goes on with, `rests` is where on later pages its last row ends."""

    page: int
    table: Table
    titles: list[Paragraph] = field(default_factory=list)
    above: Placed | None = None
    rests: list[tuple[int, Rect]] = field(default_factory=list)

    @property
    def last_page(self) -> int:
        return self.rests[-1][0] if self.rests else self.page

    @property
    def names_another(self) -> bool:
        """Whether its title says that another table begins here."""
        return bool(self.titles) and not _GOES_ON.match(self.titles[0].lines[0].text)

    def caption(self, words: Words) -> str:
        """The table's own title, or where it only goes on, the title it began with."""
        own = " ".join(_text(title, words) for title in self.titles)
        own = f"{own} {self.table.caption}".strip()
        first = self.above
        while first and first.above and not first.titles:
            first = first.above
        if first and (not own or _GOES_ON.match(own)):
            return first.caption(words) or own
        return own


Element = Paragraph | Placed


def take_titles(elements: list[Element], page: int) -> list[Paragraph]:
    """Takes a table's numbered title off the end of what stands before it, in two languages."""
    found: list[Paragraph] = []
    while elements and _is_title(elements[-1], page):
        last = elements.pop()
        if isinstance(last, Paragraph):
            found.insert(0, last)
    return found


def with_short_titles(
    elements: Sequence[Element], headings: Collection[int], words: Words
) -> list[Element]:
    """A short line right above a table that has no title is its title, if it is no heading."""
    taken = set()
    for before, placed in pairwise(elements):
        if not isinstance(placed, Placed) or not isinstance(before, Paragraph):
            continue
        untitled = not placed.titles and placed.above is None and not placed.table.caption
        if untitled and id(before) not in headings and _is_above(before, placed, words):
            placed.titles.append(before)
            taken.add(id(before))
    return [element for element in elements if id(element) not in taken]


def _is_title(element: Element, page: int) -> bool:
    if not isinstance(element, Paragraph) or element.places[0][0] != page:
        return False
    return len(element.lines) <= _MOST_LINES and bool(CAPTION.match(element.lines[0].text))


def _is_above(paragraph: Paragraph, placed: Placed, words: Words) -> bool:
    page, rect = paragraph.places[-1]
    gap = placed.table.rect.top - rect.bottom
    if len(paragraph.places) > 1 or page != placed.page or not 0 <= gap < _NEAR * paragraph.size:
        return False
    text = _text(paragraph, words)
    names = len(paragraph.lines) <= _FEW_LINES and len(text) <= _SHORT
    return names and not ends_sentence(text) and not is_marked(text)


def _text(paragraph: Paragraph, words: Words) -> str:
    return joined([line.text for line in paragraph.lines], words)
