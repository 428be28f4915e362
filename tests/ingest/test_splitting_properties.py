"""Passages of any document and of real ones: nothing lost, sizes kept, order kept."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.sentences import size
from ingest import parsing
from ingest.parsing.document import Block
from ingest.splitting import MOST, PREFERRED, PROFILE, split
from tests.ingest.drafts import contents, heading, parsed, table, text

CELL = st.text(alphabet="药量甲乙x5 ", min_size=1, max_size=30)
WRITTEN = st.text(alphabet="本品每日一次。，；ab C.! 12\n", min_size=1, max_size=500)


@st.composite
def tables(draw: st.DrawFn) -> Block:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.tuples(*[CELL] * width), min_size=1, max_size=12))
    return table(*rows, caption=draw(CELL), header_rows=draw(st.integers(0, 2)))


HEADINGS = st.builds(heading, st.text(alphabet="一二甲乙AB ", max_size=20), st.integers(1, 6))
DOCUMENTS = st.lists(st.one_of(HEADINGS, st.builds(text, WRITTEN), tables()), max_size=12)


def characters(content: str) -> Counter[str]:
    return Counter(re.sub(r"\s", "", content))


@given(DOCUMENTS)
def test_no_character_of_any_text_is_lost_or_added(blocks: list[Block]) -> None:
    found = parsed(*blocks)

    written = "".join(each.text for each in blocks if each.kind == "text")
    read = "".join(each.text for each in found.passages if each.kind == "text")
    assert characters(read) == characters(written)


@given(DOCUMENTS)
def test_no_row_of_any_table_is_lost(blocks: list[Block]) -> None:
    read = "\n".join(contents(parsed(*blocks)))

    for row in (row for each in blocks for row in each.rows):
        if any(cell.strip() for cell in row):
            assert "| " + " | ".join(" ".join(cell.split()) for cell in row) + " |" in read


@given(DOCUMENTS)
def test_no_passage_of_text_is_larger_than_the_maximum(blocks: list[Block]) -> None:
    found = parsed(*blocks)

    assert all(size(each.text) <= MOST for each in found.passages if each.kind == "text")


@given(DOCUMENTS)
def test_passages_follow_the_order_of_their_sections(blocks: list[Block]) -> None:
    found = parsed(*blocks)

    sections = [each.section for each in found.passages]
    assert sections == sorted(sections)


@given(DOCUMENTS)
def test_positions_count_from_nought(blocks: list[Block]) -> None:
    found = parsed(*blocks)

    assert [each.position for each in found.sections] == list(range(len(found.sections)))
    assert [each.position for each in found.passages] == list(range(len(found.passages)))


@given(DOCUMENTS)
def test_every_path_ends_with_the_title_of_its_section(blocks: list[Block]) -> None:
    assert all(each.path[-1] == each.title for each in parsed(*blocks).sections)


@given(DOCUMENTS)
def test_same_document_is_split_the_same(blocks: list[Block]) -> None:
    assert parsed(*blocks) == parsed(*blocks)


@given(DOCUMENTS)
def test_no_passage_is_blank(blocks: list[Block]) -> None:
    assert all(each.text.strip() == each.text != "" for each in parsed(*blocks).passages)


def test_profile_names_its_sizes() -> None:
    assert f"{PREFERRED}-{MOST}" in PROFILE


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern", ["zh/papers/*V1.md", "en/literature/*.xml", "*/guidelines/*.docx"]
)
def test_real_files_are_split_within_the_maximum(pattern: str) -> None:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")

    for path in sorted(Path(folder).glob(pattern))[::6]:
        found = split(parsing.read(path, path.name, lambda share: None))
        large = [each for each in found.passages if size(each.text) > MOST]
        assert {each.kind for each in large} <= {"table"}, path.name


def test_long_paragraph_without_any_end_takes_no_time() -> None:
    found = parsed(text("口" * 100_000))

    assert sum(len(each) for each in contents(found)) == 100_000
