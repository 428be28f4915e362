"""Which format a file has, by what is in it; its name parts Markdown from plain text, no more."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path, PurePath

from ingest.parsing import foreign
from ingest.parsing.document import Unreadable
from ingest.parsing.encoding import decode

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
JATS = "application/jats+xml"
SPL = "application/spl+xml"
HTML = "text/html"
EPUB = "application/epub+zip"
MARKDOWN = "text/markdown"
TEXT = "text/plain"

_HEAD = 4096
_PDF_WITHIN = 1024
_WITHIN = 200
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
_LABEL = re.compile(rb"<(?:[\w.-]+:)?document\b[^>]*\burn:hl7-org:v3\b")
_TAG = re.compile(r"<[a-z!]", re.I)
_SHOWING_HTML = frozenset({".html", ".htm", ".xhtml", ".mht", ".mhtml"})
_MARKDOWN_NAMES = frozenset({".md", ".markdown", ".mdown", ".mkd"})
_TEXT_NAMES = frozenset({".txt", ".text"})
_PLAIN = frozenset({MARKDOWN, TEXT})
# What a name promises. What promises nothing that is read, such as a picture's, promises wrongly.
_PROMISED: dict[str, frozenset[str]] = {
    ".pdf": frozenset({PDF}),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".dotm", ".doc"), frozenset({DOCX})),
    **dict.fromkeys((".xml", ".nxml"), frozenset({JATS, SPL})),
    **dict.fromkeys(_MARKDOWN_NAMES | _TEXT_NAMES, _PLAIN),
    **dict.fromkeys(_SHOWING_HTML, frozenset({HTML})),
    ".epub": frozenset({EPUB}),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff"), frozenset()),
}
_MARKDOWN_SIGN = re.compile(r"^(?:#{1,6} \S|\|.*\|\s*$|```|!\[[^\]]*\]\()", re.M)


def media_type(path: Path, filename: str) -> str:
    """The type of what the bytes are, whatever they are called.

    Raises `Unreadable`: empty_file, wrong_type (a web page under another name),
    encrypted_file, truncated_file, picture_only, unsupported_type and those of `foreign`.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        raise Unreadable("empty_file")
    suffix = PurePath(filename).suffix.lower()
    return _binary(path, head, suffix) or _marked_up(head, suffix) or _text(path, suffix)


def promised(media_type: str, filename: str) -> bool:
    """Whether the name lets one expect this type; Markdown and plain text are of one family.

    A name that says nothing of a type promises all of them.
    """
    types = _PROMISED.get(PurePath(filename).suffix.lower())
    return types is None or media_type in types


def _binary(path: Path, head: bytes, suffix: str) -> str | None:
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head.startswith(_OLE):
        raise Unreadable(_compound(path, suffix))
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path, suffix)
    if head.startswith(b"PK\x05\x06"):
        raise Unreadable("unsupported_type")
    if any(head[at : at + len(sign)] == sign for at, sign in _PICTURES) and b"\0" in head:
        raise Unreadable("picture_only")
    if code := foreign.by_sign(head):
        raise Unreadable(code)
    return None


def _compound(path: Path, suffix: str) -> str:
    """An old container of Microsoft's: a .doc, or a .docx behind a password."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        held = {name for name in foreign.streams() if data.find(name.encode("utf-16-le")) >= 0}
    return foreign.compound(held, suffix)


def _zipped(path: Path, suffix: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = _said(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise Unreadable("truncated_file") from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return DOCX
    if "META-INF/container.xml" in names:
        return EPUB
    raise Unreadable(foreign.zipped(names, kind, suffix))


def _said(archive: zipfile.ZipFile) -> str:
    """What an archive says of its own kind."""
    with archive.open("mimetype") as file:
        return file.read(_WITHIN).decode("ascii", "replace").strip()


def _marked_up(head: bytes, suffix: str) -> str | None:
    """XML and web pages. Markdown may begin with HTML, but not with a document type of it."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    page = _DOCTYPE_HTML if suffix in _MARKDOWN_NAMES else _HTML
    if page.match(head):
        return _web_page(suffix)
    if not _XML.match(head):
        return None
    if _LABEL.search(head):
        return SPL
    if b"<html" in head.lower():
        return _web_page(suffix)
    if _ARTICLE.search(head):
        return JATS
    raise Unreadable("unsupported_type")


def _web_page(suffix: str) -> str:
    """A page that is called one; under another name it came in the place of a document."""
    if suffix not in _SHOWING_HTML:
        raise Unreadable("wrong_type")
    return HTML


def _text(path: Path, suffix: str) -> str:
    try:
        text = decode(path.read_bytes())
    except Unreadable as error:
        code = foreign.by_name(suffix) if error.code == "wrong_type" else error.code
        raise Unreadable(code) from error
    if suffix in _SHOWING_HTML and _TAG.search(text):
        return HTML
    if suffix in _MARKDOWN_NAMES or (suffix not in _TEXT_NAMES and _MARKDOWN_SIGN.search(text)):
        return MARKDOWN
    return TEXT
