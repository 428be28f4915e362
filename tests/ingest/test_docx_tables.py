"""Lists and tables of Word documents: numbers as Word prints them, rows that say it all."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.docx_files import (
    blocks,
    listed,
    numbering,
    p,
    styled,
    tbl,
    tc,
    texts,
    tr,
)

# Lists


def test_numbers_of_a_list_are_read(tmp_path: Path) -> None:
    body = listed("first") + listed("second")

    assert texts(tmp_path, body, numbering=numbering(("decimal", "%1."))) == [
        "1. first",
        "2. second",
    ]


def test_chinese_numbers_of_a_list_are_read(tmp_path: Path) -> None:
    body = listed("总则") + listed("附则")

    found = texts(tmp_path, body, numbering=numbering(("chineseCounting", "%1、")))

    assert found == ["一、总则", "二、附则"]


def test_inner_list_counts_within_the_outer(tmp_path: Path) -> None:
    body = listed("a") + listed("b", depth=1) + listed("c", depth=1) + listed("d")
    outline = numbering(("decimal", "%1."), ("decimal", "%1.%2"))

    assert texts(tmp_path, body, numbering=outline) == ["1. a", "1.1 b", "1.2 c", "2. d"]


def test_inner_list_begins_anew_below_each_item(tmp_path: Path) -> None:
    body = listed("a") + listed("b", depth=1) + listed("c") + listed("d", depth=1)
    outline = numbering(("decimal", "%1."), ("lowerLetter", "%2)"))

    assert texts(tmp_path, body, numbering=outline) == ["1. a", "a) b", "2. c", "a) d"]


def test_bullets_are_read(tmp_path: Path) -> None:
    found = texts(tmp_path, listed("rash"), numbering=numbering(("bullet", "\uf0b7")))

    assert found == ["• rash"]


def test_list_that_restarts_begins_at_its_start(tmp_path: Path) -> None:
    again = (
        '<w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    body = listed("a") + listed("b") + listed("c", number=2)
    lists = numbering(("decimal", "%1."), extra=again)

    assert texts(tmp_path, body, numbering=lists) == ["1. a", "2. b", "1. c"]


def test_second_list_of_one_kind_goes_on_counting(tmp_path: Path) -> None:
    more = '<w:num w:numId="2"><w:abstractNumId w:val="7"/></w:num>'
    body = listed("a") + listed("b", number=2)
    lists = numbering(("decimal", "%1."), extra=more)

    assert texts(tmp_path, body, numbering=lists) == ["1. a", "2. b"]


def test_number_zero_takes_a_paragraph_out_of_its_list(tmp_path: Path) -> None:
    body = listed("plain", number=0)

    assert texts(tmp_path, body, numbering=numbering(("decimal", "%1."))) == ["plain"]


def test_numbered_heading_carries_its_number(tmp_path: Path) -> None:
    properties = '<w:pStyle w:val="1"/><w:numPr><w:numId w:val="1"/></w:numPr>'

    found = texts(tmp_path, p("Dose", properties), numbering=numbering(("decimal", "%1")))

    assert found == ["1 Dose"]


# Tables


def test_cell_merged_across_stands_in_each_column(tmp_path: Path) -> None:
    wide = tc("dose", '<w:gridSpan w:val="2"/>')

    found = blocks(tmp_path, tbl(tr("drug", wide), tr("x", "1", "2"), tr("y", "3", "4")))

    assert found[0].rows[0] == ("drug", "dose", "dose")


def test_cell_merged_down_stands_in_each_row(tmp_path: Path) -> None:
    top, below = tc("adult", '<w:vMerge w:val="restart"/>'), tc("", "<w:vMerge/>")

    found = blocks(tmp_path, tbl(tr("who", "dose"), tr(top, "1"), tr(below, "2")))

    assert found[0].rows[2] == ("adult", "2")


def test_header_reaches_as_far_as_its_merged_cells(tmp_path: Path) -> None:
    top, below = tc("drug", '<w:vMerge w:val="restart"/>'), tc("", "<w:vMerge/>")
    wide = tc("dose", '<w:gridSpan w:val="2"/>')

    found = blocks(tmp_path, tbl(tr(top, wide), tr(below, "adult", "child"), tr("x", "1", "2")))

    assert found[0].header_rows == 2


def test_rows_marked_as_repeating_are_the_header(tmp_path: Path) -> None:
    head = tr("a", "b", properties="<w:tblHeader/>")

    found = blocks(tmp_path, tbl(head, head, tr("c", "d")))

    assert found[0].header_rows == 2


def test_deleted_row_is_not_read(tmp_path: Path) -> None:
    gone = tr("x", "50 mg", properties="<w:del/>")

    found = blocks(tmp_path, tbl(tr("drug", "dose"), gone, tr("x", "5 mg")))

    assert found[0].rows == (("drug", "dose"), ("x", "5 mg"))


def test_row_that_begins_later_keeps_its_columns(tmp_path: Path) -> None:
    late = tr("b2", properties='<w:gridBefore w:val="1"/>')

    found = blocks(tmp_path, tbl(tr("a1", "b1"), late))

    assert found[0].rows[1] == ("", "b2")


def test_paragraphs_of_a_cell_are_its_lines(tmp_path: Path) -> None:
    found = blocks(tmp_path, tbl(tr("a", tc(p("one") + p("two"))), tr("b", "c")))

    assert found[0].rows[0][1] == "one\ntwo"


def test_table_within_a_cell_is_read(tmp_path: Path) -> None:
    inner = tc(tbl(tr("i", "ii"), tr("iii", "iv")) + p("after"))

    found = blocks(tmp_path, tbl(tr("a", inner), tr("b", "c")))

    assert found[0].rows[0][1] == "i | ii\niii | iv\nafter"


def test_table_of_one_cell_is_a_box_around_text(tmp_path: Path) -> None:
    found = blocks(tmp_path, tbl(tr(tc(p("Warning") + p("Not for children.")))))

    assert [(each.kind, each.text) for each in found] == [
        ("text", "Warning"),
        ("text", "Not for children."),
    ]


def test_caption_above_a_table_is_its_own(tmp_path: Path) -> None:
    found = blocks(tmp_path, styled("表1 剂量", "cap") + tbl(tr("a", "b"), tr("c", "d")))

    assert [(each.kind, each.text) for each in found] == [("table", "表1 剂量")]


def test_empty_table_is_no_block(tmp_path: Path) -> None:
    assert texts(tmp_path, tbl(tr("", ""), tr("", "")) + p("text")) == ["text"]
