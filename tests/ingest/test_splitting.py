"""Passages: nothing lost, nothing torn, nothing across a section, the same every time."""

from __future__ import annotations

import pytest

from governance.sentences import size
from ingest.parsing.document import Block
from ingest.splitting import PREFERRED
from tests.ingest.drafts import SENTENCE, box, contents, heading, parsed, table, text

# Sections


def test_path_leads_from_the_top_to_the_section() -> None:
    found = parsed(heading("A"), heading("B", 2), heading("C", 3), text("x。"))

    assert found.sections[2].path == ("A", "B", "C")


def test_path_forgets_the_section_before() -> None:
    found = parsed(heading("A"), heading("B", 2), text("x。"), heading("C", 2), text("y。"))

    assert found.sections[2].path == ("A", "C")


def test_level_that_was_skipped_leaves_no_gap() -> None:
    found = parsed(heading("A"), heading("B", 4), text("x。"), heading("C", 3), text("y。"))

    assert [each.path for each in found.sections] == [("A",), ("A", "B"), ("A", "C")]


def test_text_before_the_first_heading_has_a_section_of_its_own() -> None:
    found = parsed(text("x。"), heading("A"), text("y。"))

    assert (found.sections[0].level, found.sections[0].path) == (0, ("—",))


def test_section_before_the_first_heading_is_above_nothing() -> None:
    found = parsed(text("x。"), heading("A"), text("y。"))

    assert found.sections[1].path == ("A",)


def test_document_without_headings_is_one_section() -> None:
    found = parsed(text("x。"))

    assert [each.path for each in found.sections] == [("—",)]


def test_document_that_begins_with_a_heading_has_no_section_before_it() -> None:
    found = parsed(heading("A"), text("x。"))

    assert [each.title for each in found.sections] == ["A"]


def test_section_carries_the_page_of_its_heading() -> None:
    found = parsed(heading("A", page=4), text("x。", page=5))

    assert found.sections[0].page == 4


def test_heading_that_only_names_is_no_passage() -> None:
    found = parsed(heading("Methods"), heading("Patients", 2), text("x。"))

    assert contents(found) == ["x。"]


def test_heading_that_states_something_and_has_nothing_below_is_a_passage() -> None:
    found = parsed(
        heading("推荐1：急性缺血性卒中4.5小时内静脉溶栓（1A）"), heading("B"), text("x。")
    )

    assert contents(found)[0].startswith("推荐1")


def test_heading_that_states_something_with_text_below_is_no_passage() -> None:
    found = parsed(heading("推荐1：静脉溶栓"), text("证据如下。"))

    assert contents(found) == ["证据如下。"]


def test_heading_too_long_for_one_is_text() -> None:
    found = parsed(heading("很" * 201), text("x。"))

    assert found.sections[0].path == ("—",)
    assert contents(found)[0].startswith("很很")


def test_lines_of_a_heading_become_one() -> None:
    found = parsed(heading("急性\n卒中"), text("x。"))

    assert found.sections[0].title == "急性 卒中"


# Text


def test_short_section_stays_short() -> None:
    found = parsed(heading("A"), text("禁用。"), heading("B"), text(SENTENCE * 10))

    assert contents(found)[0] == "禁用。"


def test_passage_holds_several_short_paragraphs() -> None:
    found = parsed(text("口服。"), text("每日一次。"))

    assert contents(found) == ["口服。\n每日一次。"]


def test_paragraph_that_nearly_fits_is_not_cut() -> None:
    found = parsed(text(SENTENCE * 11))

    assert len(found.passages) == 1


def test_long_paragraph_is_cut_near_the_preferred_size() -> None:
    found = parsed(text(SENTENCE * 40))

    sizes = [size(each) for each in contents(found)]
    assert all(PREFERRED * 0.6 <= each <= PREFERRED * 1.6 for each in sizes)


def test_cut_is_at_the_end_of_a_sentence() -> None:
    found = parsed(text(SENTENCE * 40))

    assert all(each.endswith("。") for each in contents(found))


def test_sentence_larger_than_the_maximum_is_cut_at_a_clause() -> None:
    found = parsed(text("每日口服一次，" * 90 + "停药。"))

    assert all(each.endswith(("，", "停药。")) for each in contents(found))


def test_paragraph_begins_anew_after_a_passage_of_some_size() -> None:
    found = parsed(text(SENTENCE * 5), text(SENTENCE * 8))

    assert contents(found) == [SENTENCE * 5, SENTENCE * 8]


