"""A PDF's pages set to blocks: tables and paragraphs in reading order, headings found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ingest.parsing.document import Block, Box
from ingest.parsing.document import Warning as Notice
from ingest.parsing.pdf_back_tables import apart
from ingest.parsing.pdf_captions import Element, Placed, take_titles, with_short_titles
from ingest.parsing.pdf_contents import chapters
from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_headings import (
    Bookmarks,
    Opening,
    levels,
    look_of,
    number_of,
    opening_of,
    plain,
)
from ingest.parsing.pdf_layout import Flow, Line, flows_of
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_paragraphs import Paragraph, go_on, paragraphs_of
from ingest.parsing.pdf_tables import Table, continued, continues, is_torn, mended, tables_of
from ingest.parsing.pdf_text import Words, joined, starts_of
from ingest.parsing.pdf_unruled import parts_of

# How far back from a page's top the paragraph may stand that goes on there: over footnotes.
_FOOTNOTES = 8
_TOUCHING = 4.0
_TORN_PAGES = 3
# A table of fewer columns may be a list of pairs, which needs no header.
_NEEDS_HEADER = 3


@dataclass(slots=True)
class _Assembly:
    elements: list[Element] = field(default_factory=list)
    page_start: int = 0
    warnings: list[Notice] = field(default_factory=list)


def blocks_of(
    pages: Sequence[Page], bookmarks: Bookmarks, done: Callable[[float], None]
) -> tuple[tuple[Block, ...], list[Notice]]:
    """The blocks of a document's pages, and where its tables are doubtful."""
    words = Words()
    words.learn(run.text for page in pages for run in page.runs)
    assembly = _Assembly()
    for number, page in enumerate(pages, 1):
        _add_page(assembly, page, words)
        done(number / len(pages))
    shown = {page.number: page for page in pages}
    blocks = _blocks(assembly.elements, shown, bookmarks, words)
    return tuple(apart(blocks)), assembly.warnings


def _add_page(assembly: _Assembly, page: Page, words: Words) -> None:
    tables = tables_of(page, words)
    runs = [run for run in page.runs if run.cell is None]
    at_top = True
    assembly.page_start = len(assembly.elements)
    for flow in flows_of(runs, [table.rect for table in tables]):
        parts = [tables[flow.thing]] if flow.thing is not None else parts_of(flow.lines)
        for part in parts:
            if isinstance(part, Table):
                _add_table(assembly, part, page.number, words, at_top=at_top)
            else:
                _add_paragraphs(assembly, paragraphs_of(Flow(part, rect=flow.rect), page.number))
            at_top = False
    assembly.elements += [_aside(page, run.text, run.rect, run.size) for run in page.asides]
    here = (each for each in assembly.elements if isinstance(each, Placed))
    doubtful = any(each.table.uncertain for each in here if each.page == page.number)
    if page.uncertain or doubtful:
        assembly.warnings.append(Notice("table_uncertain", page.number))


def _aside(page: Page, text: str, rect: Rect, size: float) -> Paragraph:
    line = Line(text, rect, rect.bottom, size, len(text), bold=False, italic=False)
    return Paragraph([line], [(page.number, rect)], rect)


def _add_paragraphs(assembly: _Assembly, paragraphs: Sequence[Paragraph]) -> None:
    first, rest = paragraphs[0], paragraphs[1:]
    before = _unfinished(assembly.elements, first)
    if before:
        before.take_on(first)
    else:
        assembly.elements.append(first)
    assembly.elements += rest


def _unfinished(elements: Sequence[Element], first: Paragraph) -> Paragraph | None:
    """The paragraph of an earlier column or page that goes on with this one."""
    for element in elements[: -_FOOTNOTES - 1 : -1]:
        if not isinstance(element, Paragraph):
            return None
        if element.size > first.size - 0.8:
            return element if go_on(element, first) else None
    return None


def _add_table(assembly: _Assembly, table: Table, page: int, words: Words, *, at_top: bool) -> None:
    placed = Placed(page, table, take_titles(assembly.elements, page))
    at_top = at_top or bool(placed.titles and len(assembly.elements) == assembly.page_start)
    if not placed.names_another:
        placed.above = _begun(assembly.elements, table, page, at_top=at_top)
    if placed.above:
        rest = _without_torn_row(placed.above, table, page, words)
        if rest is None:
            return
        placed.table = continued(placed.above.table, rest)
    elif at_top and not placed.titles and not table.header_rows:
        placed.above = _right_before(assembly.elements, page)
    if _lacks_header(placed.table):
        placed.table = replace(placed.table, uncertain=True)
    assembly.elements.append(placed)


