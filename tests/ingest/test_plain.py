"""Plain text: paragraphs, lines and headings of files that mark none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.document import Block, Unreadable
from ingest.parsing.plain import read


def blocks(folder: Path, text: str) -> tuple[Block, ...]:
    path = folder / "file.txt"
    path.write_text(text, encoding="utf-8")
    return read(path, lambda share: None).blocks


def texts(folder: Path, text: str) -> list[str]:
    return [block.text for block in blocks(folder, text)]


def test_blank_lines_part_paragraphs(tmp_path: Path) -> None:
    assert texts(tmp_path, "one\n\ntwo\n\n\nthree\n") == ["one", "two", "three"]


def test_line_of_wide_blanks_parts_paragraphs(tmp_path: Path) -> None:
    assert texts(tmp_path, "甲方。\n\u3000\u3000\n乙方。\n") == ["甲方。", "乙方。"]


def test_every_line_is_a_paragraph_where_no_blank_lines_are(tmp_path: Path) -> None:
    assert texts(tmp_path, "第一。\n第二。\n") == ["第一。", "第二。"]


def test_indent_of_chinese_paragraphs_goes(tmp_path: Path) -> None:
    assert texts(tmp_path, "\u3000\u3000口服。\n") == ["口服。"]


def test_lines_broken_at_the_margin_join_again(tmp_path: Path) -> None:
    line = "The dose should be reduced in patients with renal impairment whose"

    assert texts(tmp_path, f"x\n\n{line}\nclearance is low.\n") == [
        "x",
        f"{line} clearance is low.",
    ]


def test_chinese_lines_broken_at_the_margin_join_without_a_blank(tmp_path: Path) -> None:
    line = "肾功能不全患者应当根据肌酐清除率调整给药剂量并且密切监测血药浓度避免蓄积中"

    assert texts(tmp_path, f"x\n\n{line}\n毒。\n") == ["x", f"{line}毒。"]


def test_short_lines_stay_lines(tmp_path: Path) -> None:
    assert texts(tmp_path, "Ward 3\nRoom 4\n\nx\n") == ["Ward 3\nRoom 4", "x"]


def test_items_of_a_list_stay_lines(tmp_path: Path) -> None:
    item = "- wash your hands for at least twenty seconds with soap and warm water"

    assert texts(tmp_path, f"{item}\n{item}\n\nx\n") == [f"{item}\n{item}", "x"]


def test_numbered_chinese_line_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "一、目的\n\n规范用药。\n\n二、范围\n\n全院。\n")

    assert [each.kind for each in found] == ["heading", "text", "heading", "text"]


def test_levels_follow_the_kinds_of_numbers(tmp_path: Path) -> None:
    text = "第一章 总则\n\nx。\n\n一、目的\n\nx。\n\n（一）用药\n\nx。\n"

    found = blocks(tmp_path, text)

    assert [each.level for each in found if each.kind == "heading"] == [1, 2, 3]


def test_decimal_line_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "1.2 Dosage\n\nOnce daily.\n")

    assert found[0].kind == "heading"


def test_line_in_capitals_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "CONTRAINDICATIONS\n\nPregnancy.\n")

    assert found[0].kind == "heading"


def test_heading_right_above_its_text_is_parted_from_it(tmp_path: Path) -> None:
    found = blocks(tmp_path, "一、目的\n规范用药。\n\nx。\n")

    assert [(each.kind, each.text) for each in found] == [
        ("heading", "一、目的"),
        ("text", "规范用药。"),
        ("text", "x。"),
    ]


def test_numbered_sentence_is_no_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "一、每日口服一次，饭后服用。\n\nx。\n")

    assert found[0].kind == "text"


def test_numbered_lines_in_a_row_are_a_list(tmp_path: Path) -> None:
    found = blocks(tmp_path, "一、发热\n二、咳嗽\n三、乏力\n")

    assert {each.kind for each in found} == {"text"}


def test_item_with_one_number_is_no_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "1. Wash hands\n\nUse soap.\n")

    assert found[0].kind == "text"


STANDARD = (
    "1 范围\n\n{}\n\n2 规范性引用文件\n下列文件适用。\n\n3 术语和定义\n\n3.1 卒中\n\n急症。\n"
)


def headings(folder: Path, text: str) -> list[tuple[int, str]]:
    return [(each.level, each.text) for each in blocks(folder, text) if each.kind == "heading"]


def test_ascending_run_of_numbered_lines_are_headings(tmp_path: Path) -> None:
    found = headings(tmp_path, STANDARD.format("本标准适用于卒中。"))

    assert found == [(1, "1 范围"), (1, "2 规范性引用文件"), (1, "3 术语和定义"), (2, "3.1 卒中")]


def test_ascending_run_is_found_where_no_blank_lines_are(tmp_path: Path) -> None:
    text = STANDARD.format("本标准适用于卒中。").replace("\n\n", "\n")

    assert [level for level, _ in headings(tmp_path, text)] == [1, 1, 1, 2]


def test_table_of_contents_is_no_ascending_run(tmp_path: Path) -> None:
    text = STANDARD.format("适用。").replace("\n\n", "\n")

    found = headings(tmp_path, f"1 范围\n2 规范性引用文件\n3 术语和定义\n目的。\n{text}")

    assert [title for level, title in found if level == 1][:1] == ["1 范围"]
    assert len(found) == 4


@pytest.mark.parametrize(
    "text",
    [
        "1 洗手\n\n流水。\n\n2 消毒\n\n酒精。\n",
        "1 洗手\n2 消毒\n3 干燥\n\n完。\n",
        "1 洗手\n\n2 消毒\n\n3 干燥\n",
        "1 洗手。\n\n流水。\n\n2 消毒。\n\n酒精。\n\n3 干燥。\n\n纸巾。\n",
        "1. 洗手\n\n流水。\n\n2. 消毒\n\n酒精。\n\n3. 干燥\n\n纸巾。\n",
        "3 洗手\n\n流水。\n\n1 消毒\n\n酒精。\n\n2 干燥\n\n纸巾。\n",
    ],
    ids=["two", "one paragraph", "adjacent", "sentences", "points", "descending"],
)
def test_items_of_a_numbered_list_are_no_headings(tmp_path: Path, text: str) -> None:
    assert headings(tmp_path, text) == []


def test_dose_at_the_beginning_of_a_line_is_no_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "2.5 mg\n\nonce daily\n")

    assert {each.kind for each in found} == {"text"}


def test_bytes_that_are_no_text_are_of_the_wrong_type(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x00\x01\x02abc")

    with pytest.raises(Unreadable, match="wrong_type"):
        read(path, lambda share: None)


def test_file_has_no_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")

    assert read(path, lambda share: None).pages is None


def test_progress_ends_at_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    seen: list[float] = []

    read(path, seen.append)

    assert seen[-1] == 1.0
