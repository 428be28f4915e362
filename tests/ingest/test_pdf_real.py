"""Real PDFs, where there are any: nothing is lost, and what a person sees on the page comes out."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.outcomes import WARNINGS
from ingest.parsing.pdf import read

DATA = Path(os.environ.get("KB_TEST_DATA", "/nonexistent"))
CDC = "en/guidelines/cdc-opioid-prescribing-2022.pdf"
BOOK = "en/textbook/pharmacology-for-nurses.pdf"
CHINESE = sorted(str(path.relative_to(DATA)) for path in DATA.glob("zh/guidelines/*.pdf"))
SAMPLES = [
    f"pdf-samples/{name}.pdf"
    for name in (
        "002-trivial-libre-office-writer",
        "annotated_pdf",
        "crazyones-pdfa",
        "habibi-rotated",
        "minimal-document",
        "mistitled_outlines_example",
        "multicolumn",
        "pdflatex-4-pages",
        "pdflatex-forms",
        "pdflatex-outline",
        "with-attachment",
    )
]
ANTIPSYCHOTICS = "zh/guidelines/ChinaXiv-202207.00180V1.pdf"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="KB_TEST_DATA names no folder of real files"),
]


@cache
def parsed(name: str) -> Document:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not among the real files")
    return read(path, lambda share: None)


def of_kind(name: str, kind: str) -> list[Block]:
    return [block for block in parsed(name).blocks if block.kind == kind]


def words(block: Block) -> Iterator[str]:
    yield block.text
    for row in block.rows:
        yield from row


def letters(text: str) -> Counter[str]:
    """Characters by what they mean, without spaces, hyphens and what is drawn only."""
    plain = unicodedata.normalize("NFKC", text)
    kept = (each for each in plain if unicodedata.category(each)[0] not in "ZC")
    return Counter(each for each in kept if each not in "-\u2010\ufffd")


def of_blocks(document: Document) -> Counter[str]:
    return letters("".join(text for block in document.blocks for text in words(block)))


def of_pages(path: Path) -> Counter[str]:
    """What pdfium finds on the pages, but for numbers alone on their line: of pages and lines."""
    file = pypdfium2.PdfDocument(path)
    found: Counter[str] = Counter()
    for page in file:
        text = page.get_textpage().get_text_range()
        found += letters(re.sub(r"(?m)^\s*\d{1,4}(?:\s+|$)", "", text))
    file.close()
    return found


# Nothing is lost


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_all_that_pdfium_finds_on_the_pages_is_in_the_blocks(name: str) -> None:
    document = parsed(name)

    found = of_pages(DATA / name)
    lost = found - of_blocks(document)

    assert lost.total() <= 0.015 * found.total(), lost.most_common(12)


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_blocks_say_nothing_that_is_not_on_the_pages(name: str) -> None:
    document = parsed(name)

    said = {letter for letter in of_blocks(document) if not letter.isdigit()}

    assert said - set(of_pages(DATA / name)) == set()


@pytest.mark.parametrize("name", CHINESE)
def test_no_space_stands_between_two_chinese_characters(name: str) -> None:
    texts = [text for block in parsed(name).blocks for text in words(block)]

    stray = [text for text in texts if re.search(r"[一-鿿] [一-鿿]", text)]

    assert stray == []


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_nothing_invisible_or_private_is_in_the_text(name: str) -> None:
    for block in parsed(name).blocks:
        for text in words(block):
            kinds = {unicodedata.category(letter) for letter in text.replace("\n", "")}

            assert not kinds & {"Cc", "Co", "Cs", "Cn"}


# Places


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_every_block_has_a_place_on_its_page(name: str) -> None:
    for block in parsed(name).blocks:
        assert block.boxes[0].page == block.page


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_every_box_lies_on_its_page(name: str) -> None:
    file = pypdfium2.PdfDocument(DATA / name)
    sizes = [page.get_size() for page in file]
    file.close()

    for box in (box for block in parsed(name).blocks for box in block.boxes):
        wide, high = sizes[box.page - 1]

        assert -2 <= box.left < box.right <= wide + 2
        assert -2 <= box.top < box.bottom <= high + 2


@pytest.mark.parametrize("name", [*CHINESE, CDC])
def test_blocks_come_in_the_order_of_the_pages(name: str) -> None:
    pages = [block.page for block in parsed(name).blocks]

    assert pages == sorted(pages, key=lambda page: page or 0)


# Headings and tables


@pytest.mark.parametrize("name", [*CHINESE, CDC])
def test_first_heading_is_the_title_at_the_top_level(name: str) -> None:
    first = of_kind(name, "heading")[0]

    assert (first.page, first.level) == (1, 1)


@pytest.mark.parametrize("name", CHINESE)
def test_no_heading_is_deeper_by_two_than_the_one_before(name: str) -> None:
    levels = [block.level for block in of_kind(name, "heading")]

    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", [*CHINESE, CDC])
def test_rows_of_a_table_are_of_one_length(name: str) -> None:
    for block in of_kind(name, "table"):
        assert len({len(row) for row in block.rows}) == 1


def test_numbered_headings_of_a_consensus_nest() -> None:
    headings = of_kind("zh/guidelines/ChinaXiv-201806.00212V1.pdf", "heading")
    levels = {block.text: block.level for block in headings}

    assert [levels["1老年乳腺癌的局部治疗"], levels["1. 1 保乳手术"]] == [2, 3]
    assert levels["1.1.1单纯肿块扩大切除手术"] == 4


def test_table_torn_by_the_page_keeps_its_header() -> None:
    torn = [block for block in of_kind(ANTIPSYCHOTICS, "table") if block.page in (6, 7)]

    assert torn[1].rows[0] == ("项目", "氟哌啶醇癸酸酯", "氟奋乃静癸酸酯")


def test_merged_header_of_doses_names_every_column() -> None:
    table = of_kind("zh/guidelines/ChinaXiv-201812.00129V1.pdf", "table")[0]

    assert table.header_rows == 2
    assert table.rows[1][1:3] == ("体重<50kg", "体重≥50 kg")


def test_conversion_factors_without_rules_are_a_table() -> None:
    table = of_kind(CDC, "table")[0]

    assert ("Hydromorphone", "5") in table.rows
    assert table.text.startswith("TABLE. Morphine milligram equivalent")


def test_draft_loses_its_line_numbers() -> None:
    text = "".join(block.text for block in parsed(CDC).blocks if block.page == 30)

    assert not re.search(r"\b6[67]\d\b", text)


def test_recommendation_is_whole_with_its_evidence() -> None:
    texts = [block.text for block in of_kind(CDC, "text")]
    start = "7. Clinicians should evaluate benefits and risks with patients within 1 to 4 weeks"

    whole = [text for text in texts if text.startswith(start)]

    assert any(text.endswith("(recommendation category: A, evidence type: 4).") for text in whole)


def test_two_columns_are_read_one_after_the_other() -> None:
    texts = " ".join(block.text for block in parsed("pdf-samples/multicolumn.pdf").blocks)

    assert "Donec nonummy pellentesque ante. Phasellus adipiscing" in texts
    assert "adipiscing elit. Ut purus elit" in texts


# Refusals and warnings


@pytest.mark.parametrize(
    ("name", "code"),
    [("libreoffice-writer-password", "encrypted_pdf"), ("imagemagick-images", "picture_only")],
)
def test_file_that_cannot_be_read_says_why(name: str, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(DATA / f"pdf-samples/{name}.pdf", lambda share: None)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("annotated_pdf", "annotations_left_out"),
        ("pdflatex-forms", "form_fields_left_out"),
        ("with-attachment", "attachments_left_out"),
    ],
)
def test_what_is_left_out_is_said(name: str, code: str) -> None:
    found = [warning.code for warning in parsed(f"pdf-samples/{name}.pdf").warnings]

    assert code in found


@pytest.mark.parametrize("name", [*CHINESE, *SAMPLES, CDC])
def test_every_warning_is_one_of_the_list(name: str) -> None:
    assert {warning.code for warning in parsed(name).warnings} <= WARNINGS


@pytest.mark.long
def test_textbook_is_read_whole() -> None:
    assert parsed(BOOK).pages == 666
    assert len(of_kind(BOOK, "table")) > 400
