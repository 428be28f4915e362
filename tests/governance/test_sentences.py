"""Sentences end where a reader ends them; sizes are what an encoder will have to read."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.sentences import sentences, shortened, size

WRITTEN = st.text(
    alphabet=st.sampled_from('本品每日一次。！？；，、ab c.!?;,: \n|12.5（）"”[]'), max_size=300
)


def stripped(text: str) -> list[str]:
    return [each.strip() for each in sentences(text)]


# Ends


@pytest.mark.parametrize("end", ["。", "！", "？", "；", "。”", "。）", "！！"])
def test_chinese_sentence_ends_at(end: str) -> None:
    assert stripped(f"口服{end}每日一次") == [f"口服{end}", "每日一次"]


@pytest.mark.parametrize("mark", ["，", "、", "：", "·"])
def test_chinese_sentence_does_not_end_at(mark: str) -> None:
    assert len(sentences(f"口服{mark}每日一次。")) == 1


def test_english_sentence_ends_before_a_capital() -> None:
    assert stripped("Stop it. Call for help! Why? Now") == [
        "Stop it.",
        "Call for help!",
        "Why?",
        "Now",
    ]


@pytest.mark.parametrize(
    "short",
    [
        "e.g.",
        "i.e.",
        "Fig.",
        "vs.",
        "et al.",
        "Dr.",
        "cf.",
        "No.",
        "approx.",
        "i.v.",
        "p.o.",
        "spp.",
    ],
)
def test_english_sentence_does_not_end_after(short: str) -> None:
    assert len(sentences(f"as shown {short} Aspirin works")) == 1


def test_bracket_before_an_abbreviation_does_not_hide_it() -> None:
    assert len(sentences("antiplatelets (e.g. Aspirin) work")) == 1


@pytest.mark.parametrize("number", ["2.5 mg", "0.05", "1.2.3", "v1.0"])
def test_decimal_point_ends_no_sentence(number: str) -> None:
    assert len(sentences(f"give {number} daily")) == 1


def test_number_of_an_item_ends_no_sentence() -> None:
    assert len(sentences("1. Wash your hands")) == 1


def test_initial_of_a_name_ends_no_sentence() -> None:
    assert len(sentences("as J. Smith showed")) == 1


def test_small_letter_after_a_point_goes_on() -> None:
    assert len(sentences("the U.S. and others")) == 1


def test_year_before_a_point_ends_a_sentence() -> None:
    assert stripped("Begun in 2019. Ended later.") == ["Begun in 2019.", "Ended later."]


def test_citation_after_the_point_belongs_to_the_sentence() -> None:
    assert stripped("It works.[3, 4] We agree.") == ["It works.[3, 4]", "We agree."]


def test_quotation_mark_belongs_to_the_sentence() -> None:
    assert stripped('He said "stop." Then he left.') == ['He said "stop."', "Then he left."]


def test_line_ends_a_sentence() -> None:
    assert stripped("Ward 3\nRoom 4") == ["Ward 3", "Room 4"]


@given(WRITTEN)
def test_sentences_joined_are_the_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(WRITTEN)
def test_no_sentence_is_empty(text: str) -> None:
    assert all(sentences(text))


# Sizes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("   \n", 0),
        ("口服", 2),
        ("口服。", 3),
        ("dose", 1),
        ("doses", 2),
        ("12", 1),
        ("123", 2),
        ("5 mg", 2),
        ("|", 2),
        ("血压≥140", 5),
    ],
)
def test_size_of(text: str, expected: int) -> None:
    assert size(text) == expected


@given(WRITTEN, WRITTEN)
def test_size_of_two_lines_is_the_sum(one: str, other: str) -> None:
    assert size(f"{one}\n{other}") == size(one) + size(other)


# Long sentences


def test_sentence_that_fits_is_not_cut() -> None:
    assert shortened("口服，每日一次。", 50) == ["口服，每日一次。"]


def test_sentence_is_cut_at_its_clauses() -> None:
    assert shortened("口服一片，每日三次，饭后服用。", 11) == ["口服一片，每日三次，", "饭后服用。"]


def test_clause_is_cut_at_blanks() -> None:
    assert shortened("aaaa bbbb cccc dddd", 2) == ["aaaa bbbb ", "cccc dddd"]


def test_word_without_end_is_cut_anywhere() -> None:
    pieces = shortened("口" * 25, 10)

    assert {size(each) for each in pieces} == {10, 5}


@given(WRITTEN, st.integers(min_value=4, max_value=40))
def test_pieces_joined_are_the_sentence(text: str, most: int) -> None:
    assert "".join(shortened(text, most)) == text


@given(WRITTEN, st.integers(min_value=4, max_value=40))
def test_no_piece_is_larger_than_it_may_be(text: str, most: int) -> None:
    assert all(size(each) <= most for each in shortened(text, most))


@pytest.mark.parametrize("row", [".", "!", "?", ".)"])
def test_a_long_row_of_stops_is_read_once(row: str) -> None:
    """Lists of contents lead to their pages by thousands of them."""
    started = time.process_time()

    assert sentences(row * 20_000) == [row * 20_000]

    assert time.process_time() - started < 1
