"""Merged cells are repeated, so that a row says all it says when it is read alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.parsing.document import Block
from ingest.parsing.grid import (
    MOST_COLUMNS,
    Cell,
    Grid,
    caption,
    expand,
    from_markup,
    with_captions,
)
from ingest.parsing.inline import Inline


def row(*texts: str) -> list[Cell]:
    return [Cell(text) for text in texts]


def markup(source: str) -> Grid:
    return from_markup(etree.fromstring(f"<table>{source}</table>"), Inline({}, frozenset()))


def test_cell_across_stands_in_each_column() -> None:
    found = expand([[Cell("a", across=2), Cell("b")], row("1", "2", "3")])

    assert found.rows[0] == ("a", "a", "b")


def test_cell_down_stands_in_each_row() -> None:
    found = expand([[Cell("a", down=3), Cell("b")], row("1"), row("2")])

    assert [each[0] for each in found.rows] == ["a", "a", "a"]


def test_cell_both_ways_stands_in_each_place() -> None:
    found = expand([[Cell("a", across=2, down=2), Cell("b")], row("c")])

    assert found.rows == (("a", "a", "b"), ("a", "a", "c"))


def test_cell_that_hangs_at_the_right_keeps_its_column() -> None:
    found = expand([[Cell("a"), Cell("b"), Cell("c", down=2)], row("1")])

    assert found.rows[1] == ("1", "", "c")


def test_short_row_is_filled() -> None:
    found = expand([row("a", "b"), row("c")])

    assert found.rows[1] == ("c", "")


def test_empty_rows_go() -> None:
    found = expand([row("a", "b"), row("", ""), row("c", "d")])

    assert found.rows == (("a", "b"), ("c", "d"))


def test_empty_row_does_not_lengthen_the_header() -> None:
    found = expand([row("", ""), row("a", "b"), row("c", "d")], header=2)

    assert found.header_rows == 1


def test_first_row_is_the_header_unless_said_otherwise() -> None:
    assert expand([row("a"), row("b")]).header_rows == 1


def test_header_below_a_wide_cell_has_two_rows() -> None:
    found = expand([[Cell("dose", across=2)], row("adult", "child"), row("1", "2")])

    assert found.header_rows == 2


def test_header_reaches_as_far_as_its_deepest_cell() -> None:
    found = expand([[Cell("a", down=2), Cell("b")], row("c"), row("1", "2")])

    assert found.header_rows == 2


def test_one_row_alone_is_no_header() -> None:
    assert expand([row("a", "b")]).header_rows == 0


def test_span_beyond_all_measure_is_bounded() -> None:
    found = expand([[Cell("a", across=10**6)], row("b")])

    assert len(found.rows[0]) == MOST_COLUMNS


@given(
    st.lists(
        st.lists(
            st.builds(Cell, st.text("ab", max_size=2), st.integers(1, 4), st.integers(1, 4)),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_rows_are_of_one_length(written: list[list[Cell]]) -> None:
    found = expand(written)

    assert len({len(each) for each in found.rows}) <= 1


@given(
    st.lists(
        st.lists(
            st.builds(
                Cell, st.text("ab", min_size=1, max_size=2), st.integers(1, 4), st.integers(1, 4)
            ),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_no_cell_is_lost(written: list[list[Cell]]) -> None:
    seen = {cell for each in expand(written).rows for cell in each}

    assert {cell.text for cells in written for cell in cells} <= seen


# HTML and JATS


def test_header_group_is_the_header() -> None:
    found = markup("<thead><tr><td>a</td></tr></thead><tbody><tr><td>b</td></tr></tbody>")

    assert found == Grid((("a",), ("b",)), 1)


def test_rows_of_header_cells_are_the_header() -> None:
    found = markup("<tr><th>a</th></tr><tr><th>b</th></tr><tr><td>c</td></tr>")

    assert found.header_rows == 2


def test_header_cell_at_the_left_makes_no_header() -> None:
    found = markup(
        "<tr><th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr><tr><th>c</th><td>3</td></tr>"
    )

    assert found.header_rows == 1


def test_rows_of_a_table_within_a_cell_are_not_rows_of_the_outer() -> None:
    found = markup("<tr><td>a<table><tr><td>x</td></tr></table></td></tr><tr><td>b</td></tr>")

    assert len(found.rows) == 2


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1.5"])
def test_span_that_is_no_number_is_one(span: str) -> None:
    found = markup(f'<tr><td colspan="{span}">a</td><td>b</td></tr>')

    assert found.rows == (("a", "b"),)


# Captions


@pytest.mark.parametrize(
    "text", ["表1 剂量", "表 2", "表一 药物", "续表3", "附表1", "Table 1. Doses", "TABLE IV"]
)
def test_text_announces_a_table(text: str) -> None:
    assert caption(text)


@pytest.mark.parametrize(
    "text", ["表现为发热", "表示感谢", "图1 流程", "Tablets 5 mg", "表1" + "很" * 200]
)
def test_text_announces_no_table(text: str) -> None:
    assert not caption(text)


def test_caption_goes_into_its_table() -> None:
    table = Grid((("a",), ("b",)), 1).block()

    found = with_captions([Block("text", "表1 剂量"), table])

    assert [(each.kind, each.text) for each in found] == [("table", "表1 剂量")]


def test_table_with_a_caption_takes_no_other() -> None:
    table = Grid((("a",), ("b",)), 1).block("表2")

    found = with_captions([Block("text", "表1 剂量"), table])

    assert len(found) == 2


def test_second_table_does_not_take_the_first_ones_caption() -> None:
    table = Grid((("a",), ("b",)), 1).block()

    found = with_captions([Block("text", "表1"), table, table])

    assert [each.text for each in found] == ["表1", ""]
