"""Glyphs, runs, lines and paragraphs for tests of one step, without a file around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ingest.parsing.pdf_glyphs import Frame, Rect, Style
from ingest.parsing.pdf_layout import Flow, Line, Segment, lines_of
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_paragraphs import Paragraph, paragraphs_of
from ingest.parsing.pdf_runs import Placed, Run, runs_of

PLAIN = Style(10.0, False, False, 0, False, False)
UPRIGHT = Frame(0, 0, 595, 842, 0)


def style(**look: Any) -> Style:
    return PLAIN._replace(**look)


def spelled(
    text: str, left: float = 72, baseline: float = 100, wide: float = 5, look: Style = PLAIN
) -> list[Placed]:
    """A text's characters side by side, each of one width; a space has the width of its own."""
    return [
        Placed(letter, box(left + wide * n, baseline, wide, look.size), baseline, look)
        for n, letter in enumerate(text)
    ]


def box(left: float, baseline: float, wide: float, size: float) -> Rect:
    return Rect(left, baseline - 0.8 * size, left + wide, baseline + 0.2 * size)


def run(text: str, left: float = 72, baseline: float = 100, **look: Any) -> Run:
    """One run, five points a character."""
    size = look.pop("size", 10.0)
    rect = box(left, baseline, look.pop("wide", 5.0 * len(text)), size)
    found = Run(text, *rect, baseline, size, letters=len(text))
    for name, value in look.items():
        setattr(found, name, value)
    return found


def runs(text: str, **place: Any) -> list[str]:
    return [each.text for each in runs_of(spelled(text, **place))]


def column(texts: Sequence[str], left: float = 72, top: float = 100, **look: Any) -> list[Run]:
    """Runs one under the other, twelve points apart."""
    return [run(text, left, top + 12 * n, **dict(look)) for n, text in enumerate(texts)]


def line(text: str, left: float = 72, baseline: float = 100, **look: Any) -> Line:
    """A line; `right` sets how far it reaches, else five points a character."""
    size = look.get("size", 10.0)
    right = look.get("right", left + 5.0 * len(text))
    return Line(
        text,
        Rect(left, baseline - 0.8 * size, right, baseline + 0.2 * size),
        baseline,
        size,
        len(text),
        bold=look.get("bold", False),
        italic=look.get("italic", False),
        segments=look.get("segments", (Segment(text, left, right),)),
    )


def tabbed(cells: Sequence[tuple[str, float]], baseline: float = 100, **look: Any) -> Line:
    """A line of texts that begin at these places."""
    found = lines_of([run(text, left, baseline) for text, left in cells])[0]
    found.bold = look.get("bold", False)
    return found


def flow(lines: list[Line], left: float = 72, right: float = 472) -> Flow:
    return Flow(lines, rect=Rect(left, lines[0].rect.top, right, lines[-1].rect.bottom))


def paragraphs(lines: list[Line], **sides: float) -> list[list[str]]:
    found = paragraphs_of(flow(lines, **sides), 1)
    return [[each.text for each in paragraph.lines] for paragraph in found]


def paragraph(text: str, page: int = 1, **look: Any) -> Paragraph:
    found = line(text, **look)
    return Paragraph([found], [(page, found.rect)], Rect(72, 0, 472, 842))


def page(number: int, found: list[Run], **others: Any) -> Page:
    return Page(number, UPRIGHT, UPRIGHT, found, **others)
