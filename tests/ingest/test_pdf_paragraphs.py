"""Lines joined to paragraphs: where one ends, and where it goes on in the next column or page."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_layout import Line
from ingest.parsing.pdf_paragraphs import Paragraph, go_on
from tests.ingest.pdf_parts import line, paragraphs, tabbed

FULL = 470.0


def full(text: str, baseline: float, **look: float) -> Line:
    return line(text, baseline=baseline, right=FULL, **look)


# Inside one column


def test_full_lines_at_one_distance_are_one_paragraph() -> None:
    found = paragraphs([full("one", 100), full("two", 112), line("end.", baseline=124)])

    assert found == [["one", "two", "end."]]


def test_larger_distance_ends_a_paragraph() -> None:
    found = paragraphs([full("one", 100), full("two", 112), full("three", 134), full("four", 146)])

    assert found == [["one", "two"], ["three", "four"]]


def test_single_line_before_a_larger_distance_is_a_paragraph() -> None:
    found = paragraphs([full("one", 100), full("two", 120), full("three", 132)])

    assert found == [["one"], ["two", "three"]]


def test_double_spaced_lines_are_one_paragraph() -> None:
    found = paragraphs([full("one", 100), full("two", 123), full("three", 146)])

    assert found == [["one", "two", "three"]]


def test_line_that_left_room_after_its_sentence_ends_a_paragraph() -> None:
    found = paragraphs([full("one", 100), line("end.", baseline=112), full("next", 124)])

    assert found == [["one", "end."], ["next"]]


def test_line_that_left_little_room_goes_on() -> None:
    found = paragraphs(
        [full("one", 100), line("two", baseline=112, right=440), full("considerably", 124)]
    )

    assert found == [["one", "two", "considerably"]]


def test_formula_that_could_not_be_broken_does_not_end_a_paragraph() -> None:
    found = paragraphs(
        [full("一", 100), line("占女性患者", baseline=112, right=400), full("5% ∼ 20%，故", 124)]
    )

    assert found == [["一", "占女性患者", "5% ∼ 20%，故"]]


@pytest.mark.parametrize("mark", "，。）；”")
def test_line_never_begins_with_closing_punctuation(mark: str) -> None:
    found = paragraphs([line("即切缘阴性。", baseline=100), full(f"{mark}续", 112)])

    assert len(found) == 1


def test_indent_begins_a_paragraph() -> None:
    found = paragraphs(
        [full("one", 100), full("two.", 112), line("next", 92, 124, right=FULL), full("go", 136)]
    )

    assert found == [["one", "two."], ["next", "go"]]


def test_first_line_indented_alone_begins_nothing_new_after_it() -> None:
    found = paragraphs([line("first", 92, 100, right=FULL), full("second", 112)])

    assert found == [["first", "second"]]


def test_hanging_lines_belong_to_the_reference_they_hang_from() -> None:
    one = [full("Adams", 100), line("in Lancet", 92, 112, right=FULL), line("2015.", 92, 124)]
    two = [full("Baker", 136), line("in Lancet", 92, 148, right=FULL)]

    found = paragraphs([*one, *two])

    assert found == [["Adams", "in Lancet", "2015."], ["Baker", "in Lancet"]]


def test_larger_letters_begin_a_paragraph() -> None:
    found = paragraphs([line("Heading", size=14.0), full("text", 116)])

    assert found == [["Heading"], ["text"]]


def test_bold_line_that_left_room_stands_alone() -> None:
    found = paragraphs([line("Dose", bold=True), full("text", 112), full("more", 124)])

    assert found == [["Dose"], ["text", "more"]]


def test_bold_line_that_fills_the_column_stands_alone_over_an_indent() -> None:
    found = paragraphs([full("Misuse", 100, bold=True), line("for", 92, 112, right=FULL)])

    assert found == [["Misuse"], ["for"]]


def test_bold_lines_that_fill_the_column_are_no_paragraph_of_their_own() -> None:
    bold = [full("one", 100, bold=True), full("two", 112, bold=True)]

    assert paragraphs([*bold, full("three", 124)]) == [["one", "two", "three"]]


@pytest.mark.parametrize("mark", ["•", "○", "o", "➢"])
def test_bullet_begins_an_item(mark: str) -> None:
    found = paragraphs([full("one", 100), full(f"{mark} two", 112)])

    assert len(found) == 2


def test_number_begins_an_item_after_a_sentence() -> None:
    found = paragraphs([full("（1）甲；", 100), full("（2）乙；", 112)])

    assert len(found) == 2


def test_number_in_the_midst_of_a_sentence_begins_nothing() -> None:
    found = paragraphs([full("as was shown by", 100), full("(2) and others", 112)])

    assert len(found) == 1


def test_title_of_a_table_begins_a_paragraph() -> None:
    found = paragraphs([full("text.", 100), full("Table 2. Doses", 112)])

    assert len(found) == 2


def test_numbered_headings_right_under_each_other_are_two() -> None:
    lines = [full("8.3 Timing", 100, size=16.0), line("8.4 Groups", baseline=120, size=16.0)]

    assert len(paragraphs(lines)) == 2


def test_title_over_two_lines_is_one() -> None:
    found = paragraphs(
        [
            line("Consensus on", 150, size=18.0, right=390),
            line("Age", 240, 122, size=18.0, right=300),
        ]
    )

    assert len(found) == 1


def test_short_centred_headings_under_each_other_are_two() -> None:
    one = line("Methods", 250, right=294, bold=True)
    two = line("Systematic reviews", 225, 112, right=319, bold=True)

    assert len(paragraphs([one, two])) == 2


def test_rows_with_gaps_are_not_run_together() -> None:
    rows = [tabbed([("Codeine", 72), ("0.15", 300)], 100 + 12 * n) for n in range(3)]

    assert len(paragraphs(rows)) == 3


def test_justified_line_with_a_gap_goes_on() -> None:
    gappy = tabbed([("mauris. Nam arcu libero", 72), ("nonummy eget", 205)], 100)

    assert len(paragraphs([gappy, line("sectetuer", baseline=112)], right=270)) == 1


def test_list_in_a_narrow_box_is_measured_by_its_own_lines() -> None:
    narrow = [line(f"{'word ' * 12}{n}", 110, 100 + 12 * n, right=380) for n in range(6)]

    assert len(paragraphs(narrow)) == 1


# Over columns and pages


def para(text: str, **look: float) -> Paragraph:
    found = line(text, **{"right": FULL, **look})
    return Paragraph([found], [(1, found.rect)], Rect(72, 0, 472, 842))


def test_unfinished_sentence_goes_on() -> None:
    assert go_on(para("the nurse should"), para("watch the pressure."))


def test_finished_sentence_does_not_go_on() -> None:
    assert not go_on(para("the nurse should wait."), para("Watch the pressure."))


@pytest.mark.parametrize("end", "。！？；：.!?;:")
def test_no_mark_of_an_end_goes_on(end: str) -> None:
    assert not go_on(para(f"text{end}"), para("more"))


def test_item_of_a_list_is_not_the_rest_of_anything() -> None:
    assert not go_on(para("the nurse should"), para("• watch"))


def test_text_does_not_go_on_in_another_size() -> None:
    assert not go_on(para("the nurse should"), para("note", size=7.0))


def test_heading_does_not_go_on_in_text() -> None:
    assert not go_on(para("Dose", bold=True), para("give slowly"))


def test_short_line_does_not_go_on_in_a_new_sentence() -> None:
    assert not go_on(para("Reviewed by Ben", right=160), para("Another part begins"))


def test_short_line_goes_on_in_small_letters() -> None:
    assert go_on(para("usual care or no", right=300), para("treatment was given"))


def test_indented_first_line_is_not_the_rest_of_a_paragraph() -> None:
    first, second = line("new", 92, right=FULL), line("lines", baseline=112, right=FULL)
    after = Paragraph([first, second], [(2, first.rect)], Rect(72, 0, 472, 842))

    assert not go_on(para("the nurse should"), after)


# What a paragraph knows


def test_paragraph_has_the_size_of_its_fullest_line() -> None:
    found = Paragraph([line("a", size=14.0), line("much more text")], [], Rect(0, 0, 1, 1))

    assert found.size == 10


def test_paragraph_is_bold_only_when_every_line_is() -> None:
    found = Paragraph([line("a", bold=True), line("b")], [], Rect(0, 0, 1, 1))

    assert not found.bold


def test_paragraph_counts_the_letters_of_all_its_lines() -> None:
    found = Paragraph([line("ab"), line("cde")], [], Rect(0, 0, 1, 1))

    assert found.letters == 5


# Sentences that are not over, numbers that begin something


@pytest.mark.parametrize("end", ["体重 > 1", "口服，", "剂量（", "剂量 ≤ 0.5"])
def test_line_that_leaves_its_sentence_open_goes_on(end: str) -> None:
    lines = [line(end, right=200), line("个月以上者禁用，并须每周复查一次血常规。", baseline=112)]

    assert len(paragraphs(lines)) == 1


def test_bold_title_stands_alone_over_text_that_left_it_little_room() -> None:
    title = line("Evaluating the evidence", right=380, bold=True)
    lines = [title, line("Predicated on a review it", left=76, baseline=112, right=470)]

    assert len(paragraphs(lines)) == 2


def test_number_of_a_section_begins_a_paragraph() -> None:
    lines = [line("3.4.3.1 每四周一次。", right=200), line("3.4.3.2 每月一次", baseline=112)]

    assert len(paragraphs(lines)) == 2


def test_numbered_title_is_not_the_rest_of_the_last_pages() -> None:
    assert not go_on(para("8.4.6.2 对于接种的建议"), para("8.4.7 合并感染者"))


def test_quantity_is_the_rest_of_the_last_pages_sentence() -> None:
    assert go_on(para("the dose is at most one half of what was given or"), para("1.5 mg a day"))


def test_open_bracket_goes_on_whatever_comes_first() -> None:
    assert go_on(para("were members of it (from January until"), para("– 08/31/2024) and left"))


def test_lines_of_a_hanging_list_are_not_centred_by_chance() -> None:
    first = line("Luciano, J. V. (2014). Cost and", left=72, right=470)
    hung = line("utility of a treatment of pain", left=108, baseline=112, right=468)
    last = line("in the long term. Arthritis, 16", left=108, baseline=124, right=434)
    after = line("Lugo, R. A. (2005). The kinetics", left=72, baseline=136, right=470)

    assert len(paragraphs([first, hung, last, after])) == 2


@pytest.mark.parametrize("number", ["[10]", "［10］", "10］"])
def test_number_of_a_reference_begins_a_paragraph(number: str) -> None:
    lines = [line("上海科学技术出版社，2015.", right=460), line(f"{number}卢洪洲.", baseline=112)]

    assert len(paragraphs(lines)) == 2


def test_latin_word_behind_a_chinese_bracket_is_measured_whole() -> None:
    word = line("（highlyactiveantiretroviraltherapy）的患者", baseline=112, right=470)

    assert len(paragraphs([line("正在接受高效联合抗反转录病毒治疗", right=340), word])) == 1


def test_number_in_a_chinese_bracket_is_no_such_word() -> None:
    item = line("（1）隐球菌脑膜炎的诱导期治疗方案及其剂量", baseline=112, right=470)

    assert len(paragraphs([line("新型隐球菌感染", right=340), item])) == 2
