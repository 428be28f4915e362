"""The narrative of a drug label: paragraphs, lists, tables and footnotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from ingest.parsing import grid
from ingest.parsing.document import Block
from ingest.parsing.docx_numbering import letters, roman
from ingest.parsing.html_walk import foot_last, marked
from ingest.parsing.inline import Inline
from ingest.parsing.markup import flat, local, names, tidy
from ingest.parsing.spl_product import children
from ingest.parsing.tally import Tally

_APART = names("paragraph list table")
_LINES = _APART | names("item caption")
_FORMS: dict[str, Callable[[int], str]] = {
    "littlealpha": letters,
    "bigalpha": lambda number: letters(number).upper(),
    "littleroman": roman,
    "bigroman": lambda number: roman(number).upper(),
}


class Texts:
    """Reads narratives one after the other; footnotes count through the whole label."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._notes: dict[str, int] = {}
        self._count = 0
        self._waiting: list[tuple[int, etree._Element]] = []
        self._inline = Inline(
            {
                "br": lambda element: "\n",
                "renderMultiMedia": self._picture,
                "footnote": self._footnote,
                "footnoteRef": self._reference,
                "content": self._content,
                "list": self._inner_list,
            },
            _LINES,
        )

    def inline(self, element: etree._Element) -> str:
        return self._inline.text(element)

    def blocks(self, text: etree._Element) -> Iterator[Block]:
        """The narrative in order, its footnotes right behind what they belong to."""
        for block in self._flow(text):
            yield block
            yield from self._footnotes()
        yield from self._footnotes()

    def _flow(self, element: etree._Element) -> Iterator[Block]:
        free = self._inline.run(element.text)
        for child in element:
            if not any(local(each) in _APART for each in child.iter()):
                free += self._inline.child(child)
                continue
            yield from _paragraph(free)
            yield from self._block(child)
            free = self._inline.run(child.tail)
        yield from _paragraph(free)

    def _block(self, element: etree._Element) -> Iterator[Block]:
        name = local(element)
        if name == "list":
            yield from self._list(element)
        elif name == "table":
            yield from self._table(element)
        elif name == "renderMultiMedia":
            yield from _paragraph(self._picture(element))
        elif name in {"paragraph", "content"} and _is_deleted(element):
            self._content(element)
        else:
            yield from self._flow(element)

    def _list(self, element: etree._Element) -> Iterator[Block]:
        yield from _paragraph(self._caption(element))
        for at, item in enumerate(children(element, "item"), 1):
            marker = self._marker(element, item, at)
            yield from marked(self._flow(_without_caption(item)), marker)

    def _marker(self, element: etree._Element, item: etree._Element, at: int) -> str:
        """The caption of an item stands in the place of its bullet or number."""
        caption = next((each for each in item if local(each) == "caption"), None)
        if caption is not None and flat(self._inline.text(caption)):
            return flat(self._inline.text(caption))
        if (element.get("listType") or "") != "ordered":
            return "•"
        form = _FORMS.get((element.get("styleCode") or "").lower(), str)
        return f"{form(at)}."

    def _table(self, table: etree._Element) -> Iterator[Block]:
        caption = self._caption(table)
        found = grid.from_markup(foot_last(table), self._inline)
        if found.left_out or not found.rows:
            self._tally.note("table_left_out")
            yield from _paragraph(caption)
        elif len(found.rows) == len(found.rows[0]) == 1:
            yield from _paragraph(f"{caption}\n{found.rows[0][0]}")
        else:
            yield found.block(caption)

    def _caption(self, element: etree._Element) -> str:
        captions = (self._inline.text(each) for each in children(element, "caption"))
        return flat(" ".join(captions))

    def _inner_list(self, element: etree._Element) -> str:
        """A list within a cell, a line an item."""
        lines = [
            f"{self._marker(element, item, at)} {flat(self._inline.text(_without_caption(item)))}"
            for at, item in enumerate(children(element, "item"), 1)
        ]
        return "\n".join([self._caption(element), *lines])

    def _picture(self, element: etree._Element) -> str:
        self._tally.note("figure_left_out")
        return f"\n{self._caption(element)}\n"

    def _content(self, element: etree._Element) -> str:
        if _is_deleted(element):
            self._tally.note("struck_text_left_out", flat(self._inline.text(element)))
            return ""
        return self._inline.text(element)

    def _footnote(self, element: etree._Element) -> str:
        number = self._number(element.get("ID") or "")
        self._waiting.append((number, element))
        return f"[^{number}]"

    def _reference(self, element: etree._Element) -> str:
        return f"[^{self._number(element.get('IDREF') or '')}]"

    def _number(self, name: str) -> int:
        """The same number wherever a footnote of this name is referred to."""
        if name in self._notes:
            return self._notes[name]
        self._count += 1
        if name:
            self._notes[name] = self._count
        return self._count

    def _footnotes(self) -> Iterator[Block]:
        while self._waiting:
            number, element = self._waiting.pop(0)
            yield from _paragraph(f"[^{number}] {flat(self._inline.text(element))}")


def _is_deleted(element: etree._Element) -> bool:
    return element.get("revised") == "delete"


def _without_caption(item: etree._Element) -> etree._Element:
    """The item; its caption was read as its marker."""
    for caption in children(item, "caption"):
        tail = caption.tail or ""
        caption.clear()
        caption.tail = tail
    return item


def _paragraph(text: str) -> Iterator[Block]:
    if tidy(text):
        yield Block("text", tidy(text))
