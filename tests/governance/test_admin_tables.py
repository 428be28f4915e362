"""Passages as HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.admin.tables import opening, shown

TABLE = "| CrCl | Dose |\n| --- | --- |\n| ≥ 30 | 40 mg |"


def test_text_is_escaped() -> None:
    assert "<script>" not in shown("<script>alert(1)</script>")


def test_lines_of_text_stay_together() -> None:
    assert shown("one\ntwo") == '<div class="kb-text">one\ntwo</div>'


def test_rows_between_bars_become_a_table() -> None:
    assert "<tr><td>≥ 30</td><td>40 mg</td></tr>" in shown(TABLE)


def test_rows_above_the_rule_are_the_header() -> None:
    assert "<thead><tr><th>CrCl</th><th>Dose</th></tr></thead>" in shown(TABLE)


def test_rule_itself_is_not_shown() -> None:
    assert "---" not in shown(TABLE)


def test_table_without_a_rule_has_no_header() -> None:
    assert "<thead></thead>" in shown("| a | b |\n| c | d |")


def test_header_may_have_two_rows() -> None:
    html = shown("| a | a |\n| b | c |\n| --- | --- |\n| 1 | 2 |")

    assert html.count("<th>") == 4


def test_caption_stands_before_the_table() -> None:
    html = shown("Table 1. Doses\n" + TABLE)

    assert html.index("Table 1. Doses") < html.index("<table")


def test_opening_of_a_table_under_a_caption_is_a_table() -> None:
    html = opening("Table 1. Doses\n" + TABLE)

    assert '<div class="kb-text">Table 1. Doses</div>' in html
    assert "<td>40 mg</td>" in html
    assert "---" not in html


def test_opening_of_a_text_ends_before_its_table() -> None:
    html = opening("Doses. " * 30 + "\n" + TABLE)

    assert html.endswith("…")
    assert "|" not in html


def test_words_after_a_table_are_shown() -> None:
    assert "Watch the platelets." in shown(TABLE + "\nWatch the platelets.")


def test_cell_is_escaped() -> None:
    assert "<td>&lt;b&gt; &amp;</td>" in shown("| <b> & | x |")


def test_escaped_bar_stays_in_its_cell() -> None:
    assert "<td>a|b</td><td>c</td>" in shown("| a\\|b | c |")


def test_empty_cells_keep_their_place() -> None:
    assert "<td></td><td>c</td>" in shown("|  | c |")


def test_single_bar_is_text() -> None:
    assert shown("|") == '<div class="kb-text">|</div>'


def test_bar_within_a_sentence_is_text() -> None:
    assert "<table" not in shown("P(a | b) is a conditional probability")


@pytest.mark.parametrize("rule", ["| :--- | ---: |", "|---|---|", "| :---: | --- |"])
def test_rules_that_align_are_rules(rule: str) -> None:
    assert "<th>a</th>" in shown(f"| a | b |\n{rule}\n| 1 | 2 |")


@given(st.text(max_size=60))
def test_no_text_makes_an_element_of_its_own(text: str) -> None:
    html = shown(f"{text}<img src=x>")

    assert "<img" not in html


@given(st.lists(st.text("ab<>&\"'|\\ ", max_size=8), min_size=1, max_size=4))
def test_row_has_as_many_cells_as_were_written(cells: list[str]) -> None:
    row = "| " + " | ".join(c.replace("\\", "").replace("|", "\\|") for c in cells) + " |"

    assert shown(row).count("<td>") == len(cells)
