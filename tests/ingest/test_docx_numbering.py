"""Numbers that Word prints: each way of counting, as Word counts."""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.parsing.docx_numbering import FORMS, Numbering, chinese, letters, roman
from tests.ingest.docx_files import W, numbering


def lists(*levels: tuple[str, str], extra: str = "") -> Numbering:
    source = f'<w:numbering xmlns:w="{W}">{numbering(*levels, extra=extra)}</w:numbering>'
    return Numbering(etree.fromstring(source))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1003, "一千零三"),
        (1030, "一千零三十"),
        (9999, "九千九百九十九"),
        (0, "0"),
        (10_000, "10000"),
    ],
)
def test_chinese_counting(number: int, expected: str) -> None:
    assert chinese(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "i"), (4, "iv"), (9, "ix"), (14, "xiv"), (1990, "mcmxc")]
)
def test_roman_counting(number: int, expected: str) -> None:
    assert roman(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "a"), (26, "z"), (27, "aa"), (28, "bb"), (0, "0")]
)
def test_counting_in_letters(number: int, expected: str) -> None:
    assert letters(number) == expected


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimalZero", "03"),
        ("upperRoman", "III"),
        ("upperLetter", "C"),
        ("chineseCountingThousand", "三"),
        ("ideographTraditional", "丙"),
        ("ideographZodiac", "寅"),
        ("ideographDigital", "三"),
        ("decimalEnclosedCircle", "③"),
        ("decimalEnclosedParen", "(3)"),
        ("decimalFullWidth", "３"),
        ("none", ""),
    ],
)
def test_form_of_three(form: str, expected: str) -> None:
    assert FORMS[form](3) == expected


def test_circles_end_at_twenty() -> None:
    assert FORMS["decimalEnclosedCircle"](21) == "(21)"


def test_form_nobody_knows_counts_in_figures() -> None:
    assert lists(("hebrew1", "%1.")).label("1", 0) == "1."


def test_pattern_surrounds_the_number() -> None:
    assert lists(("chineseCounting", "（%1）")).label("1", 0) == "（一）"


def test_outer_number_counts_in_its_own_form() -> None:
    found = lists(("chineseCounting", "%1、"), ("decimal", "%1.%2"))

    labels = [found.label("1", 0), found.label("1", 1)]

    assert labels == ["一、", "一.1"]


def test_legal_level_counts_in_figures_throughout() -> None:
    legal = lists(("chineseCounting", "%1、"), ("decimal", '%1.%2"/><w:isLgl w:val="1'))

    labels = [legal.label("1", 0), legal.label("1", 1)]

    assert labels == ["一、", "1.1"]


def test_inner_level_before_any_outer_one_counts_the_outer_as_begun() -> None:
    assert lists(("decimal", "%1."), ("decimal", "%1.%2")).label("1", 1) == "1.1"


def test_blank_bullet_is_no_label() -> None:
    assert lists(("bullet", " ")).label("1", 0) == ""


@pytest.mark.parametrize(("number", "depth"), [("9", 0), ("0", 0), ("1", 5), ("", 0)])
def test_list_nobody_defined_has_no_label(number: str, depth: int) -> None:
    assert lists(("decimal", "%1.")).label(number, depth) == ""


def test_level_of_its_own_replaces_the_lists() -> None:
    own = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
        '<w:lvl w:ilvl="0"><w:start w:val="5"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="(%1)"/></w:lvl></w:lvlOverride></w:num>'
    )

    assert lists(("decimal", "%1."), extra=own).label("2", 0) == "(5)"


def test_document_without_lists_has_no_labels() -> None:
    assert Numbering(None).label("1", 0) == ""
