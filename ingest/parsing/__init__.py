"""Files as blocks of text: one reader a format, all of one shape."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ingest.parsing import sniff
from ingest.parsing.document import Document, Progress, Reader, Unreadable


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
        sniff.MARKDOWN: _reader("markdown"),
        sniff.TEXT: _reader("plain"),
    }
)


def read(path: Path, filename: str, progress: Progress) -> Document:
    """The file as blocks. Raises `Unreadable`, no_text too: nothing but headings is no text."""
    document = READERS[sniff.media_type(path, filename)](path, progress)
    if not any(
        block.rows or block.text.strip() for block in document.blocks if block.kind != "heading"
    ):
        raise Unreadable("no_text")
    return document
