"""The ruled lines of a PDF page, and the grids of cells they make."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium
from pdfplumber import table as plumber

from ingest.parsing.pdf_glyphs import Frame, Rect

_SNAP = 3.0
_THIN = 3.0
_SHORT = 3.0
_MOST_SEGMENTS = 2_000
# Above these a drawing, not a table: finding cells takes the square of their number.
_MOST_EDGES = 1_500
_MOST_CROSSINGS = 2_500

Edge = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's place in its grid and on the page."""

    rect: Rect
    row: int
    column: int
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table's cells. `open_top`, `open_bottom`: a page's end cuts it, without a rule."""

    rect: Rect
    cells: tuple[Cell, ...]
    rows: int
    columns: int
    open_top: bool = False
    open_bottom: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What is drawn on a page with straight lines: its edges, and whether they were too many."""

    edges: tuple[Edge, ...]
    too_many: bool = False


def rules_of(objects: Iterable[Any], frame: Frame) -> Rules:
    """The horizontal and vertical rules among a page's objects, as the frame shows them."""
    edges: list[Edge] = []
    wide, high = frame.size
    for item in objects:
        for x0, y0, x1, y1 in _lines(item):
            edge = _edge(frame.rect(x0, y0, x1, y1), wide, high)
            if edge:
                edges.append(edge)
        if len(edges) > 10 * _MOST_EDGES:
            return Rules((), too_many=True)
    merged = plumber.merge_edges(edges, _SNAP, _SNAP, _SNAP, _SNAP) if edges else []
    if len(merged) > _MOST_EDGES:
        return Rules((), too_many=True)
    return Rules(tuple(merged))


def grids_of(rules: Rules) -> list[Grid]:
    """Every grid of two columns or more, from top to bottom."""
    verticals = [edge for edge in rules.edges if edge["orientation"] == "v"]
    if len(verticals) < 2:  # noqa: PLR2004
        return []
    edges = [*rules.edges, *_closing(verticals), *_sides(rules.edges)]
    merged = plumber.merge_edges(edges, _SNAP, _SNAP, _SNAP, _SNAP)
    crossings = plumber.edges_to_intersections(merged, _SNAP, _SNAP)
    if len(crossings) > _MOST_CROSSINGS:
        return []
    cells = plumber.intersections_to_cells(crossings)
    tables = [[Rect(*cell) for cell in table] for table in plumber.cells_to_tables(cells)]
    grids = [_grid(part) for table in tables for part in _parted(table)]
    drawn = [edge for edge in rules.edges if edge["orientation"] == "h"]
    return [_with_open_ends(grid, drawn) for grid in grids if grid.columns > 1]


def _edge(rect: Rect, wide: float, high: float) -> Edge | None:
    left, right = max(0.0, rect.left), min(wide, rect.right)
    top, bottom = max(0.0, rect.top), min(high, rect.bottom)
    across, down = right - left, bottom - top
    if across < 0 or down < 0 or max(across, down) < _SHORT or min(across, down) > _THIN:
        return None
    if across >= down:
        middle = (top + bottom) / 2
        return _made(left, middle, right, middle, "h")
    middle = (left + right) / 2
    return _made(middle, top, middle, bottom, "v")


def _made(x0: float, top: float, x1: float, bottom: float, orientation: str) -> Edge:
    return {
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
        "orientation": orientation,
    }


def _closing(verticals: Sequence[Edge]) -> Iterator[Edge]:
    """Where a page's end cuts a table, its columns end together and no rule is drawn."""
    for end in ("top", "bottom"):
        groups: dict[int, list[Edge]] = defaultdict(list)
        for edge in verticals:
            groups[round(edge[end] / _SNAP)].append(edge)
        for group in groups.values():
            xs = {round(edge["x0"]) for edge in group}
            if len(xs) > 2:  # noqa: PLR2004
                y = group[0][end]
                yield _made(min(e["x0"] for e in group), y, max(e["x0"] for e in group), y, "h")


def _sides(edges: Sequence[Edge]) -> Iterator[Edge]:
    """A table open at its sides ends where its horizontal rules do."""
    groups: dict[tuple[int, int], list[float]] = defaultdict(list)
    for edge in edges:
        if edge["orientation"] == "h":
            groups[round(edge["x0"] / _SNAP), round(edge["x1"] / _SNAP)].append(edge["top"])
    upright = [edge for edge in edges if edge["orientation"] == "v"]
    for (left, right), tops in groups.items():
        x0, x1 = left * _SNAP, right * _SNAP
        for top, bottom in pairwise(sorted(tops)):
            between = [edge for edge in upright if _spans(edge, top, bottom)]
            inner = any(x0 + _SNAP < edge["x0"] < x1 - _SNAP for edge in between)
            for x in (x0, x1):
                if inner and not any(abs(edge["x0"] - x) <= 2 * _SNAP for edge in between):
                    yield _made(x, top, x, bottom, "v")


