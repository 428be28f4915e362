"""Drug labels: sections as they are named, highlights apart, tables with their footnotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.spl_files import (
    blocks,
    document,
    highlight,
    label,
    outline,
    refusal,
    section,
    text,
    texts,
    told,
)

P = text("<paragraph>x</paragraph>")

# Sections


def test_title_stands_above_everything(tmp_path: Path) -> None:
    found = document(tmp_path, label(section(P, "Uses"), title="Drug <br/> Facts")).blocks

    assert [(each.level, each.text) for each in found[:1]] == [(1, "Drug")]


def test_caution_of_highlights_is_text_and_the_name_is_the_title(tmp_path: Path) -> None:
    title = "These highlights do not include all.<br/>LIPITOR tablets<br/>Approval: 1996"

    found = document(tmp_path, label(section(P, "Uses"), title=title)).blocks

    assert [(each.kind, each.text) for each in found[:3]] == [
        ("heading", "LIPITOR tablets"),
        ("text", "These highlights do not include all."),
        ("text", "Approval: 1996"),
    ]


def test_sections_nest(tmp_path: Path) -> None:
    found = outline(tmp_path, section(P + section(P, "1.1 Adults"), "1 Uses"), section(P, "2 Dose"))

    assert found == [(2, "1 Uses"), (3, "1.1 Adults"), (2, "2 Dose")]


def test_section_without_a_title_is_called_by_its_code(tmp_path: Path) -> None:
    found = outline(tmp_path, section(P, code="34089-3", name="DESCRIPTION SECTION"))

    assert found == [(2, "Description")]


def test_section_without_a_name_belongs_to_the_one_around_it(tmp_path: Path) -> None:
    inner = section(text("<paragraph>inner</paragraph>"), code="42229-5")

    assert texts(tmp_path, section(P + inner, "Uses")) == ["Uses", "x", "inner"]


def test_section_without_a_name_is_not_drawn_into_the_one_before_it(tmp_path: Path) -> None:
    inner = section(P, "Children") + section(text("after"), code="42229-5")

    assert outline(tmp_path, section(inner, "Uses")) == [(2, "Uses"), (3, "Children"), (3, "Uses")]


def test_boxed_warning_says_that_it_is_one(tmp_path: Path) -> None:
    found = outline(tmp_path, section(P, "WARNING: INFECTIONS", code="34066-1"))

    assert found == [(2, "Boxed warning: WARNING: INFECTIONS")]


def test_section_that_says_all_in_its_title_has_it_as_text(tmp_path: Path) -> None:
    found = blocks(tmp_path, section("", "4.1 Active liver disease"))

    assert [(each.kind, each.text) for each in found] == [
        ("heading", "4.1 Active liver disease"),
        ("text", "4.1 Active liver disease"),
    ]


def test_title_on_several_lines_is_one_line(tmp_path: Path) -> None:
    assert outline(tmp_path, section(P, "2.1\tDose<br/>in adults")) == [(2, "2.1 Dose in adults")]


# Highlights


def test_highlights_stand_apart_from_the_text(tmp_path: Path) -> None:
    found = texts(tmp_path, section(P + highlight("<paragraph>short</paragraph>"), "1 Uses"))

    assert found == ["Highlights of prescribing information", "1 Uses", "short", "1 Uses", "x"]


def test_section_of_highlights_alone_is_not_named_twice(tmp_path: Path) -> None:
    changes = section(
        highlight("Dose 10/2012"), code="43683-2", name="RECENT MAJOR CHANGES SECTION"
    )

    found = outline(tmp_path, changes, section(P, "1 Uses"))

    assert found == [
        (2, "Highlights of prescribing information"),
        (3, "Recent major changes"),
        (2, "1 Uses"),
    ]


def test_label_without_highlights_has_no_section_for_them(tmp_path: Path) -> None:
    assert outline(tmp_path, section(P, "Uses")) == [(2, "Uses")]


# Text


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("10<sup>9</sup>/L", "10⁹/L"),
        ("CO<sub>2</sub>", "CO₂"),
        ('<content styleCode="bold">now</content>', "now"),
        ('see <linkHtml href="#a">(5.1)</linkHtml>', "see (5.1)"),
        ("a<br/>b", "a\nb"),
    ],
)
def test_text_within_a_paragraph_is_read(tmp_path: Path, markup: str, shown: str) -> None:
    assert texts(tmp_path, section(text(f"<paragraph>{markup}</paragraph>"), "U")) == ["U", shown]


def test_text_that_stands_free_is_a_paragraph(tmp_path: Path) -> None:
    found = texts(tmp_path, section(text("a<paragraph>b</paragraph>c"), "U"))

    assert found == ["U", "a", "b", "c"]


@pytest.mark.parametrize(
    ("attributes", "markers"),
    [
        ('listType="unordered"', ["•", "•"]),
        ("", ["•", "•"]),
        ('listType="ordered"', ["1.", "2."]),
        ('listType="ordered" styleCode="LittleAlpha"', ["a.", "b."]),
        ('listType="ordered" styleCode="BigRoman"', ["I.", "II."]),
    ],
)
def test_items_have_their_marks(tmp_path: Path, attributes: str, markers: list[str]) -> None:
    items = f"<list {attributes}><item>x</item><item>x</item></list>"

    found = texts(tmp_path, section(text(items), "U"))

    assert found[1:] == [f"{marker} x" for marker in markers]


def test_caption_of_an_item_is_its_mark(tmp_path: Path) -> None:
    items = "<list><caption>Steps</caption><item><caption>A)</caption>wash</item></list>"

    assert texts(tmp_path, section(text(items), "U")) == ["U", "Steps", "A) wash"]


def test_list_within_an_item_follows_it(tmp_path: Path) -> None:
    items = "<list><item>one<list><item>inner</item></list></item></list>"

    assert texts(tmp_path, section(text(items), "U")) == ["U", "• one", "• inner"]


def test_deleted_text_is_left_out_and_said(tmp_path: Path) -> None:
    inside = '<paragraph><content revised="delete">50</content> 25 mg</paragraph>'

    assert texts(tmp_path, section(text(inside), "U")) == ["U", "25 mg"]
    assert told(tmp_path, section(text(inside), "U")) == {
        "struck_text_left_out": {"count": 1, "names": "50", "section": "U"}
    }


def test_picture_is_said_with_its_section(tmp_path: Path) -> None:
    inside = '<renderMultiMedia referencedObject="a"/>'

    found = told(tmp_path, section(P, "1 Uses"), section(text(inside), "2 Dose"))

    assert found == {"figure_left_out": {"count": 1, "section": "2 Dose"}}


def test_caption_of_a_picture_is_read(tmp_path: Path) -> None:
    inside = "<renderMultiMedia><caption>Figure 1</caption></renderMultiMedia>"

    assert texts(tmp_path, section(text(inside), "U")) == ["U", "Figure 1"]


# Tables


def test_table_keeps_its_caption_and_header(tmp_path: Path) -> None:
    rows = (
        "<thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody>"
    )

    found = blocks(tmp_path, section(text(f"<table><caption>T 1</caption>{rows}</table>"), "U"))[1]

    assert (found.text, found.header_rows, found.rows) == ("T 1", 1, (("a", "b"), ("1", "2")))


def test_foot_written_above_the_body_stands_below(tmp_path: Path) -> None:
    rows = (
        "<tfoot><tr><td>n</td><td>9</td></tr></tfoot><tbody><tr><td>1</td><td>2</td></tr></tbody>"
    )

    found = blocks(tmp_path, section(text(f"<table>{rows}</table>"), "U"))[1]

    assert found.rows == (("1", "2"), ("n", "9"))


def test_footnote_follows_its_table(tmp_path: Path) -> None:
    cell = '<td>a<footnote ID="n">with food</footnote></td>'
    rows = f'<tr>{cell}<td>b<footnoteRef IDREF="n"/></td></tr><tr><td>1</td><td>2</td></tr>'

    found = blocks(tmp_path, section(text(f"<table>{rows}</table><paragraph>y</paragraph>"), "U"))

    assert found[1].rows[0] == ("a[^1]", "b[^1]")
    assert [each.text for each in found[2:]] == ["[^1] with food", "y"]


def test_reference_before_its_footnote_has_the_same_number(tmp_path: Path) -> None:
    inside = 'a<footnoteRef IDREF="n"/> b<footnote>c</footnote> d<footnote ID="n">e</footnote>'

    found = texts(tmp_path, section(text(f"<paragraph>{inside}</paragraph>"), "U"))

    assert found[1:] == ["a[^1] b[^2] d[^1]", "[^2] c", "[^1] e"]


def test_list_in_a_cell_keeps_its_marks(tmp_path: Path) -> None:
    cell = "<td><list><item>a</item><item>b</item></list></td>"

    found = blocks(
        tmp_path,
        section(
            text(f"<table><tr>{cell}<td>x</td></tr><tr><td>1</td><td>2</td></tr></table>"), "U"
        ),
    )

    assert found[1].rows[0][0] == "• a\n• b"


# Refused


@pytest.mark.parametrize(
    "source",
    [
        '<document xmlns="urn:hl7-org:v3"/>',
        "<document><component><structuredBody/></component></document>",
    ],
)
def test_what_is_no_label_is_of_the_wrong_type(tmp_path: Path, source: str) -> None:
    assert refusal(tmp_path, source) == "wrong_type"


def test_entities_are_not_safe(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE document [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

    assert refusal(tmp_path, doctype + label().partition("?>")[2]) == "unsafe_xml"


def test_label_that_was_cut_short_is_truncated(tmp_path: Path) -> None:
    assert refusal(tmp_path, label(section(P, "Uses"))[:-30]) == "truncated_file"


def test_label_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    deep = "<content>" * 200 + "x" + "</content>" * 200

    assert refusal(tmp_path, label(section(text(deep), "U"))) == "nested_too_deeply"
