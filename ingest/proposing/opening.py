"""The beginning of a file, where works say what they are; and where in it something stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.parsing.document import Block, Document
from ingest.parsing.label_lines import apart
from ingest.proposing.found import AROUND, LONGEST, Certainty, Place, Proposal

# Blocks and characters of a beginning: a title page, an imprint, an abstract.
MOST_BLOCKS = 60
MOST_CHARACTERS = 20_000
LONGEST_LINE = 2_000
_REFERENCES = re.compile(r"\s*(?:参考文献|references|bibliography)\s*[:：]?\s*", re.IGNORECASE)
_CONTROL = re.compile(r"[^\S ]+|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Line:
    """A heading or a paragraph on one line. `section` is the heading above it."""

    text: str
    kind: str
    level: int
    page: int | None
    section: str


@dataclass(frozen=True)
class Opening:
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, document: Document) -> Opening:
        return cls(tuple(_lines(document)))

    def headings(self) -> list[Line]:
        return [line for line in self.lines if line.kind == "heading"]

    def first(self, count: int) -> tuple[Line, ...]:
        return self.lines[:count]


def proposal(field: str, value: str, certainty: Certainty, line: Line) -> Proposal:
    """A value that stands in a line, with the words around it."""
    value = clean(value)
    return Proposal(
        field, value, certainty, _IN_TEXT, line.page, line.section[:LONGEST], _around(line, value)
    )


def clean(text: str) -> str:
    """On one line, without marks that nobody sees, no longer than a field."""
    return re.sub(" +", " ", _CONTROL.sub(" ", text)).strip()[:LONGEST].rstrip()


_IN_TEXT: Place = "text"


def _around(line: Line, value: str) -> str:
    at = max(0, line.text.find(value))
    start, end = max(0, at - AROUND), min(len(line.text), at + len(value) + AROUND)
    left = "…" if start else ""
    return f"{left}{line.text[start:end]}" + ("…" if end < len(line.text) else "")


def _lines(document: Document) -> Iterator[Line]:
    section, left = "", MOST_CHARACTERS
    for block in document.blocks[:MOST_BLOCKS]:
        texts = list(_texts(block))
        if block.kind == "heading" and any(map(_REFERENCES.fullmatch, texts)):
            return
        for text in texts:
            yield Line(text, block.kind, block.level, block.page, section)
            section = text if block.kind == "heading" else section
            left -= len(text)
        if left < 0:
            return


def _texts(block: Block) -> Iterator[str]:
    """The block on one line; lines that begin with labels are each for itself."""
    cells = " ".join(cell for row in block.rows[:20] for cell in row)
    for part in apart(f"{block.text} {cells}"):
        text = re.sub(" +", " ", _CONTROL.sub(" ", part)).strip()[:LONGEST_LINE]
        if text:
            yield text
