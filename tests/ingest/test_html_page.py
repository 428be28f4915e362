"""Web pages: the text as it is shown, in sections, lists and tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.html_tree import DEEPEST
from tests.ingest.html_pages import blocks, document, outline, page, refusal, texts

# Text


def test_paragraphs_are_blocks(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>once daily</p><p>with food</p>") == ["once daily", "with food"]


def test_text_that_stands_free_is_a_paragraph(tmp_path: Path) -> None:
    assert texts(tmp_path, "<div>before<p>inside</p>after</div>") == ["before", "inside", "after"]


def test_lines_of_the_file_are_no_lines_of_the_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>once\n   daily</p>") == ["once daily"]


def test_break_is_a_line(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>5 mg<br>10 mg</p>") == ["5 mg\n10 mg"]


def test_preformatted_text_keeps_its_lines(tmp_path: Path) -> None:
    assert texts(tmp_path, "<pre>a\nb</pre>") == ["a\nb"]


def test_raised_and_lowered_characters_stay_so(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>10<sup>9</sup>/L CO<sub>2</sub></p>") == ["10⁹/L CO₂"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("&ge;5&nbsp;mg", "≥5 mg"), ("&#8804;5", "≤5"), ("a &amp; b", "a & b"), ("&lt;5", "<5")],
)
def test_entities_are_what_they_show(tmp_path: Path, written: str, shown: str) -> None:
    assert texts(tmp_path, f"<p>{written}</p>") == [shown]


def test_marks_where_a_word_may_be_parted_are_gone(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>hydro&shy;chloro\u200bthiazide</p>") == ["hydrochlorothiazide"]


def test_chinese_punctuation_stays_as_it_is(tmp_path: Path) -> None:
    text = "每日一次，口服（饭后）；疗程：7～14天。"

    assert texts(tmp_path, f"<p>{text}</p>") == [text]


def test_reading_of_a_character_stands_in_brackets_behind_it(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p><ruby>炙<rp>(</rp><rt>zhì</rt><rp>)</rp></ruby>甘草</p>") == [
        "炙（zhì）甘草"
    ]


def test_formula_is_read(tmp_path: Path) -> None:
    formula = "<math><msup><mi>x</mi><mn>2</mn></msup></math>"

    assert texts(tmp_path, f"<p>area {formula}</p>") == ["area x²"]


def test_paragraph_within_inline_elements_is_a_paragraph(tmp_path: Path) -> None:
    assert texts(tmp_path, "<a><div>one</div><div>two</div></a>") == ["one", "two"]


# Headings


def test_headings_have_their_levels(tmp_path: Path) -> None:
    body = "<h1>Guide</h1><h2>Dose</h2><p>x</p><h3>Children</h3><p>y</p>"

    assert outline(tmp_path, body) == [(1, "Guide"), (2, "Dose"), (3, "Children")]


def test_heading_by_role_is_a_heading(tmp_path: Path) -> None:
    body = '<h1>G</h1><div role="heading" aria-level="3">Dose</div><p>x</p>'

    assert outline(tmp_path, body) == [(1, "G"), (3, "Dose")]


def test_title_of_the_file_stands_above_lower_headings(tmp_path: Path) -> None:
    found = outline(tmp_path, "<h2>Dose</h2><p>x</p>", "<title>Guide | Site</title>")

    assert found == [(1, "Guide | Site"), (2, "Dose")]


def test_title_of_the_file_is_not_needed_above_a_heading_of_the_page(tmp_path: Path) -> None:
    assert outline(tmp_path, "<h1>Guide</h1><p>x</p>", "<title>Site</title>") == [(1, "Guide")]


def test_headings_are_guessed_where_none_are_marked(tmp_path: Path) -> None:
    body = "<p>一、诊断标准</p><p>发热三天。</p><p>二、治疗原则</p><p>卧床休息。</p>"

    found = outline(tmp_path, body, "<title>诊疗方案</title>")

    assert found == [(1, "诊疗方案"), (2, "一、诊断标准"), (2, "二、治疗原则")]


def test_bold_line_is_guessed_to_be_a_heading(tmp_path: Path) -> None:
    found = outline(tmp_path, "<p><strong>Dosage</strong></p><p>Once daily, with food.</p>")

    assert found == [(2, "Dosage")]


def test_labels_are_headings_below_those_that_are_marked(tmp_path: Path) -> None:
    body = "<h1>说明书</h1><p>【适应症】</p><p>发热。</p>"

    assert outline(tmp_path, body) == [(1, "说明书"), (2, "【适应症】")]


# Lists


def test_items_have_bullets(tmp_path: Path) -> None:
    assert texts(tmp_path, "<ul><li>one</li><li>two</li></ul>") == ["• one", "• two"]


def test_items_within_items_follow(tmp_path: Path) -> None:
    body = "<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>"

    assert texts(tmp_path, body) == ["• one", "• inner", "• two"]


def test_item_that_is_only_a_list_has_no_bullet_of_its_own(tmp_path: Path) -> None:
    assert texts(tmp_path, "<ul><li><ol><li>inner</li></ol></li></ul>") == ["1. inner"]


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", ["1.", "2."]),
        ('start="5"', ["5.", "6."]),
        ('type="a"', ["a.", "b."]),
        ('type="I"', ["I.", "II."]),
        ("reversed", ["2.", "1."]),
    ],
)
def test_numbered_items_have_their_numbers(
    tmp_path: Path, attributes: str, numbers: list[str]
) -> None:
    found = texts(tmp_path, f"<ol {attributes}><li>x</li><li>x</li></ol>")

    assert found == [f"{number} x" for number in numbers]


def test_number_given_to_an_item_goes_on_from_there(tmp_path: Path) -> None:
    body = '<ol><li>a</li><li value="7">b</li><li>c</li></ol>'

    assert texts(tmp_path, body) == ["1. a", "7. b", "8. c"]


def test_second_paragraph_of_an_item_has_no_bullet(tmp_path: Path) -> None:
    assert texts(tmp_path, "<ul><li><p>a</p><p>b</p></li></ul>") == ["• a", "b"]


def test_term_stands_before_what_it_means(tmp_path: Path) -> None:
    body = "<dl><dt>CI</dt><dd>confidence interval</dd><dt>OR：</dt><dd>odds ratio</dd></dl>"

    assert texts(tmp_path, body) == ["CI: confidence interval", "OR: odds ratio"]


def test_term_without_meaning_is_kept(tmp_path: Path) -> None:
    assert texts(tmp_path, "<dl><dt>CI</dt><dt>OR</dt></dl>") == ["CI", "OR"]


# Tables


def test_table_keeps_its_header_and_caption(tmp_path: Path) -> None:
    rows = "<thead><tr><th>Drug<th>Dose</thead><tbody><tr><td>A<td>5 mg</tbody>"

    found = blocks(tmp_path, f"<table><caption>Table 1</caption>{rows}</table>")[0]

    assert (found.text, found.header_rows) == ("Table 1", 1)
    assert found.rows == (("Drug", "Dose"), ("A", "5 mg"))


def test_merged_cells_say_what_they_span(tmp_path: Path) -> None:
    first = '<tr><th rowspan="2">Drug<th colspan="2">Dose<tr><th>min<th>max'

    found = blocks(tmp_path, f"<table>{first}<tr><td>A<td>1<td>2</table>")[0]

    assert found.rows == (("Drug", "Dose", "Dose"), ("Drug", "min", "max"), ("A", "1", "2"))
    assert found.header_rows == 2


def test_foot_of_a_table_stands_below_wherever_it_is_written(tmp_path: Path) -> None:
    rows = "<tfoot><tr><td>sum<td>2</tfoot><tbody><tr><td>a<td>1<tr><td>b<td>1</tbody>"

    assert blocks(tmp_path, f"<table>{rows}</table>")[0].rows[-1] == ("sum", "2")


def test_list_in_a_cell_keeps_its_bullets(tmp_path: Path) -> None:
    cell = "<ul><li>a</li><li>b</li></ul>"

    found = blocks(tmp_path, f"<table><tr><td>{cell}<td>x<tr><td>1<td>2</table>")[0]

    assert found.rows[0][0] == "• a\n• b"


def test_table_within_a_cell_keeps_its_rows(tmp_path: Path) -> None:
    inner = "<table><tr><td>1<td>2</table>"

    found = blocks(tmp_path, f"<table><tr><th>a<th>b<tr><td>{inner}<td>x</table>")[0]

    assert found.rows[1][0] == "1 | 2"


def test_table_that_only_places_things_is_read_through(tmp_path: Path) -> None:
    inner = "<p>text</p><table><tr><td>a<td>b<tr><td>1<td>2</table>"

    found = blocks(tmp_path, f"<table><tr><td>menu<td>{inner}</table>")

    assert [(each.kind, each.text) for each in found][:2] == [("text", "menu"), ("text", "text")]
    assert found[2].rows == (("a", "b"), ("1", "2"))


def test_table_of_one_cell_is_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "<table><tr><td>Note<br>well</table>") == ["Note\nwell"]


def test_line_before_a_table_that_announces_it_is_its_caption(tmp_path: Path) -> None:
    found = blocks(tmp_path, "<p>表1 剂量</p><table><tr><td>a<td>b<tr><td>1<td>2</table>")

    assert [each.text for each in found] == ["表1 剂量"]


# Written badly, or to do harm


def test_page_without_end_tags_of_its_paragraphs_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>one<p>two<ul><li>three<li>four</ul>") == [
        "one",
        "two",
        "• three",
        "• four",
    ]


@pytest.mark.parametrize("torn", ["<html><body><p>one", "<html><body></body><p>one <a hre"])
def test_page_that_was_cut_short_is_truncated(tmp_path: Path, torn: str) -> None:
    assert refusal(tmp_path, torn) == "truncated_file"


def test_page_as_deep_as_may_be_is_read(tmp_path: Path) -> None:
    deep = DEEPEST - 4

    assert texts(tmp_path, "<span>" * deep + "x" + "</span>" * deep) == ["x"]


@pytest.mark.parametrize("name", ["div", "span", "ul><li", "table><tr><td"])
def test_page_that_is_too_deep_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(tmp_path, page(f"<{name}>" * 400 + "x")) == "nested_too_deeply"


def test_page_that_declares_entities_is_not_safe(tmp_path: Path) -> None:
    source = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    assert refusal(tmp_path, f"{source}<html><body>&a;</body></html>") == "unsafe_xml"


@pytest.mark.parametrize("number", ["7", "x", "-1", "99999999999"])
def test_mark_of_a_page_that_a_stranger_writes_does_no_harm(tmp_path: Path, number: str) -> None:
    assert texts(tmp_path, f'<p>a<kb-page n="{number}"></kb-page>b</p>') == ["ab"]


def test_web_page_has_no_pages(tmp_path: Path) -> None:
    assert document(tmp_path, page("<p>x</p>")).pages is None


def test_xhtml_is_read_as_what_it_is(tmp_path: Path) -> None:
    head = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'

    found = document(tmp_path, f"{head}<head><title/></head><body><p>once</p></body></html>")

    assert [each.text for each in found.blocks] == ["once"]


def test_xhtml_with_mistakes_is_read_as_html(tmp_path: Path) -> None:
    head = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">'

    found = document(tmp_path, f"{head}<body><p>a<br>b&nbsp;c</p></body></html>")

    assert [each.text for each in found.blocks] == ["a\nb c"]


def test_sign_with_a_line_beneath_is_another(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p><u>&gt;</u>6 and <u>&lt;</u> 3 &lt; 4</p>") == ["≥6 and ≤ 3 < 4"]