def test_line_that_leads_to_the_next_stays_with_it() -> None:
    found = parsed(text("禁忌如下："), text(SENTENCE * 12))

    assert contents(found)[0].startswith("禁忌如下：\n高血压")


def test_last_sentence_that_leads_to_a_new_passage_begins_it() -> None:
    found = contents(parsed(text(SENTENCE * 6 + "以下情况停药："), text(SENTENCE * 8)))

    assert found == [SENTENCE * 6, "以下情况停药：\n" + SENTENCE * 8]


@pytest.mark.parametrize("lead", ["Candesartan (Atacand)", "Adults who meet any of the criteria:"])
def test_line_that_leads_to_a_new_passage_begins_it(lead: str) -> None:
    found = contents(parsed(text(SENTENCE * 6), text(lead), text(SENTENCE * 8)))

    assert found == [SENTENCE * 6, f"{lead}\n{SENTENCE * 8}"]


@pytest.mark.parametrize("line", ["Once daily.", "- Nausea", "[3] Smith J"])
def test_line_that_leads_to_nothing_stays_where_it_is(line: str) -> None:
    found = contents(parsed(text(SENTENCE * 6), text(line), text(SENTENCE * 8)))

    assert found == [f"{SENTENCE * 6}\n{line}", SENTENCE * 8]


def test_small_rest_of_a_section_joins_what_is_before_it() -> None:
    found = parsed(text(SENTENCE * 8), text("完。"))

    assert contents(found) == [SENTENCE * 8 + "\n完。"]


def test_passage_never_crosses_a_section() -> None:
    found = parsed(heading("A"), text("口服。"), heading("B"), text("注射。"))

    assert [(each.section, each.text) for each in found.passages] == [(0, "口服。"), (1, "注射。")]


def test_blank_text_is_no_passage() -> None:
    found = parsed(heading("A"), text("  \n "), text("x。"))

    assert contents(found) == ["x。"]


# Pages and boxes


def test_page_is_where_the_passage_begins() -> None:
    found = parsed(text("口服。", page=2), text("每日一次。", page=3))

    assert found.passages[0].page == 2


def test_page_of_the_first_box_counts_where_a_block_names_none() -> None:
    found = parsed(text("口服。", boxes=(box(7),)))

    assert found.passages[0].page == 7


def test_boxes_are_those_of_the_blocks_held() -> None:
    found = parsed(text("口服。", 1, (box(1, 0),)), text("每日一次。", 1, (box(1, 20),)))

    assert found.passages[0].boxes == (box(1, 0), box(1, 20))


def test_each_part_of_a_cut_block_has_its_boxes() -> None:
    found = parsed(text(SENTENCE * 40, 1, (box(1), box(2))))

    assert {each.boxes for each in found.passages} == {(box(1), box(2))}


def test_format_without_pages_gives_none() -> None:
    assert parsed(text("口服。")).passages[0].page is None


# Tables


def test_table_is_a_pipe_table_below_its_caption() -> None:
    found = parsed(table(("药", "量"), ("甲", "5 mg"), caption="表1 剂量"))

    assert contents(found) == ["表1 剂量\n| 药 | 量 |\n| --- | --- |\n| 甲 | 5 mg |"]


def test_table_is_a_passage_of_its_own_between_its_neighbours() -> None:
    found = parsed(text("前。"), table(("a", "b"), ("c", "d")), text("后。"))

    assert [each.kind for each in found.passages] == ["text", "table", "text"]


def test_bar_in_a_cell_is_escaped() -> None:
    found = parsed(table(("a", "b"), ("x|y", "d")))

    assert "| x\\|y | d |" in contents(found)[0]


def test_lines_of_a_cell_become_one() -> None:
    found = parsed(table(("a", "b"), ("x\ny", "d")))

    assert "| x y | d |" in contents(found)[0]


def test_long_table_repeats_caption_and_header() -> None:
    rows = [(f"药物{at}", "每日一次，饭后口服") for at in range(60)]

    found = parsed(table(("药", "用法"), *rows, caption="表1"))

    assert len(found.passages) > 1
    assert all(each.startswith("表1\n| 药 | 用法 |\n| --- | --- |\n") for each in contents(found))


def test_every_header_row_is_repeated() -> None:
    rows = [(f"药物{at}", "每日一次，饭后口服") for at in range(60)]

    found = parsed(table(("药", "用法"), ("名", "成人"), *rows, header_rows=2))

    assert all("| 药 | 用法 |\n| 名 | 成人 |\n| --- |" in each for each in contents(found))


