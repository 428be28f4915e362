"""Lines put together: with a space or without, with their hyphen or without it."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf_text import (
    CAPTION,
    PAGE_NUMBER,
    Words,
    ends_sentence,
    is_marked,
    is_marker,
    is_tight,
    is_wide,
    join_two,
    joined,
)


def words(*lines: str) -> Words:
    found = Words()
    found.learn(lines)
    return found


def breaking() -> Words:
    """A document whose typesetter breaks words."""
    return words(*["a line that ends in hy-"] * 2, *["a line that does not"] * 8)


# Two lines


def test_english_lines_are_joined_with_a_space() -> None:
    assert joined(["give it", "slowly"], words()) == "give it slowly"


def test_chinese_lines_are_joined_without_a_space() -> None:
    assert joined(["静脉溶", "栓治疗"], words()) == "静脉溶栓治疗"


def test_chinese_punctuation_at_a_lines_end_takes_no_space() -> None:
    assert joined(["应当溶栓，", "HER2 阳性者除外"], words()) == "应当溶栓，HER2 阳性者除外"


def test_chinese_before_latin_takes_no_space() -> None:
    assert joined(["剂量为", "50 mg"], words()) == "剂量为50 mg"


def test_latin_before_chinese_takes_no_space() -> None:
    assert joined(["剂量为 50 mg", "每日一次"], words()) == "剂量为 50 mg每日一次"


def test_english_before_a_quotation_mark_keeps_its_space() -> None:
    assert joined(["he called it", "“safe”"], words()) == "he called it “safe”"


def test_paragraph_of_one_line_is_the_line() -> None:
    assert joined(["alone"], words()) == "alone"


def test_paragraph_of_no_line_is_empty() -> None:
    assert joined([], words()) == ""


# Hyphens


def test_word_that_stands_whole_elsewhere_loses_its_hyphen() -> None:
    known = words("the infusion began")

    assert join_two("the infu-", "sion ended", known) == "the infusion ended"


def test_word_that_stands_hyphenated_elsewhere_keeps_its_hyphen() -> None:
    known = words("a long-term study")

    assert join_two("a long-", "term effect", known) == "a long-term effect"


def test_more_frequent_spelling_decides() -> None:
    known = words("reuptake reuptake re-uptake")

    assert join_two("re-", "uptake", known) == "reuptake"


def test_unknown_word_loses_its_hyphen_where_words_are_broken() -> None:
    assert join_two("venla-", "faxine", breaking()) == "venlafaxine"


def test_unknown_word_keeps_its_hyphen_where_none_is_broken() -> None:
    assert join_two("decision-", "making", words(*["plain"] * 99)) == "decision-making"


def test_name_after_a_hyphen_keeps_it_even_where_words_are_broken() -> None:
    assert join_two("Merkel-", "Zell", breaking()) == "Merkel-Zell"


def test_range_of_figures_keeps_its_hyphen_and_takes_no_space() -> None:
    assert join_two("give 10-", "20 mg", breaking()) == "give 10-20 mg"


def test_dash_that_stands_alone_keeps_its_space() -> None:
    assert join_two("a pause -", "then more", breaking()) == "a pause - then more"


def test_case_does_not_hide_a_known_word() -> None:
    known = words("Infusion is slow")

    assert join_two("the infu-", "sion", known) == "the infusion"


def test_few_hyphens_do_not_mean_that_words_are_broken() -> None:
    found = words("one that ends in hy-", *["none"] * 99)

    assert not found.break_at_lines


def test_many_hyphens_mean_that_words_are_broken() -> None:
    assert breaking().break_at_lines


# Addresses


@pytest.mark.parametrize("end", ["/", "_", "-", "=", "&", "%", "."])
def test_web_address_broken_by_the_page_is_one_word(end: str) -> None:
    text = join_two(f"see https://example.org/a{end}", "bc", words())

    assert text == f"see https://example.org/a{end}bc"


def test_address_that_is_not_broken_is_followed_by_a_space() -> None:
    assert join_two("see https://example.org/a", "for more", words()).endswith("/a for more")


# Wide and tight


@pytest.mark.parametrize("letter", "溶，。（％１")
def test_chinese_type_is_wide(letter: str) -> None:
    assert is_wide(letter)


@pytest.mark.parametrize("letter", "aé1%(“…β")
def test_latin_type_is_not_wide(letter: str) -> None:
    assert not is_wide(letter)


@pytest.mark.parametrize(
    ("before", "after"), [("溶", "栓"), ("，", "溶"), ("“", "溶"), ("溶", "”")]
)
def test_space_between_chinese_comes_from_the_setting(before: str, after: str) -> None:
    assert is_tight(before, after)


@pytest.mark.parametrize(("before", "after"), [("a", "b"), ("溶", "a"), ("5", "岁"), ("a", "“")])
def test_space_beside_latin_is_the_authors(before: str, after: str) -> None:
    assert not is_tight(before, after)


# Items and ends


@pytest.mark.parametrize(
    "text",
    [
        "• one",
        "o one",
        "- one",
        "1. one",
        "12) one",
        "（1）一",
        "(a) one",
        "①一",
        "一、概述",
        "（二）目的",
        "[12] Smith",
        "第三章 治疗",
        "1．一般患者",
    ],
)
def test_beginning_of_an_item_is_known(text: str) -> None:
    assert is_marked(text)


@pytest.mark.parametrize(
    "text", ["one", "of the", "1.5 mg daily", "2018 was", "一般患者", "oral", "-5 to 3", "A cat"]
)
def test_ordinary_text_is_no_item(text: str) -> None:
    assert not is_marked(text)


@pytest.mark.parametrize("text", ["•", "1.", "1.2", "(3)", "iv)", "A"])
def test_marker_alone_is_a_marker(text: str) -> None:
    assert is_marker(text)


@pytest.mark.parametrize("text", ["Codeine", "1. Foo", "0.15 mg", "Age"])
def test_word_of_a_table_is_no_marker(text: str) -> None:
    assert not is_marker(text)


@pytest.mark.parametrize("text", ["Done.", "完成。", "done.”", "Done.[3]", "as follows:", "否；"])
def test_end_of_a_sentence_is_seen(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["not yet", "尚未", "a, b,", "5.5 mg of", "第一，"])
def test_middle_of_a_sentence_is_no_end(text: str) -> None:
    assert not ends_sentence(text)


@pytest.mark.parametrize("text", ["表1 剂量", "附表2", "续表3", "Table 4. Doses", "TABLE. Doses"])
def test_title_of_a_table_is_known(text: str) -> None:
    assert CAPTION.match(text)


@pytest.mark.parametrize("text", ["表明疗效", "Tables are", "Table salt", "The table 1"])
def test_sentence_about_tables_is_no_title(text: str) -> None:
    assert not CAPTION.match(text)


@pytest.mark.parametrize(
    "text",
    ["12", "- 12 -", "Page 12", "Page 12 of 30", "12/30", "第 12 页", "第12页 共30页", "xii"],
)
def test_page_number_is_known_however_it_is_dressed(text: str) -> None:
    assert PAGE_NUMBER.fullmatch(text)


@pytest.mark.parametrize("text", ["12 mg", "Table 12", "2018-12-01", "Page", "第十二页的图"])
def test_other_figures_are_no_page_number(text: str) -> None:
    assert not PAGE_NUMBER.fullmatch(text)
