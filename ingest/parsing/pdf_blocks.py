"""A PDF's pages set to blocks: tables and paragraphs in reading order, headings found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.parsing.document import Block, Box, Warning
from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_headings import Bookmarks, is_heading, levels, look_of, plain
from ingest.parsing.pdf_layout import Line, flows_of
from ingest.parsing.pdf_page import Page
from ingest.parsing.pdf_paragraphs import Paragraph, go_on, paragraphs_of
from ingest.parsing.pdf_tables import Table, continued, continues, tables_of, take_captions
from ingest.parsing.pdf_text import Words, joined

# How far back from a page's top the paragraph may stand that goes on there: over footnotes.
_FOOTNOTES = 8


@dataclass(slots=True)
class _Placed:
    """A table on its page."""

    page: int
    table: Table


_Element = Paragraph | _Placed


@dataclass(slots=True)
class _Assembly:
    elements: list[_Element] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def blocks_of(
    pages: Sequence[Page], bookmarks: Bookmarks, done: Callable[[float], None]
) -> tuple[tuple[Block, ...], list[Warning]]:
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
    tables = take_captions(tables_of(page, words), page)
    runs = [run for run in page.runs if run.cell is None]
    for number, flow in enumerate(flows_of(runs, [table.rect for table in tables])):
        if flow.thing is None:
            _add_paragraphs(assembly, paragraphs_of(flow, page.number))
        else:
            _add_table(assembly, tables[flow.thing], page.number, at_top=number == 0)
    assembly.elements += [_aside(page, run.text, run.rect, run.size) for run in page.asides]
    doubtful = [each for each in tables if each.uncertain]
    if page.uncertain or doubtful:
        assembly.warnings.append(Warning("table_uncertain", page.number))


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
    last = assembly.elements[-1] if assembly.elements else None
    follows = isinstance(last, _Placed) and last.page == page - 1 and at_top
    own_caption = table.caption and not table.caption.startswith("续")
    if (
        isinstance(last, _Placed)
        and follows
        and not own_caption
        and continues(last.table, table)
    ):
        goes_on = continued(last.table, table)
        if goes_on.uncertain and not table.uncertain:
            assembly.warnings.append(Warning("table_uncertain", page))
        table = goes_on
    assembly.elements.append(_Placed(page, table))


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
            blocks.append(_table_block(element, pages[element.page]))
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


def _table_block(placed: _Placed, page: Page) -> Block:
    table = placed.table
    boxes = tuple(_box(page, rect) for rect in (*table.captions, table.rect))
    return Block(
        "table",
        table.caption,
        placed.page,
        boxes,
        rows=table.rows,
        header_rows=table.header_rows,
    )


def _box(page: Page, rect: Rect) -> Box:
    shown = page.as_shown(rect)
    return Box(page.number, *(round(value, 1) for value in shown))
