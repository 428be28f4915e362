"""The text of a web page or of a chapter, as blocks: headings, paragraphs, lists, tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from lxml import etree

from ingest.parsing import equations, grid
from ingest.parsing.document import Block
from ingest.parsing.docx_numbering import letters, roman
from ingest.parsing.hypertext import BLOCKS, HEADINGS, SILENT
from ingest.parsing.inline import Inline
from ingest.parsing.markup import flat, local, tidy
from ingest.parsing.tally import Tally

PAGE = "kb-page"
_PARTS = BLOCKS | frozenset(HEADINGS)
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_BOLD = frozenset({"b", "strong"})
_LAYOUT = frozenset({"presentation", "none"})
_UNMARKED = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone", re.I)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_DEEPEST_HEADING = 6
_NUMBER = "kb-number"
_PAGE_NUMBER = re.compile(r"[0-9]{1,5}")
_FORMS: dict[str, Callable[[int], str]] = {
    "a": letters,
    "A": lambda number: letters(number).upper(),
    "i": roman,
    "I": lambda number: roman(number).upper(),
}


class Walk:
    """Goes through pruned trees, one after the other, and counts what cannot be read.

    `page` is the page that was last turned to, where the file knows of pages. `outstanding` has
    the paragraphs that are bold or centred throughout.
    """

    def __init__(self, tally: Tally) -> None:
        self.page: int | None = None
        self.outstanding: set[str] = set()
        self._tally = tally
        self._inline = Inline(
            {
                "br": lambda element: "\n",
                "pre": lambda element: "".join(map(str, element.itertext())),
                "img": lambda element: element.get("alt") or "",
                "math": self._formula,
                "q": lambda element: f"“{self._inline.text(element)}”",
                "rp": lambda element: "",
                "rt": lambda element: f"（{self._inline.text(element)}）",
                "li": self._inner_item,
                "table": self._inner_table,
                PAGE: self._turn,
                **dict.fromkeys(SILENT, lambda element: ""),
            },
            _PARTS - {"td", "th"},
        )

    def blocks(self, root: etree._Element) -> Iterator[Block]:
        """What stands in the element, in order."""
        _number(root)
        yield from self._flow(root)

    def _flow(self, element: etree._Element) -> Iterator[Block]:
        """Text that stands free between blocks makes paragraphs."""
        free, page = self._inline.run(element.text), self.page
        for child in element:
            if local(child) == PAGE:
                self._turn(child)
                page = page if free.strip() else self.page
                free += self._inline.run(child.tail)
                continue
            if not _is_part(child):
                free += self._inline.child(child)
                continue
            yield from self._paragraph(free, page)
            yield from self._block(child)
            free, page = self._inline.run(child.tail), self.page
        yield from self._paragraph(free, page)

    def _block(self, element: etree._Element) -> Iterator[Block]:
        name = local(element)
        level = _level(element)
        if level:
            yield from self._heading(element, level)
        elif name == "table":
            yield from self._table(element)
        elif name in _LISTS:
            yield from self._list(element)
        elif name == "dl":
            yield from self._definitions(element)
        elif name == "pre":
            yield from self._paragraph("".join(map(str, element.itertext())), self.page)
        else:
            found = list(self._flow(element))
            if len(found) == 1 and _stands_out(element):
                self.outstanding.add(found[0].text)
            yield from found

    def _heading(self, element: etree._Element, level: int) -> Iterator[Block]:
        page = self.page
        text = flat(_seen(self._inline.text(element)))
        if text:
            self._tally.section = text
            yield Block("heading", text, page, level=level)

    def _list(self, element: etree._Element) -> Iterator[Block]:
        for child in element:
            name = local(child)
            if name == "li":
                yield from marked(self._flow(child), _marker(child))
            elif name in _LISTS:
                yield from self._list(child)
            elif name == PAGE:
                self._turn(child)
            elif name:
                yield from self._block(child)

    def _definitions(self, element: etree._Element) -> Iterator[Block]:
        """A term stands before what it means, in one paragraph."""
        term, page = "", self.page
        for child in element:
            if local(child) == "dt":
                yield from self._paragraph(term, page)
                term, page = _seen(self._inline.text(child)), self.page
            elif local(child) == "dd":
                yield from marked(self._flow(child), f"{flat(term).rstrip(':：')}:" if term else "")
                term = ""
            elif local(child) == PAGE:
                self._turn(child)
            elif local(child):
                yield from self._paragraph(term, page)
                term = ""
                yield from self._definitions(child)
        yield from self._paragraph(term, page)

    def _table(self, table: etree._Element) -> Iterator[Block]:
        if _is_layout(table):
            for cell in _cells(table):
                yield from self._flow(cell)
            return
        page, caption = self.page, self._caption(table)
        found = grid.from_markup(foot_last(table), self._inline)
        self._turn_all(table)
        if found.left_out:
            self._tally.note("table_left_out")
        if not found.rows or len(found.rows) == len(found.rows[0]) == 1:
            yield from self._paragraph(caption, page)
            yield from self._paragraph("\n".join(cell for row in found.rows for cell in row), page)
        else:
            rows = tuple(tuple(_seen(cell) for cell in row) for row in found.rows)
            yield replace(found.block(caption), rows=rows, page=page)

    def _caption(self, table: etree._Element) -> str:
        captions = [child for child in table if local(child) == "caption"]
        return flat(_seen(" ".join(self._inline.text(each) for each in captions)))

    def _paragraph(self, text: str, page: int | None) -> Iterator[Block]:
        tidied = tidy(_seen(text))
        if tidied:
            yield Block("text", tidied, page)

    def _formula(self, element: etree._Element) -> str:
        text = equations.line(element)
        if not text:
            self._tally.note("equation_left_out")
        return text or "[…]"

    def _inner_item(self, item: etree._Element) -> str:
        """An item of a list within a cell, on a line of its own."""
        return f"{_marker(item)} {tidy(self._inline.text(item))}".strip()

    def _inner_table(self, table: etree._Element) -> str:
        """A table within a cell, a line a row."""
        rows = grid.from_markup(table, self._inline).rows
        return f"\n{self._caption(table)}\n" + "\n".join(" | ".join(map(flat, row)) for row in rows)

    def _turn_all(self, table: etree._Element) -> None:
        """Pages also end between rows, where no text is read."""
        for mark in table.iter(PAGE):
            self._turn(mark)

    def _turn(self, mark: etree._Element) -> str:
        number = mark.get("n") or ""
        self.page = (int(number) or None) if _PAGE_NUMBER.fullmatch(number) else None
        return ""


def foot_last(table: etree._Element) -> etree._Element:
    """The table with its foot below its body, where it is shown, wherever it is written."""
    for foot in [child for child in table if local(child) == "tfoot"]:
        table.append(foot)
    return table


def _is_part(element: etree._Element) -> bool:
    """Whether it stands on lines of its own, or something within it does."""
    return any(local(each) in _PARTS or _level(each) for each in element.iter())


def _level(element: etree._Element) -> int:
    """How deep a heading is; 0 for what is none."""
    if element.get("role") == "heading":
        level = element.get("aria-level") or "2"
        return min(max(int(level), 1), _DEEPEST_HEADING) if level.isdecimal() else 2
    return HEADINGS.get(local(element), 0)


def marked(blocks: Iterable[Block], marker: str) -> Iterator[Block]:
    """The blocks of an item, its number or bullet before the first words."""
    for block in blocks:
        if marker and block.kind == "text":
            block, marker = replace(block, text=f"{marker} {block.text}"), ""
        yield block


def _marker(item: etree._Element) -> str:
    """What is printed before an item: a bullet, or its number in the list's own form."""
    parent = item.getparent()
    if parent is None or _UNMARKED.search(parent.get("style") or "") or _only_a_list(item):
        return ""
    if local(parent) != "ol":
        return "•"
    number = int(item.get(_NUMBER) or 1)
    return f"{_FORMS.get(parent.get('type') or '', str)(number)}."


