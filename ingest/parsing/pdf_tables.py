"""Ruled grids filled with a page's text: tables with their header rows, over page ends too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_layout import Flow, Line, lines_of
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_paragraphs import paragraphs_of
from ingest.parsing.pdf_rules import Cell, Grid
from ingest.parsing.pdf_runs import Run
from ingest.parsing.pdf_text import Words, ends_sentence, is_marked, is_wide, join_two, joined
from ingest.parsing.row_groups import name_at_end

# A grid with less of its cells filled is a chart's background or a form's ruling.
_FEWEST_FILLED = 0.3
# A header cell is a name, not a sentence.
_LONGEST_NAME = 90
_MOST_HEADER_ROWS = 3
# No header says "orally, 2 to 3 times a day"; a row that does is a dose.
_CLAUSE_WITH_FIGURE = re.compile(r"[，；].*\d|\d.*[，；]")
_EDGE_TOLERANCE = 6.0

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as one page has it. `edges` are its columns' left edges, in points.

    `cut_top` is the place of the first row where it is the rest of one that the page before
    began, and `cut_bottom` says that the last row goes on on the next page.
    """

    rect: Rect
    rows: Rows
    header_rows: int
    edges: tuple[float, ...]
    letters: int
    caption: str = ""
    uncertain: bool = False
    cut_top: Rect | None = None
    cut_bottom: bool = False


def tables_of(page: Page, words: Words) -> list[Table]:
    """The page's tables; runs that stand in no table afterwards have no cell any more."""
    by_cell: dict[int, list[Run]] = defaultdict(list)
    for run in page.runs:
        if run.cell is not None:
            by_cell[run.cell].append(run)
    tables, first, kept = [], 0, set()
    for grid in page.grids:
        numbers = range(first, first + len(grid.cells))
        first += len(grid.cells)
        filled = {number: lines_of(by_cell[number]) for number in numbers if number in by_cell}
        if len(filled) > 1 and len(filled) >= _FEWEST_FILLED * len(grid.cells):
            lines = {number - numbers[0]: found for number, found in filled.items()}
            tables.append(_table(grid, lines, words))
            kept |= set(numbers)
    for run in page.runs:
        if run.cell not in kept:
            run.cell = None
    return tables


def continues(before: Table, table: Table) -> bool:
    """Whether a table is the rest of the one at the last page's end, or right above it."""
    if len(before.edges) != len(table.edges) or len(before.rows[0]) != len(table.rows[0]):
        return False
    if not _moved(before, table) or _same_header(before, table):
        return True
    return bool(header_of(before)) and (_has_values(table.rows[0]) or not table.header_rows)


def is_torn(before: Table, table: Table) -> bool:
    """Whether a row that the last page began goes on in this page's first."""
    if not before.cut_bottom or not table.cut_top:
        return False
    alike = len(before.edges) == len(table.edges) and len(before.rows[0]) == len(table.rows[0])
    return alike and not _moved(before, table)


def mended(before: Table, table: Table, words: Words) -> tuple[Table, Table | None]:
    """The torn row whole on the page where it began; and what is left to this page, if anything.

    A dose parted from its drug's name would be read as another's.
    """
    whole = tuple(_whole(a, b, words) for a, b in zip(before.rows[-1], table.rows[0], strict=True))
    alone = len(table.rows) == 1
    above = replace(
        before,
        rows=(*before.rows[:-1], whole),
        uncertain=before.uncertain or (alone and table.uncertain),
        cut_bottom=alone and table.cut_bottom,
    )
    rest = replace(table, rows=table.rows[1:], header_rows=0, cut_top=None)
    return above, None if alone else rest


def header_of(table: Table) -> Rows:
    """The header, also where a page's end left nothing but it on its page."""
    alone = len(table.rows) == 1 and all(table.rows[0]) and not _has_values(table.rows[0])
    return table.rows[: max(table.header_rows, int(alone))]


def _has_values(row: Sequence[str]) -> bool:
    """A row of names has no figures in it, but for its units and footnotes."""
    return any(cell[:1].isdigit() for cell in row[1:])


