"""A real textbook that is there both as EPUB and as DOCX: both readers say the same."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ingest.parsing import docx, epub
from ingest.parsing.document import Block, Document

DATA = Path(os.environ.get("KB_TEST_DATA", "/nonexistent"))
BOOK = DATA / "en/textbook/pharmacology-for-nurses"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="KB_TEST_DATA names no folder of real files"),
]
_NUMBER = re.compile(r"^(?:\d+|[a-z])\. ")


@cache
def parsed(suffix: str) -> Document:
    path = BOOK.with_suffix(suffix)
    if not path.exists():
        pytest.skip(f"{path.name} is not among the real files")
    reader = epub.read if suffix == ".epub" else docx.read
    return reader(path, lambda share: None)


def of_kind(suffix: str, kind: str) -> list[Block]:
    return [block for block in parsed(suffix).blocks if block.kind == kind]


def words(document: Document) -> Counter[str]:
    texts = [text for block in document.blocks for text in (block.text, *sum(block.rows, ()))]
    return Counter(re.findall(r"\w+", " ".join(texts)))


def test_sections_are_those_of_the_docx() -> None:
    found = [(block.level, block.text) for block in of_kind(".epub", "heading")]

    assert found == [(block.level, block.text) for block in of_kind(".docx", "heading")]


def test_tables_are_those_of_the_docx() -> None:
    found = [(block.rows, block.header_rows) for block in of_kind(".epub", "table")]

    assert len(found) == 27
    assert found == [(block.rows, block.header_rows) for block in of_kind(".docx", "table")]


def test_texts_are_those_of_the_docx_but_for_the_letters_of_some_lists() -> None:
    pairs = zip(of_kind(".epub", "text"), of_kind(".docx", "text"), strict=True)

    differing = [(one.text, other.text) for one, other in pairs if one.text != other.text]

    assert len(differing) <= 8
    assert all(_NUMBER.sub("", one) == _NUMBER.sub("", other) for one, other in differing)


def test_no_word_is_lost_and_none_added() -> None:
    lost = words(parsed(".docx")) - words(parsed(".epub"))

    assert lost.total() <= 8
    assert words(parsed(".epub")).total() == words(parsed(".docx")).total()


def test_nothing_is_left_out() -> None:
    assert parsed(".epub").warnings == ()
