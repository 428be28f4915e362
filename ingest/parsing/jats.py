"""Articles in JATS XML: title, abstract, sections, tables; no references."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from ingest.parsing import equations, grid, tex
from ingest.parsing.document import Block, Document, Progress, Unreadable, Warning  # noqa: A004
from ingest.parsing.inline import Inline
from ingest.parsing.markup import flat, local, names, parse, tidy

MEDIA_TYPE = "application/jats+xml"
_PARTS = {"abstract": "Abstract", "trans-abstract": "Abstract", "ack": "Acknowledgments"}
_PARTS |= {"glossary": "Glossary", "app": "Appendix", "boxed-text": "Box", "notes": "Notes"}
_PARTS |= {"sec": "", "bio": "Biography"}
# What ends a paragraph that it stands in.
_APART = names(
    "p list def-list disp-quote disp-formula disp-formula-group table-wrap table-wrap-group fig "
    "fig-group boxed-text sec supplementary-material media verse-group speech statement ref-list "
    "fn-group fn glossary app app-group ack notes bio array code preformat"
)
_OF_THE_FRAME = frozenset({"title", "label", "object-id", "sec-meta", "subtitle", "alt-title"})
_LINES = frozenset(
    {"p", "title", "list-item", "list", "def-item", "break", "fn", "tr", "verse-line"}
)


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: unsafe_xml, nested_too_deeply, truncated_file, broken_file,
    wrong_type."""
    root = parse(path.read_bytes(), doctype=True)
    if local(root) != "article" or (_child(root, "front") is None and _child(root, "body") is None):
        raise Unreadable("wrong_type")
    progress(0.3)
    walk = _Walk()
    blocks = tuple(walk.article(root))
    progress(1.0)
    return Document(MEDIA_TYPE, None, blocks, walk.warnings())


