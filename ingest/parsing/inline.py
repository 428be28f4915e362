"""The text within an element of XML or HTML: raised and lowered characters, breaks, formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml import etree

from ingest.parsing import superscripts
from ingest.parsing.markup import entity_text, local
from ingest.parsing.underlined import underlined

Render = Callable[[etree._Element], str]


class Inline:
    """Reads text out of elements. `special` says what to make of elements by their names.

    `breaks` are the elements that stand on lines of their own.
    """

    def __init__(self, special: Mapping[str, Render], breaks: frozenset[str]) -> None:
        self._breaks = breaks
        self._special: dict[str, Render] = {
            "sup": lambda element: superscripts.raised(self.text(element)),
            "sub": lambda element: superscripts.lowered(self.text(element)),
            "u": lambda element: underlined(self.text(element)),
            "underline": lambda element: underlined(self.text(element)),
            **special,
        }

    def text(self, element: etree._Element) -> str:
        """All text inside the element."""
        return self.run(element.text) + "".join(self.child(child) for child in element)

    def child(self, element: etree._Element) -> str:
        """The element where it stands: its text and what follows it."""
        return self._own(element) + self.run(element.tail)

    @staticmethod
    def run(text: str | None) -> str:
        """Text between tags. Where the lines of a file end says nothing in XML and HTML."""
        return re.sub(r"[ \t\r\n]+", " ", text or "")

    def _own(self, element: etree._Element) -> str:
        if isinstance(element, etree._Entity):
            return entity_text(element)
        name = local(element)
        if not name:
            return ""
        text = self._special.get(name, self.text)(element)
        return f"\n{text}\n" if name in self._breaks else text
