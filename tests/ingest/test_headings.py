"""Headings that nothing marks: known by their numbers, and doubt means text."""

from __future__ import annotations

import pytest

from ingest.parsing.document import Block
from ingest.parsing.headings import Line, guess, rank, relevel, short

BODY = Line("本品口服，每日一次。")


def heading(text: str, level: int = 1) -> Block:
    return Block("heading", text, level=level)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第一章 总则", 1),
        ("第3部分 附录", 1),
        ("Chapter 2 Dosage", 1),
        ("第二节 用法", 2),
        ("一、目的", 3),
        ("十二、附则", 3),
        ("（一）目的", 4),
        ("(二)范围", 4),
        ("1 目的", 5),
        ("1. Purpose", 5),
        ("1．资料", 5),
        ("2研究1", 5),
        ("1.1 对象", 6),
        ("1.1Lm的特点", 6),
        ("1.2.8 线粒体", 7),
        ("1.4.1.2评估", 8),
        ("（1）来源", 9),
        ("目的", None),
        ("一般资料", None),
        ("2.5 mg", None),
        ("5%葡萄糖", None),
        ("3天", None),
        ("2017年·第32卷", None),
        ("1-14天", None),
    ],
)
def test_rank_of(text: str, expected: int | None) -> None:
    assert rank(text) == expected


@pytest.mark.parametrize("text", ["一、目的", "Dosage", "A" * 80])
def test_line_is_short(text: str) -> None:
    assert short(text)


@pytest.mark.parametrize(
    "text", ["", "A" * 81, "很" * 41, "口服。", "包括：", "a,", "x\ny", "12", "---"]
)
def test_line_is_not_short(text: str) -> None:
    assert not short(text)


def test_levels_begin_at_one_and_leave_no_gap() -> None:
    found = guess([Line("一、目的"), BODY, Line("1.2 范围"), BODY])

    assert found == {0: 1, 2: 2}


def test_unnumbered_line_that_stands_out_is_below_numbered_ones() -> None:
    found = guess([Line("一、目的"), BODY, Line("说明", stands_out=True), BODY])

    assert found == {0: 1, 2: 2}


def test_line_that_neither_counts_nor_stands_out_is_text() -> None:
    assert guess([Line("目的"), BODY]) == {}


@pytest.mark.parametrize("text", ["（一）传染源。", "二、流行病学特点。"])
def test_heading_of_an_official_paper_may_end_with_a_full_stop(text: str) -> None:
    assert guess([Line(text), BODY]) == {0: 1}


@pytest.mark.parametrize(
    "text", ["（一）口服，每日一次。", "（一）" + "很" * 21 + "。", "1.2 口服。"]
)
def test_numbered_sentence_is_text(text: str) -> None:
    assert guess([Line(text), BODY]) == {}


def test_single_number_needs_to_stand_out() -> None:
    assert guess([Line("1. 目的"), BODY, Line("2. 范围", stands_out=True), BODY]) == {2: 1}


def test_neighbours_of_one_rank_are_a_list() -> None:
    assert guess([Line("一、发热"), Line("二、咳嗽"), BODY]) == {}


def test_neighbours_of_two_ranks_are_headings() -> None:
    assert guess([Line("一、用法"), Line("（一）成人"), BODY]) == {0: 1, 1: 2}


@pytest.mark.parametrize("text", ["表1 剂量", "Table 2 Doses", "图3 流程", "Figure 1"])
def test_caption_is_no_heading_though_it_stands_out(text: str) -> None:
    assert guess([Line(text, stands_out=True), BODY]) == {}


def test_one_level_becomes_several_by_numbers() -> None:
    found = relevel([heading("标题"), heading("1 a"), heading("1.1 b"), heading("1.1.1 c")])

    assert [each.level for each in found] == [1, 1, 2, 3]


def test_step_that_no_heading_has_still_counts() -> None:
    found = relevel([heading("1 a"), heading("1.1.1 b")])

    assert [each.level for each in found] == [1, 3]


def test_chinese_and_decimal_numbers_go_together() -> None:
    found = relevel([heading("一、a"), heading("（一）b"), heading("1.c"), heading("二、d")])

    assert [each.level for each in found] == [1, 2, 3, 1]


def test_several_levels_stay() -> None:
    blocks = [heading("1.1 a", 1), heading("1 b", 2)]

    assert relevel(blocks) == blocks


def test_text_stays_text() -> None:
    blocks = [heading("1 a"), Block("text", "1.1 b")]

    assert relevel(blocks) == blocks