class _Walk:
    """Goes through one article, and counts what it leaves out."""

    def __init__(self) -> None:
        self._left: Counter[str] = Counter()
        self._inline = Inline(
            {
                "inline-formula": self._formula,
                "disp-formula": self._formula,
                "math": equations.line,
                "tex-math": lambda element: _tex(element.text or ""),
                "inline-graphic": self._picture,
                "graphic": self._picture,
                "break": lambda element: "\n",
                "table-wrap": lambda element: "",
                "fig": lambda element: "",
            },
            _LINES,
        )

    def warnings(self) -> tuple[Warning, ...]:
        return tuple(
            Warning(code, facts={"count": count}) for code, count in sorted(self._left.items())
        )

    def article(self, root: etree._Element, level: int = 1) -> Iterator[Block]:
        """A whole article, or a reply or translation printed with it."""
        for front in _children(root, "front", "front-stub"):
            yield from self._front(front, level)
        for part in _children(root, "body", "back", "floats-group"):
            yield from self._content(part, level + 1)
        for other in _children(root, "sub-article", "response"):
            yield from self.article(other, level)

    def _front(self, front: etree._Element, level: int) -> Iterator[Block]:
        title = next((each for each in front.iter() if local(each) == "article-title"), None)
        if title is not None:
            yield from self._heading(self._text(title), level)
        for part in front.iter():
            if local(part) in {"abstract", "trans-abstract"}:
                yield from self._section(part, level + 1)
        keywords = [self._text(each) for each in front.iter() if local(each) == "kwd"]
        if keywords:
            yield Block("text", "Keywords: " + "; ".join(filter(None, keywords)))
        self._left["front_matter_left_out"] += 1

    def _section(self, section: etree._Element, level: int) -> Iterator[Block]:
        label, title = _child(section, "label"), _child(section, "title")
        words = [self._text(each) for each in (label, title) if each is not None]
        yield from self._heading(" ".join(words).strip() or _untitled(section), level)
        yield from self._content(section, level + 1)

    def _content(self, element: etree._Element, level: int) -> Iterator[Block]:
        """What stands in a section, in order."""
        for child in element:
            name = local(child)
            if name in _PARTS:
                yield from self._section(child, level)
            elif name == "ref-list":
                self._left["references_left_out"] += sum(
                    1 for each in child.iter() if local(each) == "ref"
                )
            elif name == "title":
                yield from self._stray_title(element, child, level)
            elif name and name not in _OF_THE_FRAME:
                yield from self._block(child, level)

    def _stray_title(
        self, parent: etree._Element, title: etree._Element, level: int
    ) -> Iterator[Block]:
        """The title of what is no section of its own, such as a list or a group of notes."""
        if local(parent) not in _PARTS:
            yield from self._paragraph(self._text(title))

    def _block(self, element: etree._Element, level: int) -> Iterator[Block]:
        name = local(element)
        if name in {"list", "def-list"}:
            yield from self._list(element, level)
        elif name == "table-wrap":
            yield from self._table(element)
        elif name == "fig":
            self._left["figure_left_out"] += 1
            yield from self._paragraph(self._caption(element))
        elif name in {"supplementary-material", "media"}:
            self._left["supplement_left_out"] += 1
            yield from self._paragraph(self._caption(element))
        elif name in {"disp-formula", "code", "preformat"}:
            yield from self._paragraph(
                self._inline.text(element) if name != "disp-formula" else self._formula(element)
            )
        elif name == "p" or not any(local(child) in _APART for child in element):
            yield from self._flow(element, level)
        else:
            yield from self._content(element, level)

    def _flow(self, paragraph: etree._Element, level: int) -> Iterator[Block]:
        """A paragraph, cut where a list, formula or table stands in it."""
        text = self._inline.run(paragraph.text)
        for child in paragraph:
            if local(child) not in _APART or local(child) == "fn":
                text += self._inline.child(child)
                continue
            yield from self._paragraph(text)
            yield from self._content_of(child, level)
            text = self._inline.run(child.tail)
        yield from self._paragraph(text)

    def _content_of(self, child: etree._Element, level: int) -> Iterator[Block]:
        if local(child) in _PARTS:
            yield from self._section(child, level)
        else:
            yield from self._block(child, level)

    def _list(self, element: etree._Element, level: int) -> Iterator[Block]:
        numbered = element.get("list-type") in {"order", "arabic"}
        at = 0
        for item in element:
            if local(item) == "list-item":
                at += 1
                label = _child(item, "label")
                marker = f"{at}." if numbered else "•"
                yield from self._item(
                    item, flat(self._text(label)) if label is not None else marker, level
                )
            elif local(item) == "def-item":
                words = [self._text(part) for part in item if local(part) in {"term", "def"}]
                yield from self._paragraph(": ".join(words))
            elif local(item) == "title":
                yield from self._paragraph(self._text(item))

    def _item(self, item: etree._Element, marker: str, level: int) -> Iterator[Block]:
        for block in self._content(item, level):
            if marker and block.kind == "text":
                block, marker = Block("text", f"{marker} {block.text}"), ""
            yield block

    def _table(self, wrap: etree._Element) -> Iterator[Block]:
        caption = self._caption(wrap)
        tables = [each for each in wrap.iter() if local(each) == "table"]
        grids = [grid.from_markup(table, self._inline) for table in tables]
        has_rows = any(found.rows for found in grids)
        if not has_rows or any(found.left_out for found in grids):
            self._left["table_left_out"] += 1
        if not has_rows:
            yield from self._paragraph(caption)
        for found in grids:
            if found.rows:
                yield found.block(flat(caption))
        for foot in _children(wrap, "table-wrap-foot"):
            yield from self._paragraph(self._inline.text(foot))

    def _caption(self, element: etree._Element) -> str:
        """Label and caption on one line: Figure 2. Forest plot. Bars are …"""
        parts = [self._text(each) for each in _children(element, "label")]
        for caption in _children(element, "caption"):
            parts += [self._text(each) for each in caption]
        whole = [
            part if part.endswith((".", ":", "。", "：")) else f"{part}."
            for part in parts[:-1]
            if part
        ]
        return " ".join([*whole, *parts[-1:]])

    def _formula(self, element: etree._Element) -> str:
        """One of the ways in which the formula is given; a picture alone is left out."""
        label = "".join(
            f"({flat(self._text(each)).strip('()')})" for each in _children(element, "label")
        )
        for name, render in (
            ("math", equations.line),
            ("tex-math", lambda each: _tex(each.text or "")),
        ):
            found = [render(each) for each in element.iter() if local(each) == name]
            if any(found):
                return f"{' '.join(found)} {label}".rstrip()
        words = flat(_unlabelled(element))
        if not words:
            self._left["equation_left_out"] += 1
        return f"{words or '[…]'} {label}".rstrip()

    def _picture(self, element: etree._Element) -> str:
        self._left["figure_left_out"] += 1
        return ""

    def _heading(self, text: str, level: int) -> Iterator[Block]:
        if flat(text):
            yield Block("heading", flat(text), level=level)

    def _paragraph(self, text: str) -> Iterator[Block]:
        if tidy(text):
            yield Block("text", tidy(text))

    def _text(self, element: etree._Element) -> str:
        return flat(self._inline.text(element))


def _unlabelled(element: etree._Element) -> str:
    """The text of a formula that is given in plain characters."""
    inside = (
        (_unlabelled(child) if local(child) not in {"", "label"} else "") + (child.tail or "")
        for child in element
    )
    return (element.text or "") + "".join(inside)


def _untitled(section: etree._Element) -> str:
    if section.get("abstract-type") in {"toc", "teaser", "short", "web-summary"}:
        return "Summary"
    return _PARTS[local(section)]


def _tex(source: str) -> str:
    """TeX between its dollars, without the preamble that publishers send along."""
    body = source.partition("\\begin{document}")[2].partition("\\end{document}")[0] or source
    bare = body.strip().strip("$").strip()
    return tex.line(bare) or bare


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    return [child for child in element if local(child) in names]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)
