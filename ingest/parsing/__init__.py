"""Files as blocks of text: one reader a format, all of one shape."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from ingest.parsing import sniff, stamps
from ingest.parsing.document import (
    Block,
    Document,
    Progress,
    Reader,
    Unreadable,
    Warning,  # noqa: A004
)

NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def _reader(module: str) -> Reader:
    """A format's reader, imported when it is first needed: the libraries are large."""

    def read_with(path: Path, progress: Progress) -> Document:
        reader: Reader = importlib.import_module(f"ingest.parsing.{module}").read
        return reader(path, progress)

    return read_with


READERS: Mapping[str, Reader] = MappingProxyType(
    {
        sniff.PDF: _reader("pdf"),
        sniff.DOCX: _reader("docx"),
        sniff.JATS: _reader("jats"),
        sniff.SPL: _reader("spl"),
        sniff.HTML: _reader("html_page"),
        sniff.EPUB: _reader("epub"),
        sniff.MARKDOWN: _reader("markdown"),
        sniff.TEXT: _reader("plain"),
    }
)


def read(path: Path, filename: str, progress: Progress) -> Document:
    """The file as blocks. Raises `Unreadable`, no_text too: nothing but headings is no text."""
    media_type = sniff.media_type(path, filename)
    document = READERS[media_type](path, progress)
    if not any(
        block.rows or block.text.strip() for block in document.blocks if block.kind != "heading"
    ):
        raise Unreadable("no_text")
    doubts = () if sniff.promised(media_type, filename) else (Warning("named_otherwise"),)
    blocks = tuple(map(_storable, stamps.without(document.blocks)))
    return replace(document, blocks=blocks, warnings=(*doubts, *document.warnings))


def _storable(block: Block) -> Block:
    """The block, with a mark in the place of what no database and no UTF-8 can hold."""
    rows = tuple(tuple(NOT_STORABLE.sub("\ufffd", cell) for cell in row) for row in block.rows)
    return replace(block, text=NOT_STORABLE.sub("\ufffd", block.text), rows=rows)
