"""Runs set to lines, columns and reading order."""

from __future__ import annotations

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_layout import Flow, flows_of, lines_of
from ingest.parsing.pdf_runs import Run
from tests.ingest.pdf_parts import column, run, tabbed

WIDE = 180.0


def prose(name: str, left: float, lines: int, top: float = 100) -> list[Run]:
    """Full lines of one column."""
    return column([f"{name}{n}" for n in range(lines)], left, top, wide=WIDE)


def shown(flows: list[Flow]) -> list[list[str]]:
    return [[line.text for line in flow.lines] for flow in flows if flow.thing is None]


# Lines


def test_runs_on_one_baseline_are_one_line() -> None:
    lines = lines_of([run("right", 200), run("left", 72)])

    assert [line.text for line in lines] == ["left right"]


def test_lines_come_from_top_to_bottom() -> None:
    lines = lines_of([run("two", baseline=112), run("one", baseline=100)])

    assert [line.text for line in lines] == ["one", "two"]


def test_raised_note_sign_belongs_to_its_line() -> None:
    lines = lines_of([run("Chou", 72), run("3", 92, baseline=96, size=6.0)])

    assert [line.text for line in lines] == ["Chou³"]


def test_run_that_touches_the_one_before_takes_no_space() -> None:
    lines = lines_of([run("anti", 72), run("body", 92)])

    assert lines[0].text == "antibody"


def test_chinese_runs_close_together_take_no_space() -> None:
    lines = lines_of([run("溶", 72), run("栓", 80)])

    assert lines[0].text == "溶栓"


def test_chinese_runs_far_apart_keep_a_space() -> None:
    lines = lines_of([run("溶栓", 72), run("房颤", 120)])

    assert lines[0].text == "溶栓 房颤"


def test_line_encloses_its_runs() -> None:
    line = lines_of([run("left", 72), run("right", 200)])[0]

    assert (line.rect.left, line.rect.right) == (72, 225)


def test_line_is_bold_when_all_of_it_is() -> None:
    line = lines_of([run("Note", bold=4)])[0]

    assert line.bold


def test_line_with_one_bold_word_is_not_bold() -> None:
    line = lines_of([run("Note", bold=4), run("this is important", 100)])[0]

    assert not line.bold


def test_line_has_the_size_of_most_of_its_letters() -> None:
    line = lines_of([run("Text of a line"), run("3", 142, baseline=96, size=6.0)])[0]

    assert line.size == 10


# Segments


def test_gap_parts_a_line_in_segments() -> None:
    assert [part.text for part in tabbed([("Codeine", 72), ("0.15", 300)]).segments] == [
        "Codeine",
        "0.15",
    ]


def test_marker_of_a_list_is_no_segment_of_its_own() -> None:
    line = tabbed([("1.", 72), ("Give oxygen", 100)])

    assert [part.text for part in line.segments] == ["1. Give oxygen"]


def test_word_gap_parts_no_segments() -> None:
    line = tabbed([("give", 72), ("oxygen", 95)])

    assert not line.is_tabbed


def test_gap_of_a_justified_line_is_not_spread() -> None:
    line = tabbed([("give", 72), ("oxygen", 105)])

    assert line.is_tabbed
    assert not line.is_spread


def test_gap_of_a_table_is_spread() -> None:
    assert tabbed([("Codeine", 72), ("0.15", 300)]).is_spread


# Columns


def test_page_without_text_has_no_flow() -> None:
    assert flows_of([], []) == []


def test_single_column_is_one_flow() -> None:
    flows = flows_of(prose("a", 72, 3), [])

    assert shown(flows) == [["a0", "a1", "a2"]]


def test_left_column_is_read_before_the_right_one() -> None:
    flows = flows_of([*prose("r", 270, 5), *prose("l", 72, 5)], [])

    assert shown(flows) == [[f"l{n}" for n in range(5)], [f"r{n}" for n in range(5)]]


def test_columns_whose_lines_do_not_stand_level_are_columns_too() -> None:
    flows = flows_of([*prose("l", 72, 6), *prose("r", 270, 6, top=105)], [])

    assert [len(flow) for flow in shown(flows)] == [6, 6]


def test_three_columns_are_read_from_left_to_right() -> None:
    found = [*prose("a", 40, 6), *prose("b", 235, 6), *prose("c", 430, 6)]

    assert [flow[0] for flow in shown(flows_of(found, []))] == ["a0", "b0", "c0"]


def test_title_over_both_columns_comes_first() -> None:
    title = run("Title", 150, baseline=60, wide=200)

    flows = flows_of([*prose("l", 72, 5), *prose("r", 270, 5), title], [])

    assert shown(flows)[0] == ["Title"]


def test_line_across_the_columns_parts_them_in_two_bands() -> None:
    upper = [*prose("a", 72, 5), *prose("b", 270, 5)]
    lower = [*prose("c", 72, 5, top=220), *prose("d", 270, 5, top=220)]
    middle = run("Middle", 100, baseline=200, wide=300)

    flows = flows_of([*upper, *lower, middle], [])

    assert [flow[0] for flow in shown(flows)] == ["a0", "b0", "Middle", "c0", "d0"]


def test_list_of_pairs_is_read_row_by_row() -> None:
    names = column(["Codeine", "Morphine", "Oxycodone", "Tramadol", "Fentanyl"], 72)
    values = column(["0.15", "1", "1.5", "0.2", "2.4"], 300)

    flows = flows_of([*names, *values], [])

    assert shown(flows)[0][0] == "Codeine 0.15"


def test_table_of_wide_rows_is_not_read_as_columns() -> None:
    left = [*column(["Austria"] * 6, 72), *column(["8.9 millions"] * 6, 150)]
    right = [*column(["Vienna"] * 6, 300), *column(["German, Slovene"] * 6, 380)]

    flows = flows_of([*left, *right], [])

    assert len(shown(flows)) == 1


def test_few_lines_side_by_side_are_no_columns() -> None:
    flows = flows_of([*prose("l", 72, 2), *prose("r", 270, 2)], [])

    assert shown(flows) == [["l0 r0", "l1 r1"]]


# Things between lines


def test_table_stands_between_the_lines_above_and_below() -> None:
    found = [run("above", baseline=80), run("below", baseline=300)]

    flows = flows_of(found, [Rect(72, 100, 400, 250)])

    assert [flow.thing for flow in flows] == [None, 0, None]


def test_tables_are_given_back_by_their_number() -> None:
    flows = flows_of([run("text", baseline=50)], [Rect(72, 300, 400, 350), Rect(72, 100, 400, 200)])

    assert [flow.thing for flow in flows] == [None, 1, 0]


def test_table_in_the_right_column_comes_after_the_left_column() -> None:
    found = [*prose("l", 72, 8), *prose("r", 270, 4), *prose("s", 270, 4, top=260)]

    flows = flows_of(found, [Rect(270, 160, 450, 240)])

    assert [flow.thing for flow in flows] == [None, None, 0, None]


def test_flow_reaches_as_far_as_its_column() -> None:
    flow = flows_of([run("wide", wide=300), run("short", baseline=112)], [])[0]

    assert (flow.rect.left, flow.rect.right) == (72, 372)


def test_lines_of_squeezed_marks_are_not_torn() -> None:
    lines = lines_of([run("剂量，", 72, wide=30), run("每日", 96, wide=20)])

    assert [line.text for line in lines] == ["剂量，每日"]


def test_letters_over_each_other_are_two_lines() -> None:
    lines = lines_of([run("剂量", 72, wide=20), run("每日", 80, wide=20)])

    assert [line.text for line in lines] == ["剂量", "每日"]
