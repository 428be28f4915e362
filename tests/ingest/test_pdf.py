"""PDF files: headings, paragraphs and places come out as a reader sees them on the page."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from ingest.parsing.pdf import read
from ingest.parsing.pdf_text import Words, joined
from tests.ingest.pdf_files import (
    BODY,
    BOLD,
    CHINESE,
    CHINESE_LONG,
    HIGH,
    LONG,
    WIDE,
    Draw,
    Sheet,
    blocks,
    document,
    headings,
    texts,
    wrapped,
    write,
)


def prose(text: str = LONG, top: float = 100, **kind: object) -> Draw:
    return lambda sheet: void(sheet.prose(text, top, **kind))


def void(_: object) -> None:
    """What a drawing gives back is of no use here."""


# Paragraphs


def test_lines_of_a_paragraph_are_joined(tmp_path: Path) -> None:
    assert texts(tmp_path, prose()) == [LONG]


def test_chinese_lines_are_joined_without_spaces(tmp_path: Path) -> None:
    assert texts(tmp_path, prose(CHINESE_LONG, font=CHINESE)) == [CHINESE_LONG]


def test_full_width_punctuation_survives(tmp_path: Path) -> None:
    marks = "（一），。；：？！【】《》％～"

    assert texts(tmp_path, lambda sheet: sheet.text(marks, 100, font=CHINESE)) == [marks]


def test_paragraphs_apart_stay_apart(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        below = sheet.prose(LONG, 100)
        sheet.prose(LONG, below + 12)

    assert texts(tmp_path, draw) == [LONG, LONG]


def test_words_broken_by_the_typesetter_are_whole_again(tmp_path: Path) -> None:
    lines = [
        "The nurse gives the infu-",
        "sion slowly, and the infusion",
        "is watched all the time.",
    ]

    assert texts(tmp_path, lambda sheet: void(sheet.lines(lines, 100)))[0].startswith(
        "The nurse gives the infusion slowly"
    )


def test_items_of_a_list_are_blocks_of_text(tmp_path: Path) -> None:
    lines = ["• Wash the hands", "• Check the name", "• Give the drug"]

    assert texts(tmp_path, lambda sheet: void(sheet.lines(lines, 100))) == lines


def test_raised_figures_are_not_lost(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("BMI of 30 kg/m", 100)
        sheet.text("2", 96, 72 + stringWidth("BMI of 30 kg/m", BODY, 10), size=6)

    assert texts(tmp_path, draw) == ["BMI of 30 kg/m²"]


def test_footnote_stays_as_text(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose(LONG, 100)
        sheet.text("* Not for children under two years.", 700, size=7)

    assert texts(tmp_path, draw)[-1] == "* Not for children under two years."


def test_sentence_goes_on_over_the_pages_end(tmp_path: Path) -> None:
    lines = wrapped(LONG, 440)

    def second(sheet: Sheet) -> None:
        sheet.lines(lines[2:], 60)

    found = blocks(tmp_path, lambda sheet: void(sheet.lines(lines[:2], 780)), second)

    assert [block.text for block in found] == [LONG]


def test_footnote_does_not_tear_the_sentence_over_it(tmp_path: Path) -> None:
    lines = wrapped(LONG, 440)

    def first(sheet: Sheet) -> None:
        sheet.lines(lines[:2], 700)
        sheet.text("* Not for children.", 780, size=7)

    found = texts(tmp_path, first, lambda sheet: void(sheet.lines(lines[2:], 60)))

    assert found == [LONG, "* Not for children."]


def test_finished_page_is_not_joined_to_the_next(tmp_path: Path) -> None:
    assert texts(tmp_path, prose(), prose()) == [LONG, LONG]


# Columns


def two_columns(sheet: Sheet) -> None:
    sheet.prose(f"{LONG} {LONG}", 100, left=60, wide=225)
    sheet.prose(CHINESE_LONG * 3, 100, left=310, wide=225, font=CHINESE)


def test_left_column_is_read_before_the_right_one(tmp_path: Path) -> None:
    assert texts(tmp_path, two_columns) == [f"{LONG} {LONG}", CHINESE_LONG * 3]


def test_columns_written_row_by_row_are_read_column_by_column(tmp_path: Path) -> None:
    lines = wrapped(f"{LONG} {LONG}", 225)

    def draw(sheet: Sheet) -> None:
        for number, line in enumerate(lines):
            sheet.text(line, 100 + 12 * number, 60)
            sheet.text(line.upper()[:40], 100 + 12 * number, 310)

    found = texts(tmp_path, draw)

    assert found[0] == f"{LONG} {LONG}"


def test_sentence_goes_on_from_column_to_column(tmp_path: Path) -> None:
    lines = wrapped(f"{LONG} {LONG}", 225)
    half = len(lines) // 2

    def draw(sheet: Sheet) -> None:
        sheet.lines(lines[:half], 100, 60)
        sheet.lines(lines[half:], 100, 310)

    assert texts(tmp_path, draw) == [f"{LONG} {LONG}"]


def test_title_over_the_columns_is_read_first(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        two_columns(sheet)
        sheet.text("Loading doses in acute care of the elderly", 70, 120, size=18)

    assert texts(tmp_path, draw)[0] == "Loading doses in acute care of the elderly"


# Headings


def chapter(sheet: Sheet) -> None:
    sheet.text("Opioids", 80, size=20)
    sheet.text("1 Dosage", 110, size=14)
    sheet.prose(LONG, 130)
    sheet.text("1.1 Adults", 220, size=14)
    sheet.prose(LONG, 240)
    sheet.text("Warning", 330, font=BOLD)
    sheet.prose(LONG, 350)


def test_headings_have_their_levels(tmp_path: Path) -> None:
    assert headings(tmp_path, chapter) == [
        (1, "Opioids"),
        (2, "1 Dosage"),
        (3, "1.1 Adults"),
        (4, "Warning"),
    ]


def test_text_between_headings_stays_text(tmp_path: Path) -> None:
    found = blocks(tmp_path, chapter)

    assert [block.text for block in found if block.kind == "text"] == [LONG] * 3


def test_chinese_headings_have_their_levels(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("脑卒中诊疗指南", 80, size=20, font=CHINESE)
        top = 110.0
        for title in ("一、概述", "（一）目的", "二、治疗"):
            sheet.text(title, top, size=14, font=CHINESE)
            top = sheet.prose(CHINESE_LONG, top + 20, font=CHINESE) + 20

    assert [level for level, _ in headings(tmp_path, draw)] == [1, 2, 3, 2]


def test_numbered_line_in_ordinary_letters_is_a_heading(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("一、概述", 80, font=CHINESE)
        sheet.prose(CHINESE_LONG, 110, font=CHINESE)

    assert headings(tmp_path, draw) == [(1, "一、概述")]


def test_heading_over_two_lines_is_one(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.lines(["Treatment of acute pain in patients who take", "opioids"], 80, size=16)
        sheet.prose(LONG, 140)

    assert headings(tmp_path, draw) == [(1, "Treatment of acute pain in patients who take opioids")]


def test_bookmark_makes_a_heading_and_gives_its_level(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for key, title in enumerate(("Everyone", "Adults and children")):
            sheet.canvas.bookmarkPage(str(key))
            sheet.canvas.addOutlineEntry(title, str(key), key)
        sheet.text("Adults and children", 80)
        sheet.prose(LONG, 120)

    assert headings(tmp_path, draw) == [(2, "Adults and children")]


def test_bookmark_of_another_page_makes_none(tmp_path: Path) -> None:
    def marked(sheet: Sheet) -> None:
        sheet.canvas.bookmarkPage("a")
        sheet.canvas.addOutlineEntry("Adults", "a", 0)
        sheet.prose(LONG, 120)

    def named(sheet: Sheet) -> None:
        sheet.text("Adults", 80)
        sheet.prose(LONG, 120)

    assert headings(tmp_path, marked, named) == []


# What runs along


def framed(number: int) -> Draw:
    def draw(sheet: Sheet) -> None:
        sheet.text("Hospital guideline 2024", 40)
        sheet.prose(f"{'abcd'[number]} {LONG}", 150)
        sheet.text(str(number + 1), 810, 290)

    return draw


def test_headers_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    found = texts(tmp_path, *(framed(number) for number in range(4)))

    assert found == [f"{letter} {LONG}" for letter in "abcd"]


def test_header_does_not_tear_a_sentence_over_pages(tmp_path: Path) -> None:
    lines = wrapped(" ".join([LONG] * 3), 440)

    def part(number: int) -> Draw:
        def draw(sheet: Sheet) -> None:
            sheet.text("Hospital guideline 2024", 40)
            sheet.lines(lines[3 * number : 3 * number + 3 if number < 2 else None], 150)

        return draw

    assert texts(tmp_path, *(part(number) for number in range(3))) == [" ".join([LONG] * 3)]


# The document


def test_number_of_pages_is_told(tmp_path: Path) -> None:
    assert document(write(tmp_path, prose(), prose(), prose())).pages == 3


def test_media_type_is_told(tmp_path: Path) -> None:
    assert document(write(tmp_path, prose())).media_type == "application/pdf"


def test_blank_page_between_is_counted(tmp_path: Path) -> None:
    found = blocks(tmp_path, prose(), lambda sheet: None, prose())

    assert [block.page for block in found] == [1, 3]


def test_progress_rises_to_the_whole(tmp_path: Path) -> None:
    seen: list[float] = []

    read(write(tmp_path, prose(), prose()), seen.append)

    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)


def test_same_file_gives_the_same_blocks(tmp_path: Path) -> None:
    path = write(tmp_path, chapter, two_columns)

    assert document(path) == document(path)


def test_file_is_let_go_after_reading(tmp_path: Path) -> None:
    path = write(tmp_path, prose())

    document(path)
    path.unlink()

    assert not path.exists()


def test_file_remains_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path, prose())
    before = path.read_bytes()

    document(path)

    assert path.read_bytes() == before


def test_part_of_the_page_that_is_cut_away_is_not_read(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose(LONG, 100)
        sheet.text("Printer's mark", 830)

    path = write(tmp_path, draw)
    whole = pypdfium2.PdfDocument(path)
    whole[0].set_cropbox(0, 40, WIDE, HIGH)
    whole.save(tmp_path / "cut.pdf")
    whole.close()

    assert [block.text for block in document(tmp_path / "cut.pdf").blocks] == [LONG]


def test_lines_as_drawn_are_what_the_paragraph_is_made_of() -> None:
    assert joined(wrapped(LONG, 440), Words()) == LONG
