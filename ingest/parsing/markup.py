"""XML that comes from strangers: parsed without entities, network or depth, and its text."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from lxml import etree

from ingest.parsing.document import Unreadable

_DECLARATION = "<!ENTITY"
_ENDED_EARLY = frozenset({4, 73, 77})  # libxml2: document empty, ">" missing, tag not finished
_TOO_MUCH = 114  # libxml2: depth, length of a text or entity amplification over its limits
_TOO_DEEP = "Excessive depth"  # which of them it was, only its message tells


def parse(data: bytes, *, doctype: bool = False) -> etree._Element:
    """The root of a document that declares no entities of its own.

    A document type that only points elsewhere passes with `doctype`; nothing is fetched.
    Raises `Unreadable`: unsafe_xml, nested_too_deeply, truncated_file, broken_file.
    """
    if _declares_entities(data):
        raise Unreadable("unsafe_xml")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(_reason(error, data)) from error
    internal = root.getroottree().docinfo.internalDTD
    if internal is not None and (not doctype or _entities(internal)):
        raise Unreadable("unsafe_xml")
    return root


def names(listed: str) -> frozenset[str]:
    """Names of elements, listed with blanks between."""
    return frozenset(listed.split())


def local(element: etree._Element) -> str:
    """The element's name without its namespace; empty for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def entity_text(element: etree._Element) -> str:
    """What a reference to an entity that nobody declared here stands for in HTML, or itself."""
    name = element.text or ""
    return html5.get(name.removeprefix("&"), name)


def tidy(text: str) -> str:
    """One space where there were several, none at the ends of lines, no empty lines."""
    text = re.sub(r"[ \t\r\f\v\u00a0\u3000]+", " ", text)
    return re.sub(r" ?\n[ \n]*", "\n", text).strip(" \n")


def flat(text: str) -> str:
    """The text on one line."""
    return re.sub(r"\s+", " ", text).strip()


def _declares_entities(data: bytes) -> bool:
    encodings = ("ascii", "utf-16-le", "utf-16-be")
    return any(_DECLARATION.encode(encoding) in data for encoding in encodings)


def _entities(internal: Any) -> bool:
    return any(True for _ in internal.iterentities())


def _reason(error: etree.XMLSyntaxError, data: bytes) -> str:
    code = getattr(error, "code", None)
    if code == _TOO_MUCH:
        return "nested_too_deeply" if str(error).startswith(_TOO_DEEP) else "unsafe_xml"
    if code in _ENDED_EARLY or not data.rstrip().endswith(b">"):
        return "truncated_file"
    return "broken_file"
