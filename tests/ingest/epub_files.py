"""Small e-books for tests, written file by file so that a test can say what a publisher would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.epub import read
from tests.ingest.docx_files import pack

_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
_TYPES = {
    "xhtml": "application/xhtml+xml",
    "ncx": "application/x-dtbncx+xml",
    "svg": "image/svg+xml",
}
_HTML = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'


def chapter(body: str) -> str:
    head = f'<?xml version="1.0"?><html {_HTML}><head><title>c</title></head>'
    return f"{head}<body>{body}</body></html>"


def nav(kind: str, *links: tuple[str, str]) -> str:
    items = "".join(f'<li><a href="{href}">{label}</a></li>' for href, label in links)
    return chapter(f'<nav epub:type="{kind}"><ol>{items}</ol></nav>')


def ncx(group: str, entry: str, *links: tuple[str, str]) -> str:
    entries = "".join(
        f'<{entry}><navLabel><text>{label}</text></navLabel><content src="{href}"/></{entry}>'
        for href, label in links
    )
    namespace = "http://www.daisy.org/z3986/2005/ncx/"
    return f'<ncx xmlns="{namespace}"><{group}>{entries}</{group}></ncx>'


def write(
    folder: Path,
    chapters: Mapping[str, str],
    spine: Sequence[str] = (),
    more: Mapping[str, str] = {},
) -> Path:
    """A book of chapters such as {"one.xhtml": …}, read in the order of `spine` or as given.

    nav.xhtml and toc.ncx are its navigation; `more` lies in the archive beside the book.
    """
    items = "".join(map(_item, chapters))
    order = "".join(f'<itemref idref="{name}"/>' for name in spine or _readable(chapters))
    package = f"<manifest>{items}</manifest><spine>{order}</spine>"
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/book.opf": f'<package xmlns="http://www.idpf.org/2007/opf">{package}</package>',
        **{f"OEBPS/{name}": text for name, text in chapters.items() if text},
    }
    return pack(folder / "book.epub", files | dict(more))


def document(folder: Path, *bodies: str, **others: str) -> Document:
    """A book of chapters one.xhtml, two.xhtml … with the bodies given; nav="…", ncx="…"."""
    names = ("one", "two", "three")
    chapters = {f"{name}.xhtml": chapter(body) for name, body in zip(names, bodies, strict=False)}
    files = {"nav": "nav.xhtml", "ncx": "toc.ncx"}
    chapters |= {files[name]: text for name, text in others.items()}
    return opened(write(folder, chapters))


def opened(path: Path) -> Document:
    return read(path, lambda share: None)


def blocks(folder: Path, *bodies: str, **others: str) -> tuple[Block, ...]:
    return document(folder, *bodies, **others).blocks


def texts(found: Document) -> list[str]:
    return [block.text for block in found.blocks]


def told(found: Document) -> dict[str, dict[str, int | str]]:
    return {warning.code: dict(warning.facts) for warning in found.warnings}


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        opened(path)
    return caught.value.code


def _item(name: str) -> str:
    kind = _TYPES.get(name.rpartition(".")[2], "text/css")
    properties = ' properties="nav"' if name == "nav.xhtml" else ""
    return f'<item id="{name}" href="{name}" media-type="{kind}"{properties}/>'


def _readable(chapters: Mapping[str, str]) -> list[str]:
    return [name for name in chapters if name not in {"nav.xhtml", "toc.ncx"}]
