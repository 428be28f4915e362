"""Small web pages for tests, and what is read of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.html_page import read


def page(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def document(folder: Path, source: str | bytes) -> Document:
    path = folder / "page.html"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return read(path, lambda share: None)


def blocks(folder: Path, body: str, head: str = "") -> tuple[Block, ...]:
    return document(folder, page(body, head)).blocks


def texts(folder: Path, body: str, head: str = "") -> list[str]:
    return [block.text for block in blocks(folder, body, head)]


def outline(folder: Path, body: str, head: str = "") -> list[tuple[int, str]]:
    found = blocks(folder, body, head)
    return [(block.level, block.text) for block in found if block.kind == "heading"]


def told(folder: Path, body: str, head: str = "") -> dict[str, dict[str, int | str]]:
    """The facts of each warning by its code."""
    return {each.code: dict(each.facts) for each in document(folder, page(body, head)).warnings}


def refusal(folder: Path, source: str | bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        document(folder, source)
    return caught.value.code
