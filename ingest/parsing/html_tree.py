"""Web pages from bytes to a tree: their encoding, and XHTML before the laxer HTML."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from ingest.parsing.document import Unreadable
from ingest.parsing.encoding import decode
from ingest.parsing.markup import local, parse

# Each level takes a few frames of the walk, of which Python has a thousand.
DEEPEST = 180
_WITHIN = 4096
_DECLARED = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""",
    re.I,
)
_KNOWN = re.compile(
    r"utf-?8|gb\w*|big5[\w-]*|hz-gb-2312|windows-\d+|iso-8859-\d+|latin-?1|us-ascii|euc-\w+|"
    r"shift[_-]jis|koi8-\w"
)
# What browsers read under these names, because pages say less than they hold.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "us-ascii": "cp1252"}
_WIDER |= {"iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252"}
_XML_SIGN = re.compile(r"\s*(?:<\?xml\b|<!DOCTYPE[^>]*XHTML|<html[^>]*xmlns=)", re.I)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f]")
_TOO_MUCH = 114
_TORN_TAG = re.compile(r"<[a-z/!][^<>]*\Z", re.I)


def page(data: bytes) -> etree._Element:
    """The root of a web page. Scripts do not run and nothing is fetched.

    Raises `Unreadable`: wrong_type, wrong_encoding, truncated_file, unsafe_xml, empty_file,
    nested_too_deeply.
    """
    text = decoded(data)
    _whole(text)
    return _tree(text)


def chapter(data: bytes) -> etree._Element:
    """The root of a chapter of a book, whose archive vouches that it is whole.

    Raises `Unreadable` as `page` does, but for truncated_file.
    """
    return _tree(decoded(data))


def _tree(text: str) -> etree._Element:
    """As XML where it is written so and without mistakes; else as browsers would."""
    root = _as_xml(text) if _XML_SIGN.match(text) else None
    root = root if root is not None else _as_html(text)
    refuse_depth(root)
    return root


def refuse_depth(root: etree._Element) -> None:
    """Raises `Unreadable`, nested_too_deeply, for what a walk could not come to the end of."""
    if _depth(root) > DEEPEST:
        raise Unreadable("nested_too_deeply")


def decoded(data: bytes) -> str:
    """UTF-8 where the bytes are that, else what the page says of itself, else a guess."""
    text = _utf8(data) or _declared(data) or decode(data)
    if "\0" in text:
        raise Unreadable("wrong_type")
    return _CONTROLS.sub(" ", text).replace("\r\n", "\n").replace("\r", "\n")


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _declared(data: bytes) -> str | None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    found = _DECLARED.search(data[:_WITHIN])
    name = (found[1] or found[2]).decode("ascii", "replace").lower() if found else ""
    if not _KNOWN.fullmatch(name):
        return None
    try:
        return data.decode(_WIDER.get(name, name))
    except (UnicodeDecodeError, LookupError):
        return None


def _whole(text: str) -> None:
    """A page may leave out its end tags; one that opens its body and never ends was cut short."""
    lower = text.lower()
    ends = "</body" in lower or "</html" in lower
    if _TORN_TAG.search(text[-_WITHIN:]) or ("<body" in lower and not ends):
        raise Unreadable("truncated_file")


def _as_xml(text: str) -> etree._Element | None:
    try:
        root = parse(_DECLARATION.sub("", text, count=1).encode(), doctype=True)
    except Unreadable as error:
        if error.code in {"unsafe_xml", "nested_too_deeply"}:
            raise
        return None
    return root if local(root) == "html" else None


def _as_html(text: str) -> etree._Element:
    parser = etree.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    if any(entry.type == _TOO_MUCH for entry in parser.error_log):
        raise Unreadable("nested_too_deeply")
    if root is None:
        raise Unreadable("empty_file")
    return root


def _depth(root: etree._Element) -> int:
    deepest, level = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest
