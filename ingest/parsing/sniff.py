"""Which format a file has, by what is in it; its name only parts Markdown from plain text."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path, PurePath

from ingest.parsing.document import Unreadable
from ingest.parsing.encoding import decode

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JATS = "application/jats+xml"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

_HEAD = 4096
_PDF_WITHIN = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (
    (0, b"\x89PNG"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (0, b"BM"),
    (8, b"WEBP"),
    (4, b"ftyphei"),
    (4, b"ftypmif1"),
    (4, b"ftypavif"),
)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S)
_DOCTYPE_HTML = re.compile(rb"\s*<!doctype\s+html", re.I)
_XML = re.compile(rb"\s*(?:<\?xml\b|<!DOCTYPE\s+article\b|<article[\s>])")
_ARTICLE = re.compile(rb"<(?:[\w.-]+:)?article[\s>]")
_SHOWING_HTML = frozenset({".html", ".htm", ".xhtml", ".mht", ".mhtml"})
_MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd"})
_TEXT_NAMES = frozenset({".txt", ".text"})
_MARKDOWN_SIGN = re.compile(r"^(?:#{1,6} \S|\|.*\|\s*$|```|!\[[^\]]*\]\()", re.M)


def media_type(path: Path, filename: str) -> str:
    """The type of what the bytes are, whatever they are called.

    Raises `Unreadable`: empty_file, wrong_type (a web page under another name),
    legacy_format (.doc), encrypted_file, truncated_file, picture_only, unsupported_type.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise Unreadable("empty_file")
    suffix = PurePath(filename).suffix.lower()
    return _binary(path, head) or _marked_up(path, head, suffix) or _text(path, suffix)


def _binary(path: Path, head: bytes) -> str | None:
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head.startswith(_OLE):
        raise Unreadable(_compound(path))
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(b"PK\x05\x06"):
        raise Unreadable("unsupported_type")
    if any(head[at : at + len(sign)] == sign for at, sign in _PICTURES) and b"\0" in head:
        raise Unreadable("picture_only")
    return None


def _compound(path: Path) -> str:
    """An old container of Microsoft's: a .doc, or a .docx behind a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return "encrypted_file"
        if data.find("WordDocument".encode("utf-16-le")) >= 0:
            return "legacy_format"
    return "unsupported_type"


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise Unreadable("truncated_file") from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return DOCX
    raise Unreadable("unsupported_type")


def _marked_up(path: Path, head: bytes, suffix: str) -> str | None:
    """XML and web pages. Markdown may begin with HTML, but not with a document type of it."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    page = _DOCTYPE_HTML if suffix in _MARKDOWN_NAMES else _HTML
    if page.match(head):
        raise Unreadable("unsupported_type" if suffix in _SHOWING_HTML else "wrong_type")
    if not _XML.match(head):
        return None
    if b"<html" in head.lower():
        raise Unreadable("unsupported_type" if suffix in _SHOWING_HTML else "wrong_type")
    if _ARTICLE.search(head):
        return JATS
    raise Unreadable("unsupported_type")


def _text(path: Path, suffix: str) -> str:
    try:
        text = decode(path.read_bytes())
    except Unreadable as error:
        raise Unreadable(
            "unsupported_type" if error.code == "wrong_type" else error.code
        ) from error
    if text.lstrip().startswith("{\\rtf"):
        raise Unreadable("unsupported_type")
    if suffix in _MARKDOWN_NAMES or (suffix not in _TEXT_NAMES and _MARKDOWN_SIGN.search(text)):
        return MARKDOWN
    return TEXT
