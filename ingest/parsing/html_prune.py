"""What of a web page is no text of it: scripts, controls, hidden and struck text, the frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.parsing.hypertext import HEADINGS, INLINE
from ingest.parsing.markup import flat, local, names
from ingest.parsing.tally import Tally

_CODES = {
    **dict.fromkeys(("script", "noscript"), "script_left_out"),
    **dict.fromkeys(names("iframe object embed applet audio video"), "embedded_file_left_out"),
    **dict.fromkeys(names("input select textarea button datalist"), "form_fields_left_out"),
    **dict.fromkeys(("svg", "canvas"), "figure_left_out"),
    **dict.fromkeys(("del", "s", "strike"), "struck_text_left_out"),
    "nav": "frame_left_out",
}
_UNSEEN = names("style template head link meta title")
_COUNTED_EMPTY = frozenset({"script_left_out", "embedded_file_left_out", "figure_left_out"})
_AROUND = frozenset({"header", "footer", "aside"})
_ROLES = names("navigation banner contentinfo complementary search")
_NOT_SHOWN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I
)
_COOKIES = re.compile(r"\bcookie|\bgdpr|consent[-_](?:banner|popup|modal|dialog)", re.I)
_DATA = re.compile(r"(?:application|text)/(?:ld\+)?json", re.I)
_CONTENT = frozenset({"main", "article"})
_PAGE_BREAK = "doc-pagebreak"
_BEGINNING = 60


@dataclass(frozen=True)
class _Cut:
    code: str
    element: etree._Element
    heading: etree._Element | None


def prune(root: etree._Element, tally: Tally, *, framed: bool) -> None:
    """Take out of the tree what is not to be read, and count it where it stood.

    `framed`: the root is a whole page, so that its header, footer and side are no part of it.
    """
    cuts = list(_cuts(root, framed=framed))
    told = [(cut, _name(cut.element)) for cut in cuts]
    for cut in cuts:
        if cut.element is not root and local(cut.element) != "img":
            _remove(cut.element)
    for cut, name in told:
        section = None if cut.heading is None else flat(INLINE.text(cut.heading))
        if cut.code and (name or cut.code in _COUNTED_EMPTY):
            named = name if cut.code not in _COUNTED_EMPTY else ""
            tally.note(cut.code, named, section=section)


def is_hidden(element: etree._Element) -> bool:
    """Whether a browser would not show it, or not read it out."""
    return (
        element.get("hidden") is not None
        or (element.get("aria-hidden") or "").lower() == "true"
        or bool(_NOT_SHOWN.search(element.get("style") or ""))
        or (local(element) == "dialog" and element.get("open") is None)
    )


def is_frame(element: etree._Element, *, page: bool = True) -> bool:
    """Whether it is a menu, a notice about cookies or, of a `page`, what stands around the text."""
    if local(element) == "nav" or (element.get("role") or "") in _ROLES:
        return True
    called = f"{element.get('id') or ''} {element.get('class') or ''}"
    if _COOKIES.search(called) and not _holds(element, _CONTENT | {"h1"}):
        return True
    return page and local(element) in _AROUND and not _holds(element, {"h1"} | _CONTENT)


def beginning(element: etree._Element) -> str:
    """The first words of it, by which a reader knows it again."""
    text = flat("".join(map(str, element.itertext())))
    return text if len(text) <= _BEGINNING else f"{text[:_BEGINNING].rstrip()}…"


def _cuts(root: etree._Element, *, framed: bool) -> Iterator[_Cut]:
    """In order, without looking into what is cut already."""
    heading: etree._Element | None = None
    inside: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            inside = None if element is inside else inside
        elif inside is None:
            code = _code(element, framed=framed)
            heading = element if local(element) in HEADINGS and code is None else heading
            if code is not None:
                inside = element
                yield _Cut(code, element, heading)


def _code(element: etree._Element, *, framed: bool) -> str | None:
    """Why an element is left out; empty where that need not be said; None where it stays."""
    name = local(element)
    if name in _UNSEEN or (name == "script" and _DATA.match(element.get("type") or "")):
        return ""
    if name == "input" and element.get("type") == "hidden":
        return ""
    if name == "img":
        return "figure_left_out"
    if is_hidden(element):
        return _CODES.get(name, "hidden_text_left_out")
    if is_frame(element, page=framed and not _within_content(element)):
        return "frame_left_out"
    return _CODES.get(name)


def _within_content(element: etree._Element) -> bool:
    return any(local(each) in _CONTENT for each in element.iterancestors())


def _name(element: etree._Element) -> str:
    return beginning(element) or element.get("value") or element.get("placeholder") or ""


def _holds(element: etree._Element, wanted: frozenset[str] | set[str]) -> bool:
    return any(local(each) in wanted for each in element.iter())


def _remove(element: etree._Element) -> None:
    """The element goes, what follows it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before, tail = element.getprevious(), element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)
