"""Titles of tables in a PDF: on every part of the table, and on no other."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.pdf_files import BOLD, CHINESE, Draw, Sheet, tables, texts

XS = [72, 200, 330, 460]
ROWS = [["Drug", "Dose", "Route"], ["Codeine", "30 mg", "oral"], ["Morphine", "5 mg", "iv"]]
MORE = [["Fentanyl", "25 mcg", "iv"], ["Tramadol", "50 mg", "oral"]]
OTHERS = [["Fentanyl", "25 mcg an hour"], ["Tramadol", "50 mg"]]


def titled(title: str, rows: list[list[str]], font: str = BOLD) -> Draw:
    def draw(sheet: Sheet) -> None:
        sheet.text(title, 90, font=font)
        sheet.table(rows, 100, XS)

    return draw


def captions(folder: Path, *pages: Draw) -> list[str]:
    return [block.text for block in tables(folder, *pages)]


def test_later_part_has_the_title_it_began_with(tmp_path: Path) -> None:
    def rest(sheet: Sheet) -> None:
        sheet.table(MORE, 60, XS, bold=False)

    assert captions(tmp_path, titled("Table 1. Doses", ROWS), rest) == ["Table 1. Doses"] * 2


def test_part_that_only_says_it_goes_on_has_the_whole_title(tmp_path: Path) -> None:
    first, rest = titled("表1 用药剂量", ROWS, CHINESE), titled("续表1", MORE, CHINESE)

    assert captions(tmp_path, first, rest) == ["表1 用药剂量", "表1 用药剂量"]


def test_title_in_two_languages_is_taken_whole(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("表1 用药剂量", 70, font=CHINESE)
        sheet.text("Table 1. Doses", 88)
        sheet.table(ROWS, 100, XS)

    assert captions(tmp_path, draw) == ["表1 用药剂量 Table 1. Doses"]


def test_short_line_right_above_is_the_title(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("Usual doses of opioids", 90)
        sheet.table(ROWS, 100, XS)

    assert captions(tmp_path, draw) == ["Usual doses of opioids"]


def test_heading_right_above_stays_a_heading(tmp_path: Path) -> None:
    assert texts(tmp_path, titled("Usual doses of opioids", ROWS))[0] == "Usual doses of opioids"


def test_short_line_far_above_stays_text(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("Usual doses of opioids", 40)
        sheet.table(ROWS, 100, XS)

    assert captions(tmp_path, draw) == [""]


def test_part_of_other_columns_has_the_title_and_not_the_header(tmp_path: Path) -> None:
    def rest(sheet: Sheet) -> None:
        sheet.table(OTHERS, 60, XS[:3], bold=False)

    found = tables(tmp_path, titled("Table 1. Doses", ROWS), rest)

    assert (found[1].text, found[1].rows[0][0]) == ("Table 1. Doses", "Fentanyl")


def test_table_after_text_has_no_title_of_the_table_before(tmp_path: Path) -> None:
    def other(sheet: Sheet) -> None:
        sheet.text("Children are given less than this, and never at night.", 40)
        sheet.table(OTHERS, 60, XS[:3], bold=False)

    assert captions(tmp_path, titled("Table 1. Doses", ROWS), other)[1] == ""
