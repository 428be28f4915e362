"""Headings: by size, by weight, by number, by bookmark; and how deep they are."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_headings import (
    is_heading,
    levels,
    look_of,
    opening_of,
    plain,
    rank_of,
)
from ingest.parsing.pdf_layout import Line
from ingest.parsing.pdf_paragraphs import Paragraph
from tests.ingest.pdf_parts import paragraph, tabbed

TEXT = "word " * 400


def found(text: str, **looks: float) -> bool:
    """Whether a paragraph of this look is a heading among much ordinary text."""
    one = paragraph(text, **looks)
    return is_heading(one, text, look_of([paragraph(TEXT), one]))


def depths(*headings: tuple[str, dict[str, float]]) -> list[int]:
    made = [(paragraph(text, **look), text) for text, look in headings]
    return levels(made, [None] * len(made))


# What is one


def test_larger_letters_make_a_heading() -> None:
    assert found("Dosage", size=14.0)


def test_bold_line_makes_a_heading() -> None:
    assert found("Dosage", bold=True)


def test_small_bold_line_makes_a_heading() -> None:
    assert found("Dosage", bold=True, size=7.0)


def test_ordinary_line_makes_none() -> None:
    assert not found("Dosage")


def test_slightly_larger_letters_make_none() -> None:
    assert not found("Dosage", size=10.5)


def test_bold_sentence_is_no_heading() -> None:
    assert not found("Clinicians should review the history.", bold=True)


def test_bold_sentence_with_its_evidence_is_no_heading() -> None:
    assert not found("Offer naloxone (category: A, evidence type: 4).", bold=True)


@pytest.mark.parametrize("end", "。；，：;,:")
def test_bold_line_that_leads_to_something_is_no_heading(end: str) -> None:
    assert not found(f"注意事项{end}", bold=True)


def test_long_bold_text_is_no_heading() -> None:
    assert not found("word " * 40, bold=True)


def test_long_large_text_is_no_heading() -> None:
    assert not found("word " * 60, size=14.0)


def test_number_alone_is_no_heading() -> None:
    assert not found("2024", size=14.0)


def test_bold_item_of_a_list_is_no_heading() -> None:
    assert not found("• Dosage", bold=True)


def test_bold_row_of_a_table_is_no_heading() -> None:
    row = tabbed([("Opioid", 72), ("Factor", 300)], bold=True)
    one = Paragraph([row], [(1, row.rect)], row.rect)

    assert not is_heading(one, row.text, look_of([paragraph(TEXT), one]))


def test_bold_is_no_sign_where_all_text_is_bold() -> None:
    ordinary = paragraph(TEXT, bold=True)

    assert not is_heading(paragraph("Dosage", bold=True), "Dosage", look_of([ordinary]))


def test_look_that_sets_much_of_the_text_is_no_headings_look() -> None:
    large = [paragraph("word " * 30, size=14.0) for _ in range(6)]
    look = look_of([paragraph(TEXT), *large])

    assert not is_heading(large[0], "word " * 30, look)


@pytest.mark.parametrize("text", ["一、概述", "1.1 治疗目标", "2.1.3 剂量调整", "第三章 治疗"])
def test_telling_number_makes_a_heading_of_an_ordinary_line(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["1 治疗目标", "（1）剂量", "1.5 mg 每日", "3.5倍剂量"])
def test_number_that_lists_and_doses_have_too_makes_none(text: str) -> None:
    assert not found(text)


def test_numbered_sentence_is_no_heading() -> None:
    assert not found("1.1 应在发病四小时内溶栓。")


def test_long_numbered_line_is_no_heading() -> None:
    assert not found(f"一、{'对于' * 30}")


def test_heading_does_not_reach_over_a_page() -> None:
    one = paragraph("Dosage", size=14.0)
    one.places.append((2, one.places[0][1]))

    assert not is_heading(one, "Dosage", look_of([paragraph(TEXT), one]))


def test_document_without_text_has_no_look() -> None:
    assert look_of([]).size == 0


def test_ordinary_look_is_that_of_most_letters_not_of_most_paragraphs() -> None:
    titles = [paragraph("Title", size=20.0) for _ in range(10)]

    assert look_of([*titles, paragraph(TEXT)]).size == 10


# How deep


def test_larger_headings_are_higher() -> None:
    assert depths(("Book", {"size": 20}), ("Chapter", {"size": 16}), ("Part", {"size": 12})) == [
        1,
        2,
        3,
    ]


def test_return_to_a_larger_heading_is_a_return_to_its_level() -> None:
    big, small = {"size": 16.0}, {"size": 12.0}

    assert depths(("T", {"size": 20}), ("A", big), ("a", small), ("B", big), ("b", small)) == [
        1,
        2,
        3,
        2,
        3,
    ]


def test_bold_is_higher_than_light_of_the_same_size() -> None:
    found = depths(("T", {"size": 20}), ("A", {"bold": True}), ("1.1 a", {}))

    assert found == [1, 2, 3]


def test_upright_is_higher_than_slanted() -> None:
    upright, slanted = {"bold": True}, {"bold": True, "italic": True}

    assert depths(("T", {"size": 20}), ("A", upright), ("a", slanted)) == [1, 2, 3]


def test_numbers_give_the_depth_where_all_headings_look_alike() -> None:
    look = {"size": 16.0}
    texts = ["共识", "1 局部治疗", "1.1 保乳手术", "1.1.1 单纯切除", "1.2 根治手术", "2 全身治疗"]

    assert depths(*((text, look) for text in texts)) == [1, 2, 3, 4, 3, 2]


def test_chinese_numbers_stand_above_figures() -> None:
    look = {"size": 16.0}

    assert depths(*((text, look) for text in ["共识", "一、概述", "（一）目的", "二、方法"])) == [
        1,
        2,
        3,
        2,
    ]


def test_chapter_stands_above_section() -> None:
    look = {"size": 16.0}

    assert depths(*((text, look) for text in ["手册", "第一章 总论", "第一节 目的"])) == [1, 2, 3]


def test_unnumbered_heading_stands_with_the_highest_numbers() -> None:
    look = {"size": 16.0}
    texts = ["共识", "1 治疗", "1.1 手术", "参考文献"]

    assert depths(*((text, look) for text in texts)) == [1, 2, 3, 2]


def test_first_depth_is_one_whatever_the_first_number() -> None:
    assert depths(("3.2 Dosage", {"size": 16.0})) == [1]


def test_no_level_is_left_out_between_two_headings() -> None:
    found = depths(("T", {"size": 30}), ("a", {"size": 11}), ("B", {"size": 20}))

    assert found == [1, 2, 2]


def test_nothing_is_deeper_than_six() -> None:
    found = depths(*((f"H{n}", {"size": 40.0 - 3 * n}) for n in range(9)))

    assert max(found) == 6


def test_bookmark_decides_the_depth() -> None:
    made = [(paragraph("A", size=16.0), "A"), (paragraph("B", size=16.0), "B")]

    assert levels(made, [1, 3]) == [1, 3]


def test_document_without_headings_has_no_levels() -> None:
    assert levels([], []) == []


# Numbers


@pytest.mark.parametrize(
    ("loose", "tight"), [("1. 1 保乳手术", "1.1 保乳手术"), ("7．2．1 诊断", "7.2.1 诊断")]
)
def test_number_typed_with_spaces_ranks_like_one_without(loose: str, tight: str) -> None:
    assert rank_of(loose) == rank_of(tight)


@pytest.mark.parametrize("text", ["R.1.1.1生育能力", "R3.1.2药物治疗", "A1.2.3 Dosage"])
def test_number_of_a_recommendation_ranks_by_its_points(text: str) -> None:
    assert rank_of(text) == rank_of("1.1.1 生育能力")


def test_word_has_no_rank() -> None:
    assert rank_of("Abstract") is None


# Titles


def test_title_is_compared_without_spaces_case_and_number() -> None:
    assert plain("1.2  The Dose ") == plain("the dose")


def test_different_titles_stay_different() -> None:
    assert plain("Dose A") != plain("Dose B")


def test_lines_of_a_heading_share_its_look() -> None:
    lines: list[Line] = [*paragraph("A", bold=True).lines, *paragraph("B").lines]
    one = Paragraph(lines, [(1, lines[0].rect)], lines[0].rect)

    assert not is_heading(one, "A B", look_of([paragraph(TEXT), one]))


# Numbers against looks


def test_decimal_numbers_decide_between_headings_of_other_looks() -> None:
    one, two = ("1 Care", {"size": 12.0}), ("1.1 Dose", {"size": 16.0})

    assert depths(one, two, ("1.1.1 Child", {}), ("2 Risks", {"size": 12.0})) == [1, 2, 3, 1]


def test_heading_without_a_number_stays_in_its_chapter() -> None:
    assert depths(("1 Care", {}), ("1.1 Dose", {}), ("Children", {}), ("1.3 Risks", {})) == [
        1,
        2,
        2,
        2,
    ]


def test_chinese_numbers_nest_their_brackets() -> None:
    assert depths(("一、概述", {}), ("（一）定义", {}), ("（二）分型", {}), ("二、诊断", {})) == [
        1,
        2,
        2,
        1,
    ]


def test_centred_heading_stands_over_one_at_the_left() -> None:
    centred = {"left": 222.0, "right": 322.0}

    found = depths(
        ("Title", {"size": 20.0}), ("Dose", centred), ("Children", {}), ("Risks", centred)
    )

    assert found == [1, 2, 3, 2]


def test_single_heading_hardly_larger_stands_with_the_others() -> None:
    title, other = ("Title", {"size": 20.0}), {"size": 11.0}

    assert depths(title, ("Care", other), ("Advice", {"size": 12.0}), ("Risks", other)) == [
        1,
        2,
        2,
        2,
    ]


@pytest.mark.parametrize("last", ["References", "参考文献"])
def test_back_matter_belongs_to_no_chapter(last: str) -> None:
    large = {"size": 14.0}

    assert depths(("Title", {"size": 20.0}), ("Care", large), ("Dose", {}), (last, {})) == [
        1,
        2,
        3,
        2,
    ]


def test_references_of_every_chapter_stay_in_it() -> None:
    chapter, end = ("Care", {"size": 14.0}), ("References", {"size": 10.0})

    assert depths(("Title", {"size": 20.0}), chapter, end, chapter, end) == [1, 2, 3, 2, 3]


def test_what_looks_like_a_chapter_and_is_none_stands_below_it() -> None:
    names = ("Title", "Introduction", "Aims", "Methods", "References", "Reviewers")
    made = [(paragraph(text, size=12.0), text) for text in names]

    assert levels(made, [None] * 6, {1, 3, 4}) == [1, 2, 3, 2, 2, 2]


@pytest.mark.parametrize("text", ["6. s 标准", "6.l 标准"])
def test_letter_in_the_place_of_a_figure_is_read_as_one(text: str) -> None:
    found = depths(("题", {"size": 20.0}), ("6 诊断", {}), ("无症状期", {}), (text, {}))

    assert found == [1, 2, 3, 3]


# Recommendations and headings before their text


def opened(text: str, last: tuple[int, ...] = (), **looks: float) -> tuple[str, bool] | None:
    one = paragraph(text, **looks)
    return opening_of(one, text, look_of([paragraph(TEXT), one]), last)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("9. Clinicians should offer it (recommendation category: A).", "Recommendation 9"),
        ("3．推荐每日口服一次，疗程两周。", "推荐意见3"),
        ("推荐意见2：每日口服一次，疗程两周。", "推荐意见2"),
        ("Recommendation 1.2: give it daily.", "Recommendation 1.2"),
    ],
)
def test_bold_recommendation_opens_a_section_and_is_its_text(text: str, title: str) -> None:
    assert opened(text, bold=True) == (title, True)


def test_recommendation_that_is_not_bold_opens_none() -> None:
    assert opened("9. Clinicians should offer it (recommendation category: A).") is None


def test_long_heading_is_cut_at_a_clause_and_is_text_too() -> None:
    title, says_more = opened("Doses of opioids in long-term care, " + "word " * 20, bold=True) or (
        "",
        False,
    )

    assert title.startswith("Doses of opioids in long-term care")
    assert title.endswith("…")
    assert says_more


def test_number_that_is_due_opens_a_section_before_its_text() -> None:
    assert opened("7.1.3预防：首选一级预防，1片/d。", (7, 1, 2)) == ("7.1.3预防", True)


@pytest.mark.parametrize("last", [(), (7, 1, 1), (7, 2), (6, 1, 2)])
def test_number_that_is_not_due_opens_none(last: tuple[int, ...]) -> None:
    assert opened("7.1.3预防：首选一级预防，1片/d。", last) is None


@pytest.mark.parametrize("text", ["1.5 mg 口服：每日一次。", "1.5 ∼ 2.0 倍：每日一次。"])
def test_quantity_opens_no_section(text: str) -> None:
    assert opened(text, (1, 4)) is None


def test_sentence_with_a_number_before_it_opens_none() -> None:
    assert opened("7.1.3 Give one tablet. Then wait, and note: none is due.", (7, 1, 2)) is None