def continued(before: Table, table: Table) -> Table:
    """The table with the header it goes on under, and doubtful where a row was torn."""
    header = header_of(before)
    says_more = table.caption and not (before.caption and table.caption.startswith("续"))
    caption = table.caption if says_more else before.caption
    if not header:
        return replace(table, header_rows=0, caption=caption)
    body = table.rows[len(header) :] if _same_header(before, table) else table.rows
    over = name_at_end(before.rows[len(header) :])
    torn = bool(body) and not body[0][0] and any(body[0])
    return replace(
        table,
        rows=header + (() if body[:1] == over else over) + body,
        header_rows=len(header),
        caption=caption,
        uncertain=table.uncertain or torn or _moved(before, table),
    )


def _moved(before: Table, table: Table) -> bool:
    edges = zip(before.edges, table.edges, strict=False)
    return any(abs(a - b) > _EDGE_TOLERANCE for a, b in edges)


def _whole(cell: str, rest: str, words: Words) -> str:
    if not cell or not rest:
        return cell or rest
    return join_two(cell, rest, words) if _goes_on(cell, rest) else f"{cell}\n{rest}"


def _same_header(before: Table, table: Table) -> bool:
    header = header_of(before)
    return bool(header) and table.rows[: len(header)] == header


def _table(grid: Grid, lines: dict[int, list[Line]], words: Words) -> Table:
    texts = {
        number: _cell_text(found, grid.cells[number].rect, words) for number, found in lines.items()
    }
    bold = {number for number, found in lines.items() if all(line.bold for line in found)}
    header = _header_rows(grid, texts, bold)
    rows, caption = _filled(grid, texts), ""
    if len(rows) > 1 and _is_title(grid, texts):
        caption, rows, header = rows[0][0], rows[1:], max(1, header - 1)
    return Table(
        rect=grid.rect,
        rows=rows,
        header_rows=min(header, len(rows)),
        edges=tuple(sorted({round(c.rect.left, 1) for c in grid.cells if c.columns == 1})),
        letters=sum(line.letters for found in lines.values() for line in found),
        caption=caption,
        uncertain=_has_holes(grid) or _is_ragged(rows, header) or _is_askew(grid),
        cut_top=_first_row(grid) if grid.open_top and not caption else None,
        cut_bottom=grid.open_bottom,
    )


def _first_row(grid: Grid) -> Rect:
    left, top, right, _ = grid.rect
    lowest = min(cell.rect.bottom for cell in grid.cells if cell.row == 0)
    return Rect(left, top, right, lowest)


def _filled(grid: Grid, texts: dict[int, str]) -> Rows:
    """The grid's rows: a merged cell stands in each place that it spans."""
    rows = [[""] * grid.columns for _ in range(grid.rows)]
    for number, cell in enumerate(grid.cells):
        for row in range(cell.row, min(grid.rows, cell.row + cell.rows)):
            for column in range(cell.column, min(grid.columns, cell.column + cell.columns)):
                rows[row][column] = texts.get(number, "")
    return tuple(tuple(row) for row in rows if any(row))


def _header_rows(grid: Grid, texts: dict[int, str], bold: set[int]) -> int:
    first = [(number, cell) for number, cell in enumerate(grid.cells) if cell.row == 0]
    if _is_title(grid, texts):
        return 1 + _header_rows(_without_first(grid), _shifted(grid, texts), bold)
    names = [texts.get(number, "") for number, _ in first]
    named = 2 * sum(map(bool, names)) > len(names)
    if grid.rows == 1 or not named or any(_is_prose(name) for name in names):
        return 0
    figures = sum(name[:1].isdigit() for name in names[1:])
    if 2 * figures > len(names) - 1 and not bold.issuperset(number for number, _ in first):
        return 0
    deepest = max((cell.rows for _, cell in first), default=1)
    if deepest == 1 and _names_parts(grid, texts, [cell for _, cell in first]):
        deepest = 2
    for row in range(deepest, min(_MOST_HEADER_ROWS, grid.rows - 1)):
        here = [number for number, cell in enumerate(grid.cells) if cell.row == row]
        filled = [number for number in here if number in texts]
        if len(filled) < 2 or not bold.issuperset(filled) or bold.issuperset(texts):  # noqa: PLR2004
            break
        deepest = row + 1
    return min(deepest, _MOST_HEADER_ROWS, grid.rows - 1)


