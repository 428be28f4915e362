"""The lists of an EPUB that lead to places in it: its contents and its pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from ingest.parsing.archive import within
from ingest.parsing.markup import flat, local

_TYPES = ("{http://www.idpf.org/2007/ops}type", "epub:type")
_Entry = tuple[str, str, int]


@dataclass(frozen=True)
class Place:
    """Where an entry leads: the file, the mark within it if any, and how deep the entry stands."""

    name: str
    anchor: str
    label: str
    depth: int = 1


@dataclass(frozen=True)
class Kind:
    """What a list is called in EPUB 3 and, with its entries, in EPUB 2."""

    type: str
    group: str
    entry: str


CONTENTS = Kind("toc", "navMap", "navPoint")
PAGES = Kind("page-list", "pageList", "pageTarget")


def places(root: etree._Element, name: str, kind: Kind) -> list[Place]:
    """The entries of one list, from the file of this name. None of that kind, no places."""
    entries = _points(root, kind) if local(root) == "ncx" else _links(root, kind)
    return [_place(name, entry) for entry in entries]


def types(element: etree._Element) -> list[str]:
    """What a book says of an element: pagebreak, toc and so on."""
    return " ".join(element.get(key) or "" for key in _TYPES).split()


def label_of(element: etree._Element) -> str:
    return flat("".join(map(str, element.itertext())))


def _place(name: str, entry: _Entry) -> Place:
    href, label, depth = entry
    path, _, anchor = href.partition("#")
    target = within(posixpath.dirname(name), unquote(path)) if path else name
    return Place(target, unquote(anchor), label, depth)


def _links(root: etree._Element, kind: Kind) -> Iterator[_Entry]:
    for nav in root.iter():
        if local(nav) == "nav" and kind.type in types(nav):
            for link in (each for each in nav.iter() if local(each) == "a"):
                depth = sum(1 for each in link.iterancestors() if local(each) == "ol")
                yield link.get("href") or "", label_of(link), max(1, depth)


def _points(root: etree._Element, kind: Kind) -> Iterator[_Entry]:
    for point in (each for each in root.iter() if local(each) == kind.entry):
        depth = 1 + sum(1 for each in point.iterancestors() if local(each) == kind.entry)
        labels = [label_of(child) for child in point if local(child) == "navLabel"]
        sources = [child.get("src") or "" for child in point if local(child) == "content"]
        if sources:
            yield sources[0], "".join(labels[:1]) or point.get("value") or "", depth