def _right_before(elements: Sequence[Element], page: int) -> Placed | None:
    """The table at the last page's end, whose title a part without a header goes on under; its
    header not, for the columns are others."""
    last = elements[-1] if elements else None
    return last if isinstance(last, Placed) and last.last_page == page - 1 else None


def _without_torn_row(above: Placed, table: Table, page: int, words: Words) -> Table | None:
    """The table without the row that belongs to the last page's, which takes it."""
    if above.last_page != page - 1 or not is_torn(above.table, table) or not table.cut_top:
        return table
    above.rests.append((page, table.cut_top))
    above.table, rest = mended(above.table, table, words)
    return rest


def _lacks_header(table: Table) -> bool:
    return not table.header_rows and len(table.rows) > 1 and len(table.rows[0]) >= _NEEDS_HEADER


def _begun(elements: Sequence[Element], table: Table, page: int, *, at_top: bool) -> Placed | None:
    """The table that goes on with this one; a torn page between may have lost its columns."""
    for element in elements[: -_TORN_PAGES - 1 : -1]:
        if not isinstance(element, Placed):
            return None
        next_page = element.page < page and at_top
        below = 0 <= table.rect.top - element.table.rect.bottom < _TOUCHING
        if not next_page and not (below and element.page == page):
            return None
        if continues(element.table, table):
            return element
    return None


def _blocks(
    elements: Sequence[Element], pages: dict[int, Page], bookmarks: Bookmarks, words: Words
) -> list[Block]:
    paragraphs = [each for each in elements if isinstance(each, Paragraph)]
    texts = {id(each): joined([line.text for line in each.lines], words) for each in paragraphs}
    opened = _openings(paragraphs, texts, bookmarks)
    blocks = []
    for element in with_short_titles(elements, opened, words):
        if isinstance(element, Placed):
            blocks.append(_table_block(element, pages, words))
            continue
        whole = _text_block(element, texts[id(element)], pages, words)
        level, opening = opened.get(id(element), (0, None))
        if opening:
            blocks.append(Block("heading", opening.title, whole.page, whole.boxes[:1], level))
        if not opening or opening.says_more:
            blocks.append(whole)
    return blocks


def _openings(
    paragraphs: Sequence[Paragraph], texts: dict[int, str], bookmarks: Bookmarks
) -> dict[int, tuple[int, Opening]]:
    """The paragraphs that open a section, and how deep it is."""
    look = look_of(paragraphs)
    headings: list[tuple[Paragraph, str]] = []
    given: list[int | None] = []
    found: list[Opening] = []
    last: tuple[int, ...] = ()
    for paragraph in paragraphs:
        text = texts[id(paragraph)]
        marked = bookmarks.get((paragraph.places[0][0], plain(text)))
        opening = opening_of(paragraph, text, look, last, marked=bool(marked))
        if opening:
            headings.append((paragraph, text))
            given.append(marked)
            found.append(opening)
            last = number_of(text) or last
    depths = zip(levels(headings, given, chapters(paragraphs, headings)), found, strict=True)
    return {id(paragraph): each for (paragraph, _), each in zip(headings, depths, strict=True)}


def _text_block(paragraph: Paragraph, text: str, pages: dict[int, Page], words: Words) -> Block:
    boxes = tuple(_box(pages[number], rect) for number, rect in paragraph.places)
    lines = [line.text for line in paragraph.lines]
    starts = starts_of(lines, paragraph.firsts, words) if len(boxes) > 1 else (0,)
    return Block("text", text, paragraph.places[0][0], boxes, starts=starts)


def _table_block(placed: Placed, pages: dict[int, Page], words: Words) -> Block:
    table, page = placed.table, placed.page
    titles = [rect for title in placed.titles for _, rect in title.places]
    places = [*((page, rect) for rect in (*titles, table.rect)), *placed.rests]
    return Block(
        "table",
        placed.caption(words),
        page,
        tuple(_box(pages[number], rect) for number, rect in places),
        rows=table.rows,
        header_rows=table.header_rows,
    )


def _box(page: Page, rect: Rect) -> Box:
    shown = page.as_shown(rect)
    return Box(page.number, *(round(value, 1) for value in shown))
