"""The package of an EPUB: which chapters, in which order, under which titles and page numbers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from ingest.parsing.archive import Archive, within
from ingest.parsing.document import Unreadable
from ingest.parsing.epub_navigation import CONTENTS, PAGES, Kind, Place, places
from ingest.parsing.markup import local, parse

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts are made unusable outside of the book by these; the text is as it was.
_FONTS_ONLY = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/xml"})
_NCX = "application/x-dtbncx+xml"
# Books offer one other form of a file, or two; a chain of thousands is made to keep us busy.
_MOST_FALLBACKS = 10


@dataclass(frozen=True)
class Item:
    """A file of the book. `name` is empty where its address leads out of the archive."""

    name: str
    called: str
    media_type: str = ""
    fallback: str = ""
    properties: frozenset[str] = frozenset()

    @property
    def is_chapter(self) -> bool:
        return self.media_type in _CHAPTERS

    @property
    def is_contents(self) -> bool:
        """Whether it is the table of contents itself."""
        return "nav" in self.properties


class Book:
    """An opened EPUB: its files in reading order, each once, and the places its lists lead to."""

    def __init__(self, archive: Archive) -> None:
        """Raises `Unreadable`: broken_file, truncated_file, encrypted_file, unsafe_xml."""
        self._archive = archive
        self._folder, package = self._package()
        self._items = {each.get("id") or "": self._item(each) for each in _all(package, "item")}
        references = [each.get("idref") or "" for each in _all(package, "itemref")]
        self.spine = list(_once(map(self._readable, references)))
        self._refuse_encrypted()
        self.contents = self._places(CONTENTS)
        self.pages = self._places(PAGES)

    def chapter(self, item: Item) -> bytes | None:
        """What is in it; None where it is missing or no chapter."""
        return self._archive.read(item.name) if item.name and item.is_chapter else None

    def _package(self) -> tuple[str, etree._Element]:
        for each in _all(self._xml(_CONTAINER), "rootfile"):
            name = within("", unquote(each.get("full-path") or ""))
            return posixpath.dirname(name), self._xml(name)
        raise Unreadable("broken_file")

    def _item(self, element: etree._Element) -> Item:
        href = unquote(element.get("href") or "")
        return Item(
            within(self._folder, href),
            href,
            (element.get("media-type") or "").lower(),
            element.get("fallback") or "",
            frozenset((element.get("properties") or "").split()),
        )

    def _readable(self, reference: str) -> Item:
        """What the spine refers to, or what the book offers to those who cannot show it."""
        item = first = self._items.get(reference) or Item("", reference)
        for _ in range(_MOST_FALLBACKS):
            if item.is_chapter or item.fallback not in self._items:
                break
            item = self._items[item.fallback]
        return item if item.is_chapter else first

    def _refuse_encrypted(self) -> None:
        """A chapter that is encrypted makes the book unreadable; a font or a picture does not."""
        if self._archive.read(_ENCRYPTION) is None:
            return
        chapters = {item.name.lower() for item in self._items.values() if item.is_chapter}
        for data in _all(self._xml(_ENCRYPTION), "EncryptedData"):
            names = {within("", unquote(uri)).lower() for uri in _values(data, "URI")}
            if names & chapters and not _FONTS_ONLY & set(_values(data, "Algorithm")):
                raise Unreadable("encrypted_file")

    def _places(self, kind: Kind) -> list[Place]:
        """From the navigation of EPUB 3, else from that of EPUB 2; a book can do without."""
        navigation = [item for item in self._items.values() if item.is_contents]
        navigation += [item for item in self._items.values() if item.media_type == _NCX]
        for item in _once(navigation):
            root = self._well_formed(item)
            found = places(root, item.name, kind) if root is not None else []
            if found:
                return found
        return []

    def _well_formed(self, item: Item) -> etree._Element | None:
        data = self._archive.read(item.name) if item.name else None
        try:
            return parse(data, doctype=True) if data is not None else None
        except Unreadable as error:
            if error.code == "unsafe_xml":
                raise
            return None

    def _xml(self, name: str) -> etree._Element:
        data = self._archive.read(name) if name else None
        if data is None:
            raise Unreadable("broken_file")
        return parse(data, doctype=True)


def _once(items: Iterable[Item]) -> Iterator[Item]:
    """Each file where it is named first, in whatever letters, or a book of one page could be read
    for hours. What has no name stays: it is not read, and each is said."""
    seen = set()
    for item in items:
        # One file may be named as a picture and as a chapter, and is a chapter then.
        named = item.name.lower(), item.is_chapter, item.is_contents
        if not item.name or named not in seen:
            yield item
        seen.add(named)


def _all(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in root.iter() if local(each) == name)


def _values(element: etree._Element, attribute: str) -> list[str]:
    return [value for each in element.iter() if (value := each.get(attribute)) is not None]