def _number(root: etree._Element) -> None:
    """Count the items of ordered lists as HTML does, by `start`, `value` and `reversed`."""
    for each in root.iter():
        if local(each) != "ol":
            continue
        items = [child for child in each if local(child) == "li"]
        step = -1 if each.get("reversed") is not None else 1
        number = _whole_number(each.get("start"), 1 if step > 0 else len(items))
        for item in items:
            number = _whole_number(item.get("value"), number)
            item.set(_NUMBER, str(number))
            number += step


def _whole_number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text.strip()) else otherwise


def _only_a_list(item: etree._Element) -> bool:
    return not (item.text or "").strip() and len(item) > 0 and local(item[0]) in _LISTS


def _is_layout(table: etree._Element) -> bool:
    """Whether the table only places things, and says nothing by its rows and columns."""
    if table.get("role") in _LAYOUT:
        return True
    nested = any(local(each) == "table" for each in table.iterdescendants())
    return nested and not any(local(each) in {"th", "thead", "caption"} for each in _own(table))


def _own(table: etree._Element) -> Iterator[etree._Element]:
    """The table's groups, rows and cells, and nothing within cells."""
    for child in table:
        if local(child):
            yield child
        if local(child) in {"thead", "tbody", "tfoot", "tr"}:
            yield from _own(child)


def _cells(table: etree._Element) -> Iterator[etree._Element]:
    return (each for each in _own(table) if local(each) in {"td", "th", "caption"})


def _stands_out(element: etree._Element) -> bool:
    """Whether all its text is bold, or centred."""
    if local(element) == "center" or element.get("align") == "center":
        return True
    return bool(_CENTRED.search(element.get("style") or "")) or _is_bold(element)


def _is_bold(element: etree._Element) -> bool:
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return False
    inner = [child for child in element if "".join(map(str, child.itertext())).strip()]
    return bool(inner) and all(local(each) in _BOLD or _is_bold(each) for each in inner)


def _seen(text: str) -> str:
    """Without the marks that only tell where a word may be parted."""
    return text.translate(_UNSEEN)
