"""Markdown: no word is lost, whatever a converter or a person has written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.markdown import read


def document(folder: Path, source: str) -> Document:
    path = folder / "file.md"
    path.write_text(source, encoding="utf-8")
    return read(path, lambda share: None)


def blocks(folder: Path, source: str) -> tuple[Block, ...]:
    return document(folder, source).blocks


def texts(folder: Path, source: str) -> list[str]:
    return [block.text for block in blocks(folder, source)]


# Headings


def test_signs_give_levels(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# Dose\n\n## Adults\n\nOnce daily.\n")

    assert [(each.kind, each.level) for each in found] == [
        ("heading", 1),
        ("heading", 2),
        ("text", 0),
    ]


def test_underlined_line_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "Dose\n====\n\nOnce.\n")

    assert (found[0].kind, found[0].text) == ("heading", "Dose")


def test_chinese_heading_needs_no_blank_after_its_sign(tmp_path: Path) -> None:
    found = blocks(tmp_path, "#适应证\n\n成人。\n")

    assert (found[0].kind, found[0].text) == ("heading", "适应证")


def test_hash_before_a_latin_word_is_no_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "#covid is a tag\n")

    assert found[0].kind == "text"


def test_levels_come_from_numbers_where_all_headings_have_one_level(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 标题\n\n# 1资料\n\n# 1.1对象\n\n# 1.1.1来源\n\n# 2结果\n\nx\n")

    assert [each.level for each in found if each.kind == "heading"] == [1, 1, 2, 3, 1]


def test_chinese_numbers_give_levels_too(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 一、总则\n\n# （一）目的\n\n# 二、附则\n\nx\n")

    assert [each.level for each in found if each.kind == "heading"] == [1, 2, 1]


def test_number_before_a_figure_gives_a_level_too(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 4 方体\n\n# 4.1 来源\n\n# 4.2 0-D方体\n\n# 4.31-D方体\n\nx\n")

    assert [each.level for each in found if each.kind == "heading"] == [1, 2, 2, 2]


def test_levels_that_differ_stay_as_written(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 1.1 a\n\n### 1 b\n\nx\n")

    assert [each.level for each in found if each.kind == "heading"] == [1, 3]


def test_caption_of_a_figure_is_text_though_written_as_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 结果\n\n# 图2 血压控制率\n")

    assert found[1].kind == "text"


def test_caption_of_a_table_is_its_own_though_written_as_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# 表1 剂量\n\n|a|b|\n|-|-|\n|c|d|\n")

    assert [(each.kind, each.text) for each in found] == [("table", "表1 剂量")]


# Text


def test_lines_of_a_chinese_paragraph_join_without_a_blank(tmp_path: Path) -> None:
    assert texts(tmp_path, "每日\n一次\n") == ["每日一次"]


def test_lines_of_an_english_paragraph_stay_apart(tmp_path: Path) -> None:
    assert texts(tmp_path, "once\ndaily\n") == ["once\ndaily"]


def test_lines_that_begin_with_labels_stay_lines(tmp_path: Path) -> None:
    text = "**发布机构**：中华医学会\n发布日期：二〇二四年五月\n适用范围：成人"

    assert texts(tmp_path, text) == [text.replace("*", "")]


def test_line_under_a_label_that_has_none_joins_it(tmp_path: Path) -> None:
    assert texts(tmp_path, "用法：每日\n一次\n") == ["用法：每日一次"]


def test_line_that_goes_on_within_brackets_begins_with_no_label(tmp_path: Path) -> None:
    assert texts(tmp_path, "基金：自然科学基金（解剖研\n究）（编号：20") == [
        "基金：自然科学基金（解剖研究）（编号：20"
    ]


def test_emphasis_leaves_its_words(tmp_path: Path) -> None:
    assert texts(tmp_path, "**never** give *IV*\n") == ["never give IV"]


def test_link_leaves_its_words(tmp_path: Path) -> None:
    assert texts(tmp_path, "see [the label](http://x.example)\n") == ["see the label"]


def test_code_is_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "```\na\n  b\n```\n") == ["a\n  b"]


def test_reference_that_looks_like_a_definition_stays(tmp_path: Path) -> None:
    assert texts(tmp_path, "[1]: Smith, Lancet\n") == ["[1]: Smith, Lancet"]


def test_front_matter_is_no_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "---\ntitle: Dose\nyear: 2020\n---\n\ntext\n")

    assert [(each.kind, each.text) for each in found] == [
        ("text", "title: Dose"),
        ("text", "year: 2020"),
        ("text", "text"),
    ]


def test_items_carry_their_numbers(tmp_path: Path) -> None:
    assert texts(tmp_path, "3. wash\n4. dry\n") == ["3. wash", "4. dry"]


def test_items_without_numbers_carry_a_dash(tmp_path: Path) -> None:
    assert texts(tmp_path, "* rash\n* fever\n") == ["- rash", "- fever"]


def test_second_paragraph_of_an_item_carries_no_mark(tmp_path: Path) -> None:
    assert texts(tmp_path, "1. wash\n\n   well\n") == ["1. wash", "well"]


def test_outer_list_goes_on_counting_after_an_inner_one(tmp_path: Path) -> None:
    assert texts(tmp_path, "1. a\n   - b\n2. c\n") == ["1. a", "- b", "2. c"]


def test_quotation_is_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "> Primum non nocere.\n") == ["Primum non nocere."]


def test_picture_is_counted_and_its_words_stay(tmp_path: Path) -> None:
    found = document(tmp_path, "![flow chart](a.png)\n\n![](b.png)\n")

    assert [each.text for each in found.blocks] == ["flow chart"]
    assert found.warnings[0].code == "figure_left_out"
    assert found.warnings[0].facts == {"count": 2}


def test_file_without_pictures_has_no_warning(tmp_path: Path) -> None:
    assert document(tmp_path, "text\n").warnings == ()


# Formulas


def test_number_in_dollars_reads_as_a_number(tmp_path: Path) -> None:
    assert texts(tmp_path, "发病率 $3 3 . 3 \\%$ 。\n") == ["发病率 33.3% 。"]


def test_exponent_in_dollars_is_raised(tmp_path: Path) -> None:
    assert texts(tmp_path, "$1 0 ^ { 9 } / L$\n") == ["10⁹/L"]


def test_formula_beyond_a_line_stays_as_written(tmp_path: Path) -> None:
    source = "$\\begin{matrix} a & b \\end{matrix}$"

    assert texts(tmp_path, source + "\n") == [source]


def test_underlines_in_a_formula_are_no_emphasis(tmp_path: Path) -> None:
    assert texts(tmp_path, "$x_{1} + y_{1}$\n") == ["x₁+y₁"]


def test_displayed_formula_makes_no_list(tmp_path: Path) -> None:
    assert texts(tmp_path, "$$\na\n+ b\n$$\n") == ["a+b"]


def test_dollars_of_money_stay(tmp_path: Path) -> None:
    source = "It costs $5 and the other $6 more."

    assert "".join(texts(tmp_path, source)).count("5") == 1


def test_words_between_double_dollars_stay_apart(tmp_path: Path) -> None:
    found = texts(tmp_path, "plan $$ motor efference copy $$ end\n")

    assert "motor efference copy" in found[0]


# Tables


def test_pipe_table_becomes_rows(tmp_path: Path) -> None:
    found = blocks(tmp_path, "|drug|dose|\n|---|---|\n|x|5 mg|\n")

    assert found[0].rows == (("drug", "dose"), ("x", "5 mg"))
    assert found[0].header_rows == 1


def test_cells_beyond_the_header_are_kept(tmp_path: Path) -> None:
    found = blocks(tmp_path, "|a|b|\n|-|-|\n|1|2|3|\n")

    assert found[0].rows == (("a", "b", ""), ("1", "2", "3"))


def test_escaped_bar_is_part_of_its_cell(tmp_path: Path) -> None:
    found = blocks(tmp_path, "|a|b|\n|-|-|\n|x\\|y|2|\n")

    assert found[0].rows[1] == ("x|y", "2")


def test_emphasis_in_a_cell_leaves_its_words(tmp_path: Path) -> None:
    found = blocks(tmp_path, "|a|b|\n|-|-|\n|**x**|$5 \\%$|\n")

    assert found[0].rows[1] == ("x", "5%")


def test_html_table_becomes_rows(tmp_path: Path) -> None:
    rows = "<tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr>"

    found = blocks(tmp_path, f"<html><body><table>{rows}</table></body></html>")

    assert found[0].rows == (("a", "b"), ("1", "2"))


def test_html_cell_merged_down_stands_in_each_row(tmp_path: Path) -> None:
    head = "<tr><td>a</td><td>b</td></tr>"
    rows = "<tr><td rowspan=2>x</td><td>1</td></tr><tr><td>2</td></tr>"

    found = blocks(tmp_path, f"<table>{head}{rows}</table>")

    assert found[0].rows[2] == ("x", "2")


def test_blank_lines_do_not_end_an_html_table(tmp_path: Path) -> None:
    source = "<table>\n<tr><td>a</td></tr>\n\n<tr><td>b</td></tr>\n</table>\n"

    found = blocks(tmp_path, source)

    assert found[0].rows == (("a",), ("b",))


def test_html_table_within_a_line_is_a_table(tmp_path: Path) -> None:
    source = "before <table><tr><td>a</td><td>b</td></tr></table> after\n"

    found = blocks(tmp_path, source)

    assert [each.kind for each in found] == ["text", "table", "text"]


def test_paragraph_before_a_table_that_announces_it_is_its_caption(tmp_path: Path) -> None:
    found = blocks(tmp_path, "表2 用药\n\n<table><tr><td>a</td><td>b</td></tr></table>\n")

    assert [(each.kind, each.text) for each in found] == [("table", "表2 用药")]


def test_paragraph_before_a_table_that_does_not_announce_it_stays(tmp_path: Path) -> None:
    found = blocks(tmp_path, "结果如下：\n\n<table><tr><td>a</td><td>b</td></tr></table>\n")

    assert [each.kind for each in found] == ["text", "table"]


# Raw HTML


def test_tags_go_and_their_text_stays(tmp_path: Path) -> None:
    assert texts(tmp_path, "<div>\n<p>one</p><p>two</p>\n</div>\n") == ["one", "two"]


def test_tags_within_a_line_go(tmp_path: Path) -> None:
    assert texts(tmp_path, "a <b>bold</b> word\n") == ["a bold word"]


def test_raised_tag_raises(tmp_path: Path) -> None:
    assert texts(tmp_path, "10<sup>9</sup>/L and CO<sub>2</sub>\n") == ["10⁹/L and CO₂"]


def test_what_only_looks_like_a_tag_stays(tmp_path: Path) -> None:
    assert texts(tmp_path, "P<value> of 0.05\n") == ["P<value> of 0.05"]


def test_what_only_looks_like_a_tag_stays_in_a_cell(tmp_path: Path) -> None:
    found = blocks(tmp_path, "<table><tr><td>p<value</td><td>x<0.05</td></tr></table>\n")

    assert found[0].rows == (("p<value", "x<0.05"),)


def test_scripts_are_not_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "<script>alert(1)</script>\n\ntext\n") == ["text"]


def test_break_tag_is_a_line(tmp_path: Path) -> None:
    assert texts(tmp_path, "a<br>b\n") == ["a\nb"]


def test_html_heading_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, "# a\n\n<h3>b</h3>\n")

    assert (found[1].kind, found[1].level) == ("heading", 3)


# Files


def test_chinese_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("# 剂量\n\n每日一次。\n".encode("gb18030"))

    found = read(path, lambda share: None)

    assert [each.text for each in found.blocks] == ["剂量", "每日一次。"]


def test_mark_of_the_encoding_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("# 剂量\n".encode("utf-8-sig"))

    found = read(path, lambda share: None)

    assert found.blocks[0].text == "剂量"


def test_lists_too_deep_to_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nested_too_deeply"):
        document(tmp_path, "> " * 100 + "x\n")


def test_progress_ends_at_one(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("x\n")
    seen: list[float] = []

    read(path, seen.append)

    assert seen[-1] == 1.0


def papers() -> list[Path]:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")
    return sorted((Path(folder) / "zh" / "papers").glob("*.md"))


@pytest.mark.slow
def test_every_real_paper_has_headings_and_text() -> None:
    found = {path.name: read(path, lambda share: None) for path in papers()}

    kinds = {name: {each.kind for each in document.blocks} for name, document in found.items()}
    assert [name for name, seen in kinds.items() if not {"heading", "text"} <= seen] == []


@pytest.mark.slow
def test_no_tag_of_a_table_is_left_in_a_real_paper() -> None:
    for path in papers():
        text = " ".join(each.text for each in read(path, lambda share: None).blocks)

        assert "<td" not in text, path.name


@pytest.mark.slow
def test_no_chinese_character_of_a_real_paper_is_lost() -> None:
    for path in papers()[::10]:
        source = path.read_text(encoding="utf-8")
        found = read(path, lambda share: None).blocks
        ours = "".join(each.text + "".join("".join(row) for row in each.rows) for each in found)

        missing = {character for character in source if character > "\u3000"} - set(ours)
        assert not missing, path.name


def test_sign_with_a_line_beneath_is_another(tmp_path: Path) -> None:
    assert texts(tmp_path, "<u>&gt;</u>6 and <u>&lt;</u> 3 &lt; 4\n") == ["≥6 and ≤ 3 < 4"]
