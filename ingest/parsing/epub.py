"""E-books in EPUB 2 and 3: their chapters in reading order, with page numbers where they know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from ingest.parsing import grid
from ingest.parsing.archive import opened
from ingest.parsing.document import Block, Document, Progress
from ingest.parsing.epub_navigation import Place, label_of, types
from ingest.parsing.epub_package import Book, Item
from ingest.parsing.html_page import with_headings
from ingest.parsing.html_prune import prune
from ingest.parsing.html_tree import chapter
from ingest.parsing.html_walk import PAGE, Walk
from ingest.parsing.hypertext import HEADINGS
from ingest.parsing.markup import flat, local
from ingest.parsing.tally import Tally

MEDIA_TYPE = "application/epub+zip"
_LOWEST = 6
_HEADED = frozenset({"p", "div"})


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: truncated_file, encrypted_file, unpacks_too_large, unsafe_xml,
    broken_file, wrong_encoding, nested_too_deeply."""
    with opened(path) as archive:
        reading = _Reading(Book(archive))
        blocks = list(reading.blocks(progress))
        for name in archive.unsafe:
            reading.tally.note("unsafe_name_left_out", name, section="")
    blocks = with_headings(grid.with_captions(blocks), reading.walk.outstanding, reading.tally)
    pages = max((block.page for block in blocks if block.page), default=None)
    progress(1.0)
    return Document(MEDIA_TYPE, pages, tuple(blocks), reading.tally.warnings())


class _Reading:
    """Goes once through the book."""

    def __init__(self, book: Book) -> None:
        self.tally = Tally()
        self.walk = Walk(self.tally)
        self._book = book
        self._pages, self._contents = _by_file(book.pages), _by_file(book.contents)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        for at, item in enumerate(self._book.spine):
            yield from self._item(item)
            progress(0.95 * (at + 1) / len(self._book.spine))

    def _item(self, item: Item) -> Iterator[Block]:
        if item.is_contents:
            self.tally.note("contents_left_out", section="")
            return
        data = self._book.chapter(item)
        if data is None:
            picture = item.media_type.startswith("image/")
            code = "figure_left_out" if picture else "chapter_left_out"
            self.tally.note(code, item.called, section="")
        else:
            yield from self._chapter(item, chapter(data))

    def _chapter(self, item: Item, root: etree._Element) -> Iterator[Block]:
        body = next((each for each in root.iter() if local(each) == "body"), root)
        marked = {each.get("id") or "": each for each in body.iter() if each.get("id")}
        _number_pages(body, marked, self._pages.get(item.name, []))
        titles = self._contents.get(item.name, [])
        if not any(local(each) in HEADINGS for each in body.iter()):
            _head(marked, titles)
        prune(body, self.tally, framed=False)
        found = list(self.walk.blocks(body))
        if titles and found and not any(block.kind == "heading" for block in found):
            yield self._titled(titles[0], found[0])
        yield from found

    def _titled(self, title: Place, first: Block) -> Block:
        """A chapter that the contents know by a name which it does not bear itself."""
        return Block("heading", title.label or title.name, first.page, level=title.depth)


def _by_file(places: list[Place]) -> dict[str, list[Place]]:
    files: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places:
        files[place.name].append(place)
    return files


def _number_pages(
    body: etree._Element, marked: dict[str, etree._Element], pages: list[Place]
) -> None:
    """Put a mark wherever a page of the printed book begins."""
    labels = {each.anchor: each.label for each in pages}
    for each in list(body.iter()):
        if "pagebreak" in types(each) or each.get("role") == "doc-pagebreak":
            said = each.get("title") or each.get("aria-label") or label_of(each)
            _mark(each, labels.pop(each.get("id") or "", "") or said)
    for anchor, label in labels.items():
        begins = marked.get(anchor, body if not anchor else None)
        if begins is not None and local(begins) not in {"", PAGE}:
            mark = etree.Element(PAGE, n=_page(label))
            mark.tail, begins.text = begins.text, None
            begins.insert(0, mark)


def _mark(element: etree._Element, label: str) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.tail = PAGE, tail
    element.set("n", _page(label))


def _page(label: str) -> str:
    """A page's number; nothing for those in Roman figures, which come before the first."""
    number = flat(label).lower().removeprefix("page").strip()
    return number if number.isascii() and number.isdecimal() and len(number) < 6 else ""  # noqa: PLR2004


def _head(marked: dict[str, etree._Element], titles: list[Place]) -> None:
    """Paragraphs to which the contents lead by their own words are the headings of a chapter
    that marks none."""
    for title in titles:
        element = marked.get(title.anchor)
        while element is not None and local(element) not in _HEADED:
            element = element.getparent()
        if element is not None and title.label and label_of(element) == title.label:
            element.tag = f"h{min(title.depth, _LOWEST)}"
