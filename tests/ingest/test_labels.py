"""Labels in lenticular brackets, as drug labels and textbooks use them for headings."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing import docx, markdown, plain
from ingest.parsing.document import Block
from ingest.parsing.headings import Line, guess, is_label, parted
from tests.ingest.docx_files import p, write

Outline = list[tuple[int, str]]


def outline(blocks: tuple[Block, ...]) -> Outline:
    return [(block.level, block.text) for block in blocks if block.kind == "heading"]


def written(folder: Path, text: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str) -> tuple[Block, ...]:
    return plain.read(written(folder, text), lambda share: None).blocks


@pytest.mark.parametrize("text", ["【适应症】", "【用法用量】", "【OTC】", "【 禁 忌 】"])
def test_label_is_known(text: str) -> None:
    assert is_label(text)


@pytest.mark.parametrize(
    "text",
    ["【1】", "【图1】", "【】", "【适应症】口服", "适应症", f"【{'药' * 30}】", "【甲\n乙】"],
)
def test_what_only_looks_like_a_label_is_none(text: str) -> None:
    assert not is_label(text)


def test_label_is_parted_from_its_text() -> None:
    assert parted("【适应症】：用于哮喘。") == ["【适应症】", "用于哮喘。"]


def test_label_in_the_middle_of_a_line_is_text() -> None:
    assert parted("详见【禁忌】项。") == ["详见【禁忌】项。"]


def test_lines_between_labels_stay_together() -> None:
    assert parted("甲\n【禁忌】\n乙\n丙\n【规格】丁") == [
        "甲",
        "【禁忌】",
        "乙\n丙",
        "【规格】",
        "丁",
    ]


def test_label_alone_on_its_line_is_a_heading(tmp_path: Path) -> None:
    blocks = read(tmp_path, "【适应症】\n用于哮喘。\n\n【禁忌】\n对本品过敏者。\n")

    assert outline(blocks) == [(1, "【适应症】"), (1, "【禁忌】")]
    assert [block.text for block in blocks if block.kind == "text"] == [
        "用于哮喘。",
        "对本品过敏者。",
    ]


def test_label_with_its_text_behind_it_is_a_heading(tmp_path: Path) -> None:
    blocks = read(tmp_path, "【适应症】用于哮喘。\n\n口服。\n")

    assert [block.text for block in blocks] == ["【适应症】", "用于哮喘。", "口服。"]


def test_labels_without_blank_lines_between_are_headings(tmp_path: Path) -> None:
    blocks = read(tmp_path, "【适应症】用于哮喘。\n【禁忌】对本品过敏者。\n")

    assert outline(blocks) == [(1, "【适应症】"), (1, "【禁忌】")]


def test_labels_in_a_row_are_all_headings(tmp_path: Path) -> None:
    blocks = read(tmp_path, "【药品名称】\n\n【成份】\n\n依诺肝素钠。\n")

    assert outline(blocks) == [(1, "【药品名称】"), (1, "【成份】")]


def test_label_stands_below_the_number_before_it(tmp_path: Path) -> None:
    blocks = read(tmp_path, "一、适应症\n\n【适应症】用于哮喘。\n\n二、用法\n\n【用法】口服。\n")

    assert [level for level, _text in outline(blocks)] == [1, 2, 1, 2]


def test_number_after_the_first_label_stands_below_it(tmp_path: Path) -> None:
    blocks = read(
        tmp_path, "第一章 哮喘\n\n【诊断】\n\n（一）症状\n\n喘息。\n\n【治疗】\n\n吸入。\n"
    )

    assert [level for level, _text in outline(blocks)] == [1, 2, 3, 2]


def test_words_that_stand_out_stand_below_labels() -> None:
    levels = guess([Line("【诊断】"), Line("Symptoms", stands_out=True), Line("喘息。")])

    assert levels == {0: 1, 1: 2}


def test_label_in_a_docx_without_styles_is_a_heading(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("说明") + p("【适应症】用于哮喘。") + p("【禁忌】"))

    blocks = docx.read(path, lambda share: None).blocks

    assert outline(blocks) == [(1, "【适应症】"), (1, "【禁忌】")]


def test_label_in_markdown_stands_below_the_heading_it_follows(tmp_path: Path) -> None:
    text = "# 哮喘\n\n【诊断】喘息。\n\n## 治疗\n\n【用法】\n\n吸入。\n\n# 其他\n\n无。\n"

    blocks = markdown.read(written(tmp_path, text, "a.md"), lambda share: None).blocks

    assert [level for level, _text in outline(blocks)] == [1, 2, 2, 3, 1]


def test_table_that_begins_with_a_label_stays_a_table(tmp_path: Path) -> None:
    text = "| 【用法】 | 剂量 |\n|---|---|\n| 口服 | 1 g |\n"

    blocks = markdown.read(written(tmp_path, text, "a.md"), lambda share: None).blocks

    assert [block.kind for block in blocks] == ["table"]
