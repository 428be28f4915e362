"""Real drug labels, where there are any: every character of the text is in the blocks."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from ingest.parsing.document import Block, Document
from ingest.parsing.markup import local
from ingest.parsing.spl import read

DATA = Path(os.environ.get("KB_TEST_DATA", "/nonexistent"))
LABELS = ["cough", "humira", "lipitor-orig"]
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="KB_TEST_DATA names no folder of real files"
)


@cache
def parsed(name: str) -> Document:
    return read(DATA / f"en/labels/{name}.xml", lambda share: None)


def letters(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", text)
    return Counter(each for each in plain if unicodedata.category(each)[0] in "LN")


def of_file(name: str) -> Counter[str]:
    """All titles and narratives, but for what describes a picture."""
    found: Counter[str] = Counter()
    for each in etree.parse(DATA / f"en/labels/{name}.xml").iter():
        above = each.getparent()
        if local(each) in {"text", "title"} and (
            above is None or local(above) != "observationMedia"
        ):
            found += letters("".join(map(str, each.itertext())))
    return found


def of_blocks(blocks: tuple[Block, ...]) -> Counter[str]:
    return letters("".join(text for each in blocks for text in (each.text, *sum(each.rows, ()))))


def table(name: str, begins: str) -> Block:
    found = [each for each in parsed(name).blocks if each.kind == "table"]
    return next(each for each in found if each.text.startswith(begins))


@pytest.mark.parametrize("name", LABELS)
def test_no_letter_of_the_text_is_lost(name: str) -> None:
    assert of_file(name) - of_blocks(parsed(name).blocks) == Counter()


@pytest.mark.parametrize(("name", "tables"), [("cough", 1), ("humira", 18), ("lipitor-orig", 12)])
def test_every_table_is_a_table(name: str, tables: int) -> None:
    found = [each for each in parsed(name).blocks if each.kind == "table"]

    assert len(found) == tables
    assert all(len({len(row) for row in each.rows}) == 1 for each in found)


@pytest.mark.parametrize("name", LABELS)
def test_pictures_are_named_by_their_sections(name: str) -> None:
    sections = {each.text for each in parsed(name).blocks if each.kind == "heading"}

    found = [each for each in parsed(name).warnings if each.code == "figure_left_out"]

    assert found
    assert {each.facts["section"] for each in found} <= sections


def test_doses_by_age_stand_in_their_rows() -> None:
    assert table("cough", "").rows[-1] == (
        "children 6 to under 12 years of age",
        "2 teaspoonfuls (10 mL)",
    )


def test_interactions_keep_their_two_headers() -> None:
    found = table("lipitor-orig", "TABLE 3.")

    assert found.header_rows == 2
    assert found.rows[0][1:] == ("Atorvastatin",) * 3
    assert found.rows[2][1:] == ("10 mg QD for 28 days", "↑ 8.7 fold", "↑ 10.7 fold")


def test_boxed_warning_stands_before_the_indications() -> None:
    titles = [each.text for each in parsed("humira").blocks if each.level == 2]

    at = titles.index("Boxed warning: WARNING: SERIOUS INFECTIONS AND MALIGNANCY")

    assert titles[at + 1] == "1 INDICATIONS AND USAGE"
