"""One page of a PDF, read: its runs of text, grids, pictures, and what cannot be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from ingest.parsing.pdf_glyphs import Frame, Glyphs, Rect, glyphs_of
from ingest.parsing.pdf_rules import Grid, grids_of, matrix_of, rules_of
from ingest.parsing.pdf_runs import CellAt, Run, placed, runs_of
from ingest.parsing.pdf_signs import with_lines_beneath

# A picture smaller than this share of the page, or than this side in points, is an ornament.
_NOTABLE_SHARE = 0.015
_NOTABLE_SIDE = 30.0
# A drawing is this many curved paths or more, together larger than a picture must be.
_CURVES = 6
# A curve no larger than this is a list's bullet or the end of a rule.
_ORNAMENT = 12.0


@dataclass(slots=True)
class Page:
    """A page set upright. `shown` is the page as a viewer shows it, `frame` as its text reads."""

    number: int
    shown: Frame
    frame: Frame
    runs: list[Run]
    asides: list[Run] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    pictures: list[Rect] = field(default_factory=list)
    meaningless: int = 0
    annotations: int = 0
    widgets: int = 0
    uncertain: bool = False

    @property
    def size(self) -> tuple[float, float]:
        return self.frame.size

    @property
    def letters(self) -> int:
        return sum(run.letters for run in (*self.runs, *self.asides))

    def as_shown(self, rect: Rect) -> Rect:
        return self.frame.rect_in(self.shown, rect)


def read_page(document: Any, index: int) -> Page:
    """The page at an index from zero. Raises what pdfium raises where the page cannot be had."""
    page = document[index]
    try:
        textpage = page.get_textpage()
        try:
            return _read(page, glyphs_of(textpage), index + 1)
        finally:
            textpage.close()
    finally:
        page.close()


def _read(page: Any, glyphs: Glyphs, number: int) -> Page:
    left, bottom, right, top = page.get_bbox()
    shown = Frame(left, bottom, right, top, page.get_rotation() // 90 % 4)
    frame = Frame(left, bottom, right, top, glyphs.turns)
    paths, images = _objects(page)
    rules = rules_of(paths, frame)
    grids = grids_of(rules)
    upright = [g for g in glyphs.found if g.style.turns == frame.turns and not g.style.slanted]
    signed = with_lines_beneath(upright, rules, frame)
    runs = runs_of(placed(signed, frame), cell_finder(grids))
    annotations, widgets = _notes(page)
    return Page(
        number,
        shown,
        frame,
        runs=_inside(runs, frame),
        asides=_inside(_asides(glyphs, frame), frame),
        grids=grids,
        pictures=_pictures(paths, images, frame),
        meaningless=glyphs.meaningless,
        annotations=annotations,
        widgets=widgets,
        uncertain=rules.too_many,
    )


def cell_finder(grids: Sequence[Grid]) -> CellAt | None:
    """Which cell of the grids, numbered through, a point is in. Neighbours are tried first."""
    cells = [cell.rect for grid in grids for cell in grid.cells]
    last = 0

    def find(x: float, y: float) -> int | None:
        nonlocal last
        if cells[last].holds(x, y):
            return last
        found = next((n for n, cell in enumerate(cells) if cell.holds(x, y)), None)
        last = last if found is None else found
        return found

    return find if cells else None


def _inside(runs: Sequence[Run], frame: Frame) -> list[Run]:
    """Without what stands wholly beside the page, where nobody can see it."""
    wide, high = frame.size
    whole = Rect(0, 0, wide, high)
    return [run for run in runs if run.rect.meets(whole) or whole.holds(run.left, run.top)]


def _asides(glyphs: Glyphs, frame: Frame) -> list[Run]:
    """Text that runs in another direction than the page's, with its place in the page's frame."""
    found: list[Run] = []
    for turns in range(4):
        turned = Frame(frame.left, frame.bottom, frame.right, frame.top, turns)
        kept = [g for g in glyphs.found if g.style.turns == turns]
        if turns == frame.turns:
            kept = [glyph for glyph in kept if glyph.style.slanted]
        for run in runs_of(placed(kept, turned)):
            run.left, run.top, run.right, run.bottom = turned.rect_in(frame, run.rect)
            found.append(run)
    return found


def _objects(page: Any) -> tuple[list[Any], list[Any]]:
    wanted = [pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING]
    found = list(page.get_objects(filter=wanted))
    paths = [item for item in found if item.type == pdfium.FPDF_PAGEOBJ_PATH]
    return paths, [item for item in found if item.type != pdfium.FPDF_PAGEOBJ_PATH]


def _pictures(paths: Sequence[Any], images: Sequence[Any], frame: Frame) -> list[Rect]:
    wide, high = frame.size
    found = [_bounds(image, frame) for image in images]
    drawn = [_bounds(path, frame) for path in paths if _is_curved(path.raw)]
    curved = [r for r in drawn if max(r.right - r.left, r.bottom - r.top) > _ORNAMENT]
    if len(curved) >= _CURVES:
        whole = curved[0]
        for rect in curved[1:]:
            whole = whole.joined(rect)
        found.append(whole)
    clipped = [
        Rect(max(0.0, r.left), max(0.0, r.top), min(wide, r.right), min(high, r.bottom))
        for r in found
    ]
    return [rect for rect in clipped if _is_notable(rect, wide * high)]


def _is_notable(rect: Rect, page: float) -> bool:
    small = min(rect.right - rect.left, rect.bottom - rect.top) < _NOTABLE_SIDE
    return rect.area >= 0.5 * page or (not small and rect.area >= _NOTABLE_SHARE * page)


def _is_curved(path: Any) -> bool:
    return any(
        pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(path, index))
        == pdfium.FPDF_SEGMENT_BEZIERTO
        for index in range(min(12, pdfium.FPDFPath_CountSegments(path)))
    )


def _bounds(item: Any, frame: Frame) -> Rect:
    left, bottom, right, top = item.get_bounds()
    if item.container is not None:
        left, bottom, right, top = matrix_of(item.container).on_rect(left, bottom, right, top)
    return frame.rect(left, bottom, right, top)


def _notes(page: Any) -> tuple[int, int]:
    """How many notes people put on the page, and how many fields of a form."""
    kinds = []
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        note = pdfium.FPDFPage_GetAnnot(page.raw, index)
        kinds.append(pdfium.FPDFAnnot_GetSubtype(note))
        pdfium.FPDFPage_CloseAnnot(note)
    fields = kinds.count(pdfium.FPDF_ANNOT_WIDGET)
    silent = (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET)
    return sum(kind not in silent for kind in kinds), fields
