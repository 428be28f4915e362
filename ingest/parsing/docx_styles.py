"""What a DOCX's styles say of a paragraph, worked out once per style id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.markup import local

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.I)
_CONTENTS = re.compile(r"toc\s*\d|toc heading|table of figures", re.I)
_DEEPEST_OUTLINE = 8
_LONGEST_CHAIN = 20
_CENTRED = frozenset({"center", "centre"})


@dataclass(frozen=True)
class Look:
    """A paragraph's part in the document. `level` is a heading's; `number`, `depth` a list's."""

    level: int | None = None
    number: str = ""
    depth: int = 0
    contents: bool = False
    caption: bool = False
    centred: bool = False
    bold: bool = False


class Styles:
    """Looks by style id. Names are read once: asking for each paragraph's is what takes time."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._default = ""
        for element in root if root is not None else ():
            if local(element) == "style" and attribute(element, "type") in {"paragraph", ""}:
                style_id = attribute(element, "styleId")
                self._elements[style_id] = element
                if attribute(element, "default") in {"1", "true"}:
                    self._default = style_id
        self._looks: dict[str, Look] = {}

    def look(self, paragraph: etree._Element) -> Look:
        """The style's look, with what the paragraph itself says above it."""
        properties = child(paragraph, "pPr")
        if properties is None:
            return self._of(self._default)
        style = child(properties, "pStyle")
        inherited = self._of(attribute(style, "val") if style is not None else self._default)
        return _over(inherited, properties, None)

    def _of(self, style_id: str) -> Look:
        if style_id not in self._looks:
            look = Look()
            for element in reversed(self._chain(style_id)):
                look = _over(look, child(element, "pPr"), element)
            self._looks[style_id] = look
        return self._looks[style_id]

    def _chain(self, style_id: str) -> list[etree._Element]:
        chain: list[etree._Element] = []
        while style_id in self._elements and len(chain) < _LONGEST_CHAIN:
            chain.append(self._elements[style_id])
            based_on = child(chain[-1], "basedOn")
            style_id = attribute(based_on, "val") if based_on is not None else ""
        return chain


def attribute(element: etree._Element, name: str) -> str:
    """An attribute whatever its namespace: the two editions of the format differ in theirs."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    return next((each for each in element if local(each) == name), None)


def on(element: etree._Element | None, name: str) -> bool:
    """Whether a property such as w:b is there and not switched off."""
    found = child(element, name) if element is not None else None
    return found is not None and attribute(found, "val") not in {"0", "false", "off", "none"}


def _over(look: Look, properties: etree._Element | None, style: etree._Element | None) -> Look:
    name = child(style, "name") if style is not None else None
    named = attribute(name, "val") if name is not None else ""
    number, depth = _list(look, properties)
    return Look(
        level=_level(look, properties, named),
        number=number,
        depth=depth,
        contents=look.contents or bool(_CONTENTS.fullmatch(named)),
        caption=look.caption or named.lower() in {"caption", "table caption", "题注"},
        centred=_centred(look, properties),
        bold=look.bold or (style is not None and on(child(style, "rPr"), "b")),
    )


def _level(look: Look, properties: etree._Element | None, named: str) -> int | None:
    outline = child(properties, "outlineLvl") if properties is not None else None
    if outline is not None and attribute(outline, "val").isdecimal():
        value = int(attribute(outline, "val"))
        return value + 1 if value <= _DEEPEST_OUTLINE else None
    heading = _HEADING.fullmatch(named)
    if heading:
        return int(heading[1])
    return 1 if named.lower() in {"title", "标题"} else look.level


def _list(look: Look, properties: etree._Element | None) -> tuple[str, int]:
    numbering = child(properties, "numPr") if properties is not None else None
    if numbering is None:
        return look.number, look.depth
    values = {local(each): attribute(each, "val") for each in numbering}
    depth = values.get("ilvl", str(look.depth))
    return values.get("numId", look.number), int(depth) if depth.isdecimal() else 0


def _centred(look: Look, properties: etree._Element | None) -> bool:
    placed = child(properties, "jc") if properties is not None else None
    return look.centred if placed is None else attribute(placed, "val") in _CENTRED
