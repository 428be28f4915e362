"""Drug labels in SPL, the HL7 XML of the FDA: product, highlights, and the sections of the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from ingest.parsing.document import Block, Document, Progress, Unreadable
from ingest.parsing.html_tree import refuse_depth
from ingest.parsing.markup import flat, local, parse, tidy
from ingest.parsing.spl_product import children, first, product_lines
from ingest.parsing.spl_text import Texts
from ingest.parsing.tally import Tally

MEDIA_TYPE = "application/spl+xml"
NAMESPACE = "urn:hl7-org:v3"
_PRODUCT_DATA = "48780-1"
_BOXED = "34066-1"
_NAMELESS = frozenset({"42229-5", ""})
_BOXED_WARNING = "Boxed warning"
_HIGHLIGHTS = "Highlights of prescribing information"
_NAMES = {"42230-3": "Patient package insert", "42231-1": "Medication guide"}
_NAMES |= {"51945-4": "Package label: principal display panel"}
_PREAMBLE = "these highlights do not include"


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: unsafe_xml, nested_too_deeply, truncated_file, broken_file,
    wrong_type."""
    root = parse(path.read_bytes(), doctype=True)
    refuse_depth(root)
    body = first(root, "component", "structuredBody")
    if root.tag != f"{{{NAMESPACE}}}document" or body is None:
        raise Unreadable("wrong_type")
    progress(0.3)
    label = _Label(Tally())
    blocks = tuple(label.blocks(root, body))
    progress(1.0)
    return Document(MEDIA_TYPE, None, blocks, label.tally.warnings())


class _Label:
    """Goes through one label: what it is of, its highlights, then its text."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._texts = Texts(tally)

    def blocks(self, root: etree._Element, body: etree._Element) -> Iterator[Block]:
        yield from self._title(root)
        yield from self._product(root)
        yield from self._highlights(body)
        for section in _sections(body):
            yield from self._section(section, 2)

    def _title(self, root: etree._Element) -> Iterator[Block]:
        """The title. That of highlights begins with a caution, which is text, and not the name."""
        title = first(root, "title")
        lines = tidy(self._texts.inline(title)).split("\n") if title is not None else [""]
        at = 1 if lines[0].lower().startswith(_PREAMBLE) and len(lines) > 1 else 0
        name = lines.pop(at) or _product_name(root) or _kind(root)
        yield from self._heading(name, 1)
        for line in filter(None, lines):
            yield Block("text", line)

    def _product(self, root: etree._Element) -> Iterator[Block]:
        lines = list(product_lines(root))
        if lines:
            yield from self._heading("Product", 2)
            yield from (Block("text", line) for line in lines)

    def _highlights(self, body: etree._Element) -> Iterator[Block]:
        """They say in short what the text says at length, so they stand apart from it."""
        held = [
            (section, text)
            for section in body.iter()
            if local(section) == "section"
            for excerpt in children(section, "excerpt")
            if (text := first(excerpt, "highlight", "text")) is not None
        ]
        if held:
            yield from self._heading(_HIGHLIGHTS, 2)
        for section, text in held:
            yield from self._heading(self._name(section), 3)
            yield from self._texts.blocks(text)

    def _section(self, section: etree._Element, level: int) -> Iterator[Block]:
        text = first(section, "text")
        if text is None and not list(_sections(section)):
            yield from self._bare(section, level)
            return
        yield from self._heading(self._name(section), level)
        yield from self._inside(section, level)

    def _inside(self, section: etree._Element, level: int) -> Iterator[Block]:
        text = first(section, "text")
        if text is not None:
            yield from self._texts.blocks(text)
        divided = False
        for each in _sections(section):
            if not self._is_mere_text(each):
                yield from self._section(each, level + 1)
                divided = True
                continue
            if divided:
                yield from self._heading(self._name(section), level + 1)
            yield from self._inside(each, level)

    def _is_mere_text(self, section: etree._Element) -> bool:
        """Whether it has no name of its own, and so belongs to the section that it stands in."""
        return _code(section) in _NAMELESS and not self._titled(section)

    def _bare(self, section: etree._Element, level: int) -> Iterator[Block]:
        """A section without text: of product data, of highlights alone, or all in its title."""
        title = self._titled(section)
        if _code(section) != _PRODUCT_DATA and not children(section, "excerpt"):
            yield from self._heading(title, level)
            yield from (Block("text", each) for each in [title] if each)

    def _name(self, section: etree._Element) -> str:
        """Its title, which says that a warning is boxed; else what its code stands for."""
        title = self._titled(section)
        if _code(section) == _BOXED and "boxed" not in title.lower():
            return f"{_BOXED_WARNING}: {title}" if title else _BOXED_WARNING
        return title or _kind(section)

    def _titled(self, section: etree._Element) -> str:
        title = first(section, "title")
        return flat(self._texts.inline(title)) if title is not None else ""

    def _heading(self, text: str, level: int) -> Iterator[Block]:
        if flat(text):
            self.tally.section = flat(text)
            yield Block("heading", flat(text), level=level)


def _sections(element: etree._Element) -> Iterator[etree._Element]:
    for component in children(element, "component"):
        yield from children(component, "section")


def _code(section: etree._Element) -> str:
    code = first(section, "code")
    return code.get("code") or "" if code is not None else ""


def _kind(element: etree._Element) -> str:
    """What the code of a document or a section is called: Description, Human otc drug label."""
    code = first(element, "code")
    if _code(element) in _NAMES:
        return _NAMES[_code(element)]
    called = (code.get("displayName") or "") if code is not None else ""
    return flat(called.removeprefix("SPL ").removesuffix("SECTION")).capitalize() or "Section"


def _product_name(root: etree._Element) -> str:
    for each in root.iter():
        if local(each) == "manufacturedProduct" and (name := first(each, "name")) is not None:
            return flat("".join(map(str, name.itertext())))
    return ""
