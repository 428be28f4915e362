"""Characters put together to runs: what stands on one line without a gap a column could use."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ingest.parsing.pdf_glyphs import Frame, Glyph, Rect, Style
from ingest.parsing.pdf_shifts import Part, text_of
from ingest.parsing.pdf_text import is_squeezed, is_tight

# Wider than a justified line's space, narrower than the gutter of a journal's two columns.
GAP = 0.9
_WORD_GAP = 0.25
_OVERLAP = 0.1
# How far letters may stand over each other, in sizes; a Chinese mark gives up half its square.
_BACK = 0.5
_BACK_SQUEEZED = 0.7


@dataclass(slots=True)
class Run:
    """Text on one baseline. `cell` numbers the table cell it stands in; None outside tables.

    `parts` is the same text before anything in it was raised or lowered; never nothing, for what
    stands beside larger letters is spelled from it anew.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    letters: int = 0
    bold: int = 0
    italic: int = 0
    cell: int | None = None
    slanted: bool = False
    space: bool = False
    last: Rect | None = None
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = self.parts or [Part(self.text, self.size, self.baseline)]

    @property
    def rect(self) -> Rect:
        return Rect(self.left, self.top, self.right, self.bottom)


@dataclass(frozen=True, slots=True)
class Placed:
    """A character where its frame shows it."""

    text: str
    rect: Rect
    baseline: float
    style: Style


CellAt = Callable[[float, float], int | None]


def placed(glyphs: Iterable[Glyph], frame: Frame) -> list[Placed]:
    return [
        Placed(
            glyph.text,
            frame.rect(glyph.left, glyph.bottom, glyph.right, glyph.top),
            frame.place(glyph.x, glyph.y)[1],
            glyph.style,
        )
        for glyph in glyphs
    ]


def runs_of(glyphs: Iterable[Placed], cell_at: CellAt | None = None) -> list[Run]:
    """The runs, in the file's order. Spaces at either end are not kept."""
    runs: list[Run] = []
    run: Run | None = None
    for glyph in glyphs:
        if glyph.text == " ":
            if run:
                run.space = True
            continue
        rect = glyph.rect
        cell = (
            cell_at((rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2) if cell_at else None
        )
        if run and run.cell == cell and _goes_on(run, glyph):
            _extend(run, glyph)
        else:
            run = _begun(glyph, cell)
            runs.append(run)
    for run in runs:
        _settle(run)
    return [run for run in runs if run.text.strip()]


def _settle(run: Run) -> None:
    if len(run.parts) > 1 and not run.slanted:
        run.text = text_of(run.parts, run.size, run.baseline)


def _begun(glyph: Placed, cell: int | None) -> Run:
    rect, style = glyph.rect, glyph.style
    size = style.size or rect.bottom - rect.top
    return Run(
        glyph.text,
        *rect,
        glyph.baseline,
        size,
        letters=1,
        bold=int(style.bold),
        italic=int(style.italic),
        cell=cell,
        slanted=style.slanted,
        last=rect,
    )


def _goes_on(run: Run, glyph: Placed) -> bool:
    if glyph.style.slanted or run.slanted:
        return glyph.style.slanted == run.slanted
    size = max(run.size, glyph.style.size)
    if abs(glyph.baseline - run.baseline) > 0.5 * size:
        return False
    if glyph.rect == run.last:  # the second letter of a ligature
        return True
    if _is_combining(glyph.text):
        return run.left < glyph.rect.right and glyph.rect.left < run.right + GAP * size
    back = _BACK_SQUEEZED if is_squeezed(run.text[-1], glyph.text[0]) else _BACK
    if -back * size < glyph.rect.left - run.right < GAP * size:
        return True
    return _goes_left(glyph.text) and abs(glyph.rect.right - run.left) < GAP * size


def _goes_left(text: str) -> bool:
    return unicodedata.bidirectional(text[0]) in ("R", "AL", "NSM")


def _extend(run: Run, glyph: Placed) -> None:
    rect, style = glyph.rect, glyph.style
    gap = rect.left - run.right if not run.slanted else 0.0
    apart = gap > _WORD_GAP * run.size or (run.space and gap > -_OVERLAP)
    tight = is_tight(run.text[-1], glyph.text[0])
    if (run.space or apart) and not tight and not run.text.endswith("\u3000"):
        run.text += " "
        run.parts[-1].text += " "
    run.space = False
    _add_text(run, glyph)
    if not _is_combining(glyph.text):
        run.left, run.top = min(run.left, rect.left), min(run.top, rect.top)
        run.right, run.bottom = max(run.right, rect.right), max(run.bottom, rect.bottom)
    if style.size > run.size:
        run.size, run.baseline = style.size, glyph.baseline
    run.last = rect
    run.letters += 1
    run.bold += style.bold
    run.italic += style.italic


def _add_text(run: Run, glyph: Placed) -> None:
    run.text += glyph.text
    size = glyph.style.size or run.size
    if run.parts[-1].is_like(size, glyph.baseline):
        run.parts[-1].text += glyph.text
    else:
        run.parts.append(Part(glyph.text, size, glyph.baseline))


def _is_combining(text: str) -> bool:
    """A mark over another letter, whose own box may reach over the letters that follow."""
    return unicodedata.category(text[0]) == "Mn"
