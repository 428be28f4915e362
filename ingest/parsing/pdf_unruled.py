"""Tables without ruled columns: lines whose gaps stand under each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.parsing.pdf_layout import Line
from ingest.parsing.pdf_tables import Table

_FEWEST_ROWS = 3
# Columns are further apart than words are, in sizes of the letters.
_APART = 0.6
_FULL_ROWS = 0.6
# A row further from the last one than this many times the usual step is another table's.
_FAR = 3.0


def parts_of(lines: Sequence[Line]) -> Iterator[list[Line] | Table]:
    """The lines in order, with every group of them that is a table made one."""
    start = done = 0
    while start < len(lines):
        end = _end(lines, start)
        table = _table(lines[start:end]) if end - start >= _FEWEST_ROWS else None
        if table is None:
            start = max(start + 1, end)
            continue
        if start > done:
            yield list(lines[done:start])
        yield table
        start = done = end
    if done < len(lines):
        yield list(lines[done:])


def _end(lines: Sequence[Line], start: int) -> int:
    """Where the tabbed lines that begin here end; a cell's second line is allowed between two."""
    end = start
    while end < len(lines) and lines[end].is_tabbed and _is_near(lines, start, end):
        end += 1
        if end > start + 1 and _is_rest_of_cell(lines, start, end):
            end += 1
    while end > start and not lines[end - 1].is_tabbed:
        end -= 1
    return end


def _is_near(lines: Sequence[Line], start: int, number: int) -> bool:
    if number == start:
        return True
    step = lines[number].baseline - lines[number - 1].baseline
    return 0 < step < _FAR * lines[number].size


def _is_rest_of_cell(lines: Sequence[Line], start: int, number: int) -> bool:
    if number + 1 >= len(lines) or lines[number].is_tabbed or not lines[number + 1].is_tabbed:
        return False
    columns = _columns(lines[start:number])
    line = lines[number]
    return any(
        left - line.size <= line.rect.left and line.rect.right <= right + line.size
        for left, right in columns[1:]
    )


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """From where to where each column reaches, if the gaps of all lines leave columns."""
    size = max(line.size for line in lines)
    spans = sorted((part.left, part.right) for line in lines for part in line.segments)
    columns: list[tuple[float, float]] = []
    for left, right in spans:
        if columns and left - columns[-1][1] < _APART * size:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((left, right))
    return columns


def _table(lines: Sequence[Line]) -> Table | None:
    columns = _columns([line for line in lines if line.is_tabbed])
    rows: list[list[str]] = []
    for line in lines:
        cells = _cells(line, columns)
        if line.is_tabbed:
            rows.append(cells)
        else:
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], cells, strict=True)]
    full = sum(bool(row[0]) and sum(map(bool, row)) > 1 for row in rows)
    if len(columns) < 2 or full < _FULL_ROWS * len(rows) or _is_contents(rows):  # noqa: PLR2004
        return None
    rect = lines[0].rect
    for line in lines[1:]:
        rect = rect.joined(line.rect)
    return Table(
        rect,
        tuple(map(tuple, rows)),
        header_rows=int(_has_header(rows, lines)),
        edges=tuple(left for left, _ in columns),
        letters=sum(line.letters for line in lines),
        uncertain=True,
    )


def _cells(line: Line, columns: Sequence[tuple[float, float]]) -> list[str]:
    cells = [""] * len(columns)
    for part in line.segments:
        middle = (part.left + part.right) / 2
        at = min(range(len(columns)), key=lambda n: _distance(middle, *columns[n]))
        cells[at] = f"{cells[at]} {part.text}".strip()
    return cells


def _distance(x: float, left: float, right: float) -> float:
    return max(left - x, x - right, 0.0)


def _is_contents(rows: Sequence[Sequence[str]]) -> bool:
    """A table of contents: page numbers that never fall."""
    last = [row[-1] for row in rows]
    if not all(cell.isdecimal() for cell in last):
        return False
    pages = [int(cell) for cell in last]
    return pages == sorted(pages)


def _has_header(rows: Sequence[Sequence[str]], lines: Sequence[Line]) -> bool:
    tabbed = [line for line in lines if line.is_tabbed]
    if tabbed[0].bold and not all(line.bold for line in tabbed):
        return True
    return any(
        not _has_figure(rows[0][n]) and all(_has_figure(row[n]) for row in rows[1:])
        for n in range(1, len(rows[0]))
    )


def _has_figure(text: str) -> bool:
    return any(letter.isdigit() for letter in text)
