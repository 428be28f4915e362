"""Tables with merged cells as plain rows, and the captions that belong to tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from ingest.parsing.document import Block
from ingest.parsing.inline import Inline
from ingest.parsing.markup import local, tidy

# Of one merged cell; and of a table, beyond which a row says nothing that anybody could read.
MOST_COLUMNS = 200
WIDEST = 1_000
_CAPTION = re.compile(
    r"(?:续|附)?表\s*[\dA-Za-z一二三四五六七八九十]|(?:Supplementary\s+)?Table\s+[\dIVXS]", re.I
)
_LONGEST_CAPTION = 200
_HEADER_GROUP = "thead"


@dataclass(frozen=True)
class Cell:
    """One cell as it is written down, with the columns and rows that it spans."""

    text: str
    across: int = 1
    down: int = 1


@dataclass(frozen=True)
class Grid:
    """Rows of equal length, the first `header_rows` of them the header."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    left_out: bool = False
    """Whether there is more than can be read, so that nothing of it is here."""

    def block(self, caption_text: str = "") -> Block:
        return Block("table", caption_text, rows=self.rows, header_rows=self.header_rows)


def expand(written: Sequence[Sequence[Cell]], header: int | None = None) -> Grid:
    """A merged cell stands in each place that it spans, so a row keeps its meaning alone.

    `header` counts the header's rows where the file says so. Empty rows go. A table of more than
    WIDEST columns is left out.
    """
    rows: list[list[str]] = []
    hanging: dict[int, tuple[str, int]] = {}
    for cells in written:
        row, hanging = _place(cells, hanging)
        if len(row) > WIDEST:
            return Grid((), 0, left_out=True)
        rows.append(row)
    width = max((len(row) for row in rows), default=0)
    height = _header_height(written) if header is None else header
    full = tuple(tuple(row + [""] * (width - len(row))) for row in rows if any(row))
    return Grid(full, sum(1 for row in rows[:height] if any(row)))


def from_markup(table: etree._Element, inline: Inline) -> Grid:
    """A table of HTML or JATS: header rows are those of thead, or begin with th throughout."""
    rows = list(_rows(table))
    written = [[_cell(cell, inline) for cell in _cells(row)] for row in rows]
    grouped = [
        local(parent) == _HEADER_GROUP for row in rows if (parent := row.getparent()) is not None
    ]
    headed = [all(local(cell) == "th" for cell in _cells(row)) for row in rows]
    header = _leading(grouped) or _leading(headed)
    return expand(written, header if 0 < header < len(rows) else None)


def caption(text: str) -> bool:
    """Whether a paragraph announces a table: 表 1 …, Table 1 …"""
    return len(text) <= _LONGEST_CAPTION and bool(_CAPTION.match(text))


def with_captions(blocks: Iterable[Block]) -> list[Block]:
    """The blocks, with a caption that stands right before its table taken into the table."""
    found: list[Block] = []
    for block in blocks:
        if block.kind == "table" and not block.text and found and _announces(found[-1]):
            found.append(replace(block, text=found.pop().text))
        else:
            found.append(block)
    return found


def _announces(block: Block) -> bool:
    return block.kind != "table" and caption(block.text)


def _header_height(written: Sequence[Sequence[Cell]]) -> int:
    """Where nothing says so: the first row, and what its merged cells reach over."""
    first = written[0] if written else ()
    down = max((cell.down for cell in first), default=1)
    height = max(down, 2) if any(cell.across > 1 for cell in first) else down
    return max(0, min(height, len(written) - 1))


def _place(
    cells: Sequence[Cell], hanging: dict[int, tuple[str, int]]
) -> tuple[list[str], dict[int, tuple[str, int]]]:
    """One row, given what hangs into it from above by column, and what hangs below it."""
    row: list[str] = []
    below: dict[int, tuple[str, int]] = {}

    def put(text: str, down: int) -> None:
        if down > 1:
            below[len(row)] = (text, down - 1)
        row.append(text)

    def put_hanging() -> None:
        while len(row) in hanging:
            put(*hanging[len(row)])

    for cell in cells:
        put_hanging()
        for _ in range(max(1, min(cell.across, MOST_COLUMNS - len(row)))):
            put(cell.text, cell.down)
    put_hanging()
    while any(column > len(row) for column in hanging):
        put("", 1)
        put_hanging()
    return row, below


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The table's own rows, not those of tables within its cells."""
    for child in table:
        if local(child) == "tr":
            yield child
        elif local(child) in {"thead", "tbody", "tfoot"}:
            yield from _rows(child)


def _cells(row: etree._Element) -> list[etree._Element]:
    return [cell for cell in row if local(cell) in {"td", "th"}]


def _cell(cell: etree._Element, inline: Inline) -> Cell:
    return Cell(tidy(inline.text(cell)), _span(cell, "colspan"), _span(cell, "rowspan"))


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return max(1, min(int(value), 1000)) if value.isdecimal() else 1


def _leading(flags: Sequence[bool]) -> int:
    return next((at for at, flag in enumerate(flags) if not flag), len(flags))
