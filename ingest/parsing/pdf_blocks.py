"""A PDF's pages set to blocks: tables and paragraphs in reading order, headings found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.parsing.document import Block, Box
from ingest.parsing.document import Warning as Notice
from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_headings import Bookmarks, is_heading, levels, look_of, plain
from ingest.parsing.pdf_layout import Flow, Line, flows_of
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_paragraphs import Paragraph, go_on, paragraphs_of
from ingest.parsing.pdf_tables import Table, continued, continues, tables_of
from ingest.parsing.pdf_text import CAPTION, Words, joined
from ingest.parsing.pdf_unruled import parts_of

# How far back from a page's top the paragraph may stand that goes on there: over footnotes.
_FOOTNOTES = 8
_LONGEST_CAPTION = 4
_TOUCHING = 4.0
_TORN_PAGES = 3


@dataclass(slots=True)
class _Placed:
    """A table on its page, with the paragraph that is its title."""

    page: int
    table: Table
    caption: Paragraph | None = None


_Element = Paragraph | _Placed


@dataclass(slots=True)
class _Assembly:
    elements: list[_Element] = field(default_factory=list)
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
    return tuple(_blocks(assembly.elements, shown, bookmarks, words)), assembly.warnings


def _add_page(assembly: _Assembly, page: Page, words: Words) -> None:
    tables = tables_of(page, words)
    runs = [run for run in page.runs if run.cell is None]
    at_top = True
    assembly.page_start = len(assembly.elements)
    for flow in flows_of(runs, [table.rect for table in tables]):
        parts = [tables[flow.thing]] if flow.thing is not None else parts_of(flow.lines)
        for part in parts:
            if isinstance(part, Table):
                _add_table(assembly, part, page.number, at_top=at_top)
            else:
                _add_paragraphs(assembly, paragraphs_of(Flow(part, rect=flow.rect), page.number))
            at_top = False
    assembly.elements += [_aside(page, run.text, run.rect, run.size) for run in page.asides]
    here = (each for each in assembly.elements if isinstance(each, _Placed))
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
        before.lines += first.lines
        before.places += first.places
    else:
        assembly.elements.append(first)
    assembly.elements += rest


def _unfinished(elements: Sequence[_Element], first: Paragraph) -> Paragraph | None:
    """The paragraph of an earlier column or page that goes on with this one."""
    for element in elements[: -_FOOTNOTES - 1 : -1]:
        if not isinstance(element, Paragraph):
            return None
        if element.size > first.size - 0.8:
            return element if go_on(element, first) else None
    return None


def _add_table(assembly: _Assembly, table: Table, page: int, *, at_top: bool) -> None:
    caption = _take_caption(assembly.elements, page)
    at_top = at_top or bool(caption and len(assembly.elements) == assembly.page_start)
    own = caption and not caption.lines[0].text.startswith("续")
    before = None if own else _begun(assembly.elements, table, page, at_top=at_top)
    if before:
        table = continued(before, table)
    assembly.elements.append(_Placed(page, table, caption))


def _begun(elements: Sequence[_Element], table: Table, page: int, *, at_top: bool) -> Table | None:
    """The table that goes on with this one; a torn page between may have lost its columns."""
    for element in elements[: -_TORN_PAGES - 1 : -1]:
        if not isinstance(element, _Placed):
            return None
        next_page = element.page < page and at_top
        below = 0 <= table.rect.top - element.table.rect.bottom < _TOUCHING
        if not next_page and not (below and element.page == page):
            return None
        if continues(element.table, table):
            return element.table
    return None


def _take_caption(elements: list[_Element], page: int) -> Paragraph | None:
    last = elements[-1] if elements else None
    if not isinstance(last, Paragraph) or last.places[0][0] != page:
        return None
    short = len(last.lines) <= _LONGEST_CAPTION and CAPTION.match(last.lines[0].text)
    if not short:
        return None
    elements.pop()
    return last


def _blocks(
    elements: Sequence[_Element], pages: dict[int, Page], bookmarks: Bookmarks, words: Words
) -> list[Block]:
    paragraphs = [each for each in elements if isinstance(each, Paragraph)]
    texts = {id(each): joined([line.text for line in each.lines], words) for each in paragraphs}
    depths = _depths(paragraphs, texts, bookmarks)
    blocks = []
    for element in elements:
        if isinstance(element, Paragraph):
            level = depths.get(id(element), 0)
            blocks.append(_text_block(element, texts[id(element)], level, pages))
        else:
            blocks.append(_table_block(element, pages[element.page], words))
    return blocks


def _depths(
    paragraphs: Sequence[Paragraph], texts: dict[int, str], bookmarks: Bookmarks
) -> dict[int, int]:
    look = look_of(paragraphs)
    headings: list[tuple[Paragraph, str]] = []
    given: list[int | None] = []
    for paragraph in paragraphs:
        text = texts[id(paragraph)]
        marked = bookmarks.get((paragraph.places[0][0], plain(text)))
        if marked or is_heading(paragraph, text, look):
            headings.append((paragraph, text))
            given.append(marked)
    found = levels(headings, given)
    return {id(each): depth for (each, _), depth in zip(headings, found, strict=True)}


def _text_block(paragraph: Paragraph, text: str, level: int, pages: dict[int, Page]) -> Block:
    boxes = tuple(_box(pages[number], rect) for number, rect in paragraph.places)
    kind = "heading" if level else "text"
    return Block(kind, text, paragraph.places[0][0], boxes, level)  # type: ignore[arg-type]


def _table_block(placed: _Placed, page: Page, words: Words) -> Block:
    table, own = placed.table, placed.caption
    title = joined([line.text for line in own.lines], words) if own else ""
    rects = [rect for _, rect in own.places] if own else []
    return Block(
        "table",
        f"{title} {table.caption}".strip(),
        placed.page,
        tuple(_box(page, rect) for rect in (*rects, table.rect)),
        rows=table.rows,
        header_rows=table.header_rows,
    )


def _box(page: Page, rect: Rect) -> Box:
    shown = page.as_shown(rect)
    return Box(page.number, *(round(value, 1) for value in shown))