def test_row_larger_than_the_maximum_is_kept_whole_with_its_header() -> None:
    row = ("甲", "很" * 400)

    found = parsed(table(("药", "用法"), ("乙", "x"), row, ("丙", "y")))

    held = next(each for each in contents(found) if "很" * 400 in each)
    assert held.startswith("| 药 | 用法 |")


def test_header_too_large_to_repeat_is_a_row_once() -> None:
    found = parsed(table(("很" * 400, "b"), ("c", "d"), ("e", "f")))

    assert sum("很" * 400 in each for each in contents(found)) == 1


def test_table_of_a_header_alone_is_kept() -> None:
    found = parsed(table(("分布", "年份")))

    assert contents(found) == ["| 分布 | 年份 |"]


def test_table_without_a_header_has_no_rule() -> None:
    found = parsed(table(("a", "b"), ("c", "d"), header_rows=0))

    assert contents(found) == ["| a | b |\n| c | d |"]


def test_caption_without_rows_is_kept() -> None:
    found = parsed(Block("table", "表1 剂量"))

    assert contents(found) == ["表1 剂量"]


def test_group_is_named_again_where_a_passage_begins_in_it() -> None:
    group = ("抗精神病药", "", "")
    drugs = [(f"药物{n}", SENTENCE * 3, "口服") for n in range(6)]

    found = contents(parsed(table(("药物", "用法", "途径"), group, *drugs)))

    assert len(found) > 1
    assert all("| 抗精神病药 |" in each for each in found)


def test_group_that_may_have_ended_is_not_named_again() -> None:
    rows = [(f"药物{n}", SENTENCE * 3, "口服") for n in range(6)]
    doubtful = ("激动剂", "", SENTENCE)

    found = contents(parsed(table(("药物", "用法", "途径"), ("抑制剂", "", ""), doubtful, *rows)))

    assert "抑制剂" not in found[-1]


def test_rest_of_a_row_stands_under_that_rows_name() -> None:
    drug, rest = ("奈韦拉平", SENTENCE * 14, "口服"), ("", SENTENCE * 14, "")

    found = contents(parsed(table(("药物", "用法", "途径"), drug, rest)))

    assert len(found) == 2
    assert "| 奈韦拉平 |  |  |\n|  | 高血压" in found[1]


def test_short_rest_of_a_row_stays_with_it() -> None:
    drug, rest = ("奈韦拉平", SENTENCE * 10, "口服"), ("", SENTENCE, "")

    assert len(contents(parsed(table(("药物", "用法", "途径"), drug, rest)))) == 1


# Notes under a table


@pytest.mark.parametrize(
    "note", ["注：肾功能不全者减量。", "* 每日一次。", "Note: halve it.", "¹ 空腹。"]
)
def test_note_under_a_table_is_part_of_it(note: str) -> None:
    found = parsed(table(("药物", "剂量"), ("可待因", "30 mg"), caption="表1"), text(note))

    assert [each.kind for each in found.passages] == ["table"]
    assert found.passages[0].text.endswith(note)


def test_notes_that_do_not_fit_stand_under_the_tables_title() -> None:
    note = text("注意：" + SENTENCE * 14)

    found = contents(
        parsed(table(("药物", "剂量"), ("药", SENTENCE * 4), caption="表1 剂量"), note)
    )

    assert found[1].startswith("表1 剂量\n注意：")


def test_caution_between_two_notes_is_a_note_too() -> None:
    notes = [text("* Multiply it."), text("All doses are in mg a day."), text("† By mouth.")]

    found = parsed(table(("Drug", "Dose"), ("Codeine", "30 mg")), *notes)

    assert len(found.passages) == 1


def test_text_after_a_table_is_no_note() -> None:
    found = parsed(table(("药物", "剂量"), ("可待因", "30 mg")), text("疗程见下文。"))

    assert [each.kind for each in found.passages] == ["table", "text"]


# Text that goes on over pages


def over_two_pages() -> Block:
    first, second = SENTENCE * 12, SENTENCE * 12
    boxes = (box(4), box(5))
    return Block("text", first + second, page=4, boxes=boxes, starts=(0, len(first)))


def test_page_is_that_of_the_passages_own_text() -> None:
    found = parsed(over_two_pages())

    assert found.passages[0].page == 4
    assert found.passages[-1].page == 5


def test_boxes_are_those_of_the_passages_own_text() -> None:
    assert parsed(over_two_pages()).passages[-1].boxes == (box(5),)