def _names_parts(grid: Grid, texts: dict[int, str], first: Sequence[Cell]) -> bool:
    """Whether the second row only names the parts of the first row's merged columns."""
    parted = [range(c.column, c.column + c.columns) for c in first if c.columns > 1]
    filled = [
        cell.column for number, cell in enumerate(grid.cells) if cell.row == 1 and number in texts
    ]
    under = [column for column in filled if any(column in columns for columns in parted)]
    return bool(under) and under == filled and grid.rows > 2  # noqa: PLR2004


def _is_title(grid: Grid, texts: dict[int, str]) -> bool:
    """The first row is one cell over all columns, with rows of several cells under it."""
    first = [cell for cell in grid.cells if cell.row == 0]
    whole = len(first) == 1 and first[0].columns == grid.columns and first[0].rows == 1
    return whole and grid.rows > 2 and bool(texts.get(grid.cells.index(first[0])))  # noqa: PLR2004


def _without_first(grid: Grid) -> Grid:
    cells = tuple(_up(cell) for cell in grid.cells if cell.row > 0)
    return Grid(grid.rect, cells, grid.rows - 1, grid.columns)


def _up(cell: Cell) -> Cell:
    return Cell(cell.rect, cell.row - 1, cell.column, cell.rows, cell.columns)


def _shifted(grid: Grid, texts: dict[int, str]) -> dict[int, str]:
    kept = [number for number, cell in enumerate(grid.cells) if cell.row > 0]
    return {place: texts[number] for place, number in enumerate(kept) if number in texts}


def _is_prose(name: str) -> bool:
    dosed = bool(_CLAUSE_WITH_FIGURE.search(name))
    ends = name.endswith(("。", "；", ";")) or ". " in name[10:]
    return len(name) > _LONGEST_NAME or ends or dosed


def _has_holes(grid: Grid) -> bool:
    covered = sum(cell.rows * cell.columns for cell in grid.cells)
    return covered != grid.rows * grid.columns


def _is_askew(grid: Grid) -> bool:
    """Whether a cell stands partly under one column of the first row and partly under the next,
    as in two tables set one under the other."""
    names = [_columns(cell) for cell in grid.cells if cell.row == 0 and cell.columns < grid.columns]
    return any(_cross(_columns(cell), name) for cell in grid.cells for name in names)


def _columns(cell: Cell) -> range:
    return range(cell.column, cell.column + cell.columns)


def _cross(one: range, other: range) -> bool:
    both = len(set(one) & set(other))
    return 0 < both < min(len(one), len(other))


def _is_ragged(rows: Rows, header: int) -> bool:
    """Most body rows fill one cell only although the header names several."""
    body = rows[header:]
    if not header or not body:
        return False
    single = sum(len(set(filter(None, row))) <= 1 for row in body)
    return len(rows[0]) > 1 and single > 0.6 * len(body)


def _cell_text(lines: list[Line], cell: Rect, words: Words) -> str:
    text = ""
    for paragraph in paragraphs_of(Flow(lines, rect=cell), 0):
        part = joined([line.text for line in paragraph.lines], words)
        if not text:
            text = part
        elif _goes_on(text, part):
            text = join_two(text, part, words)
        else:
            text = f"{text}\n{part}"
    return text


def _goes_on(text: str, part: str) -> bool:
    """In a narrow cell lines end anywhere, so a line's end must show that it is one."""
    if is_marked(part) or ends_sentence(text):
        return False
    return is_wide(text[-1]) or is_wide(part[0]) or part[0].islower()