def _spans(edge: Edge, top: float, bottom: float) -> bool:
    return bool(edge["top"] <= top + _SNAP and edge["bottom"] >= bottom - _SNAP)


def _parted(cells: Sequence[Rect]) -> list[list[Rect]]:
    """Two tables set one under the other without a gap share no column's edge; those that a
    row of one cell parts, the title of the second, need not share them all."""
    for y in _positions(cell.top for cell in cells)[1:]:
        above = [cell for cell in cells if cell.bottom <= y + _SNAP]
        below = [cell for cell in cells if cell.top >= y - _SNAP]
        if len(above) + len(below) == len(cells) and _is_border(above, below, y):
            return [above, *_parted(below)]
    return [list(cells)]


def _is_border(above: Sequence[Rect], below: Sequence[Rect], y: float) -> bool:
    first = [cell for cell in below if abs(cell.top - y) <= _SNAP]
    upper = _inner_edges([cell for cell in above if abs(cell.bottom - y) <= _SNAP])
    if len(first) != 1:
        lower = _inner_edges(first)
        return bool(upper and lower) and not _shared(upper, lower)
    lower = _inner_edges([cell for cell in below if abs(cell.top - first[0].bottom) <= _SNAP])
    return len(_shared(upper, lower)) < min(len(upper), len(lower))


def _shared(upper: Sequence[float], lower: Sequence[float]) -> list[float]:
    return [a for a in upper if any(abs(a - b) <= _SNAP for b in lower)]


def _inner_edges(row: Sequence[Rect]) -> list[float]:
    return _positions(cell.left for cell in row)[1:]


def _grid(cells: Sequence[Rect]) -> Grid:
    xs = _positions(value for cell in cells for value in (cell.left, cell.right))
    ys = _positions(value for cell in cells for value in (cell.top, cell.bottom))
    placed = []
    for cell in cells:
        row, end = _at(ys, cell.top), _at(ys, cell.bottom)
        column, stop = _at(xs, cell.left), _at(xs, cell.right)
        placed.append(Cell(cell, row, column, max(1, end - row), max(1, stop - column)))
    placed.sort(key=lambda cell: (cell.row, cell.column))
    rect = Rect(xs[0], ys[0], xs[-1], ys[-1])
    return Grid(rect, tuple(placed), len(ys) - 1, len(xs) - 1)


def _with_open_ends(grid: Grid, drawn: Sequence[Edge]) -> Grid:
    left, top, right, bottom = grid.rect
    tops = [edge["top"] for edge in drawn if edge["x0"] < right and left < edge["x1"]]
    return replace(
        grid,
        open_top=not any(abs(y - top) <= _SNAP for y in tops),
        open_bottom=not any(abs(y - bottom) <= _SNAP for y in tops),
    )


def _positions(values: Iterable[float]) -> list[float]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return found


def _at(positions: Sequence[float], value: float) -> int:
    return min(range(len(positions)), key=lambda index: abs(positions[index] - value))


def _lines(item: Any) -> Iterator[tuple[float, float, float, float]]:
    """A path's straight parts, and its filled bars, in the page's own axes."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item.raw, fill, stroke)
    if pdfium.FPDFPath_CountSegments(item.raw) > _MOST_SEGMENTS:
        return
    matrix = matrix_of(item)
    for points in _subpaths(item.raw):
        shown = [matrix.on_point(x, y) for x, y in points]
        xs, ys = [x for x, _ in shown], [y for _, y in shown]
        if min(max(xs) - min(xs), max(ys) - min(ys)) <= _THIN:
            yield min(xs), min(ys), max(xs), max(ys)
        elif stroke.value:
            for (ax, ay), (bx, by) in pairwise(shown):
                yield ax, ay, bx, by


def matrix_of(item: Any) -> Any:
    """What takes an object's own points to the page's axes, through the forms it stands in."""
    matrix = item.get_matrix()
    holder = item.container
    while holder is not None:
        matrix = matrix.multiply(holder.get_matrix())
        holder = holder.container
    return matrix


def _subpaths(path: Any) -> Iterator[list[tuple[float, float]]]:
    """The path's polygons; those with a curve are not given."""
    points: list[tuple[float, float]] = []
    curved = False
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1 and not curved:
                yield points
            points, curved = [], False
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        points.append((x.value, y.value))
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if len(points) > 1 and not curved:
        yield points
