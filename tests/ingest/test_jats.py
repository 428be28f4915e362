"""JATS: the article without its frame, tables in rows, nothing fetched and nothing expanded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.parsing.document import Block, Document, Unreadable
from ingest.parsing.jats import read

DOCTYPE = '<!DOCTYPE article PUBLIC "-//NLM//DTD v3.0//EN" "http://dtd.example/journal.dtd">'


def article(body: str, front: str = "", back: str = "") -> str:
    title = "<title-group><article-title>Title</article-title></title-group>"
    meta = f"<article-meta>{title}{front}</article-meta>"
    return f"<article><front>{meta}</front><body>{body}</body><back>{back}</back></article>"


def document(folder: Path, source: str | bytes) -> Document:
    path = folder / "file.xml"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return read(path, lambda share: None)


def blocks(folder: Path, body: str, front: str = "", back: str = "") -> tuple[Block, ...]:
    """What follows the title."""
    return document(folder, article(body, front, back)).blocks[1:]


def texts(folder: Path, body: str, front: str = "", back: str = "") -> list[str]:
    return [block.text for block in blocks(folder, body, front, back)]


def counts(folder: Path, body: str, back: str = "") -> dict[str, int | str]:
    found = document(folder, article(body, back=back))
    return {warning.code: warning.facts["count"] for warning in found.warnings}


def refusal(folder: Path, source: str | bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        document(folder, source)
    return caught.value.code


def table(rows: str, caption: str = "", foot: str = "") -> str:
    return f"<table-wrap>{caption}<table>{rows}</table>{foot}</table-wrap>"


# The frame


def test_title_stands_above_everything(tmp_path: Path) -> None:
    found = document(tmp_path, article("<sec><title>Methods</title><p>x</p></sec>"))

    assert [(each.text, each.level) for each in found.blocks[:2]] == [("Title", 1), ("Methods", 2)]


def test_sections_nest(tmp_path: Path) -> None:
    body = (
        "<sec><title>A</title><sec><title>B</title><p>x</p></sec></sec><sec><title>C</title></sec>"
    )

    found = blocks(tmp_path, body)

    assert [(each.text, each.level) for each in found] == [("A", 2), ("B", 3), ("x", 0), ("C", 2)]


def test_abstract_without_a_title_is_called_so(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>x</p>", front="<abstract><p>short</p></abstract>") == [
        "Abstract",
        "short",
        "x",
    ]


def test_abstract_in_parts_keeps_them(tmp_path: Path) -> None:
    front = "<abstract><sec><title>Background</title><p>b</p></sec></abstract>"

    found = blocks(tmp_path, "", front=front)

    assert [(each.text, each.level) for each in found] == [
        ("Abstract", 2),
        ("Background", 3),
        ("b", 0),
    ]


def test_keywords_are_text(tmp_path: Path) -> None:
    front = "<kwd-group><kwd>stroke</kwd><kwd>aspirin</kwd></kwd-group>"

    assert texts(tmp_path, "", front=front) == ["Keywords: stroke; aspirin"]


def test_label_of_a_section_stands_before_its_title(tmp_path: Path) -> None:
    found = texts(tmp_path, "<sec><label>2.1</label><title>Patients</title><p>x</p></sec>")

    assert found[0] == "2.1 Patients"


def test_title_on_several_lines_is_one_line(tmp_path: Path) -> None:
    found = texts(tmp_path, "<sec><title>Early\n   treatment</title><p>x</p></sec>")

    assert found[0] == "Early treatment"


def test_references_are_left_out_and_counted(tmp_path: Path) -> None:
    back = "<ref-list><title>References</title><ref>a</ref><ref>b</ref></ref-list>"

    assert texts(tmp_path, "<p>x</p>", back=back) == ["x"]
    assert counts(tmp_path, "<p>x</p>", back=back)["references_left_out"] == 2


def test_acknowledgments_are_a_section(tmp_path: Path) -> None:
    back = "<ack><p>Thanks.</p></ack>"

    assert texts(tmp_path, "", back=back) == ["Acknowledgments", "Thanks."]


def test_glossary_is_read_word_by_word(tmp_path: Path) -> None:
    item = "<def-item><term>CI</term><def><p>confidence interval</p></def></def-item>"
    back = f"<glossary><title>Abbreviations</title><def-list>{item}</def-list></glossary>"

    assert texts(tmp_path, "", back=back) == ["Abbreviations", "CI: confidence interval"]


def test_reply_printed_with_the_article_is_read(tmp_path: Path) -> None:
    front = (
        "<front-stub><title-group><article-title>Reply</article-title></title-group></front-stub>"
    )
    source = article("<p>x</p>").replace(
        "</article>", f"<response>{front}<body><p>We agree.</p></body></response></article>"
    )

    found = document(tmp_path, source).blocks

    assert [each.text for each in found] == ["Title", "x", "Reply", "We agree."]


def test_frame_is_owned_up_to(tmp_path: Path) -> None:
    assert counts(tmp_path, "<p>x</p>") == {"front_matter_left_out": 1}


# Text


def test_lines_of_the_file_are_no_lines_of_the_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>once\n      daily</p>") == ["once daily"]


def test_citations_keep_their_numbers(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>as shown [<xref>3</xref>]</p>") == ["as shown [3]"]


def test_raised_and_lowered_characters_stay_so(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>10<sup>9</sup>/L H<sub>2</sub>O</p>") == ["10⁹/L H₂O"]


def test_comment_within_a_word_does_not_part_it(tmp_path: Path) -> None:
    assert texts(tmp_path, "<p>aspi<!-- x -->rin</p>") == ["aspirin"]


def test_items_carry_a_mark(tmp_path: Path) -> None:
    items = "<list-item><p>rash</p></list-item><list-item><p>fever</p></list-item>"

    assert texts(tmp_path, f"<list>{items}</list>") == ["• rash", "• fever"]


def test_items_of_an_ordered_list_carry_numbers(tmp_path: Path) -> None:
    items = "<list-item><p>wash</p></list-item><list-item><p>dry</p></list-item>"

    assert texts(tmp_path, f'<list list-type="order">{items}</list>') == ["1. wash", "2. dry"]


def test_item_keeps_the_label_it_has(tmp_path: Path) -> None:
    items = "<list-item><label>(a)</label><p>wash</p></list-item>"

    assert texts(tmp_path, f"<list>{items}</list>") == ["(a) wash"]


def test_list_within_a_paragraph_parts_it(tmp_path: Path) -> None:
    items = "<list><list-item><p>rash</p></list-item></list>"

    assert texts(tmp_path, f"<p>watch for {items} and stop</p>") == [
        "watch for",
        "• rash",
        "and stop",
    ]


def test_boxed_text_is_a_section(tmp_path: Path) -> None:
    body = "<boxed-text><caption><title>Box 1</title></caption><p>Stop.</p></boxed-text>"

    assert texts(tmp_path, body)[-1] == "Stop."


def test_quotation_is_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "<disp-quote><p>Primum</p></disp-quote>") == ["Primum"]


def test_caption_of_a_figure_stays_and_the_figure_is_counted(tmp_path: Path) -> None:
    caption = "<caption><title>Flow</title><p>Of patients.</p></caption>"
    body = f"<fig><label>Figure 1</label>{caption}<graphic/></fig>"

    assert texts(tmp_path, body) == ["Figure 1. Flow. Of patients."]
    assert counts(tmp_path, body)["figure_left_out"] == 1


def test_supplement_is_named_and_counted(tmp_path: Path) -> None:
    inside = "<label>S1</label><caption><p>Data.</p></caption>"
    body = f"<supplementary-material>{inside}</supplementary-material>"

    assert texts(tmp_path, body) == ["S1. Data."]
    assert counts(tmp_path, body)["supplement_left_out"] == 1


def test_entity_of_a_document_type_that_is_elsewhere_reads_as_its_character(tmp_path: Path) -> None:
    found = document(tmp_path, DOCTYPE + article("<p>5&nbsp;&mu;g &ge; 4</p>"))

    assert found.blocks[1].text == "5 μg ≥ 4"


# Formulas


def test_formula_in_mathml_reads_on_one_line(tmp_path: Path) -> None:
    math = "<math><msup><mi>r</mi><mn>2</mn></msup></math>"

    assert texts(tmp_path, f"<p>with <inline-formula>{math}</inline-formula></p>") == ["with r²"]


def test_formula_in_tex_reads_on_one_line(tmp_path: Path) -> None:
    source = "\\documentclass{minimal}\\begin{document}$$x \\leq 5$$\\end{document}"

    body = f"<p><inline-formula><tex-math>{source}</tex-math></inline-formula></p>"

    assert texts(tmp_path, body) == ["x≤5"]


def test_formula_in_plain_characters_is_kept(tmp_path: Path) -> None:
    body = "<disp-formula><label>(1)</label>a = <italic>b</italic></disp-formula>"

    assert texts(tmp_path, body) == ["a = b (1)"]


def test_formula_that_is_a_picture_leaves_a_gap_and_is_counted(tmp_path: Path) -> None:
    body = "<p>where <inline-formula><inline-graphic/></inline-formula> holds</p>"

    assert texts(tmp_path, body) == ["where […] holds"]
    assert counts(tmp_path, body)["equation_left_out"] == 1


# Tables


def test_caption_stands_with_its_table(tmp_path: Path) -> None:
    caption = "<label>Table 1</label><caption><title>Doses</title></caption>"

    found = blocks(tmp_path, table("<tr><td>a</td></tr><tr><td>b</td></tr>", caption))

    assert (found[0].kind, found[0].text) == ("table", "Table 1. Doses")


def test_group_of_header_rows_is_the_header(tmp_path: Path) -> None:
    rows = "<thead><tr><th>a</th></tr><tr><th>b</th></tr></thead><tbody><tr><td>c</td></tr></tbody>"

    found = blocks(tmp_path, table(rows))

    assert found[0].header_rows == 2


def test_cells_that_span_are_repeated(tmp_path: Path) -> None:
    rows = '<tr><td rowspan="2">x</td><td colspan="2">y</td></tr><tr><td>1</td><td>2</td></tr>'

    found = blocks(tmp_path, table(rows))

    assert found[0].rows == (("x", "y", "y"), ("x", "1", "2"))


def test_notes_of_a_table_follow_it(tmp_path: Path) -> None:
    foot = "<table-wrap-foot><fn><p>n, number.</p></fn></table-wrap-foot>"

    found = blocks(tmp_path, table("<tr><td>a</td></tr><tr><td>b</td></tr>", foot=foot))

    assert [each.kind for each in found] == ["table", "text"]
    assert found[1].text == "n, number."


def test_table_that_is_a_picture_is_counted_and_its_caption_stays(tmp_path: Path) -> None:
    body = "<table-wrap><label>Table 2</label><graphic/></table-wrap>"

    assert texts(tmp_path, body) == ["Table 2"]
    assert counts(tmp_path, body)["table_left_out"] == 1


def test_table_given_twice_is_read_once(tmp_path: Path) -> None:
    rows = "<tr><td>a</td></tr><tr><td>b</td></tr>"
    both = f"<alternatives><graphic/><table>{rows}</table></alternatives>"

    found = blocks(tmp_path, f"<table-wrap>{both}</table-wrap>")

    assert [each.kind for each in found] == ["table"]


# Hostile and other files


def test_entity_declared_in_the_file_is_refused(tmp_path: Path) -> None:
    trick = '<!DOCTYPE article [<!ENTITY x "boo">]>'

    assert refusal(tmp_path, trick + article("<p>&x;</p>")) == "unsafe_xml"


def test_entity_that_reads_a_file_is_refused(tmp_path: Path) -> None:
    trick = '<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]>'

    assert refusal(tmp_path, trick + article("<p>&x;</p>")) == "unsafe_xml"


def test_entity_declared_in_another_encoding_is_refused(tmp_path: Path) -> None:
    trick = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE article [<!ENTITY x "boo">]>'

    assert refusal(tmp_path, (trick + article("<p>&x;</p>")).encode("utf-16")) == "unsafe_xml"


def test_entities_that_grow_are_refused(tmp_path: Path) -> None:
    grown = "".join(f'<!ENTITY x{at} "{f"&x{at - 1};" * 10}">' for at in range(1, 12))
    trick = f'<!DOCTYPE article [<!ENTITY x0 "ha">{grown}]>'

    assert refusal(tmp_path, trick + article("<p>&x11;</p>")) == "unsafe_xml"


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, article("<sec>" * 300 + "</sec>" * 300)) == "nested_too_deeply"


def test_document_type_that_is_elsewhere_passes(tmp_path: Path) -> None:
    found = document(tmp_path, DOCTYPE + article("<p>x</p>"))

    assert found.blocks[-1].text == "x"


def test_cut_off_file_is_truncated(tmp_path: Path) -> None:
    assert refusal(tmp_path, article("<p>some text</p>")[:-60]) == "truncated_file"


def test_tags_that_do_not_match_are_broken(tmp_path: Path) -> None:
    assert refusal(tmp_path, article("<p><b>x</p></b>")) == "broken_file"


@pytest.mark.parametrize("source", ["<document/>", "<article/>", "<html><body/></html>"])
def test_other_xml_is_of_the_wrong_type(tmp_path: Path, source: str) -> None:
    assert refusal(tmp_path, source) == "wrong_type"


def test_file_has_no_pages(tmp_path: Path) -> None:
    assert document(tmp_path, article("<p>x</p>")).pages is None


# Real articles


def articles() -> list[Path]:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")
    return sorted((Path(folder) / "en" / "literature").glob("*.xml"))


@pytest.mark.slow
def test_every_real_article_has_a_title_sections_and_text() -> None:
    for path in articles():
        found = read(path, lambda share: None).blocks

        assert found[0].level == 1, path.name
        assert {"heading", "text"} <= {each.kind for each in found}, path.name


@pytest.mark.slow
def test_rows_of_every_real_table_are_of_one_length() -> None:
    for path in articles():
        for block in read(path, lambda share: None).blocks:
            assert len({len(row) for row in block.rows}) <= 1, path.name


def test_table_of_a_real_trial_keeps_its_numbers() -> None:
    path = next(each for each in articles() if "1001300" in each.name)

    tables = [each for each in read(path, lambda share: None).blocks if each.kind == "table"]

    assert ("Male sex (%) (three missing)", "6,280 (69%)", "—", "—") in tables[0].rows


def test_sign_with_a_line_beneath_is_another(tmp_path: Path) -> None:
    assert texts(
        tmp_path, "<p><underline>&gt;</underline>6 and <underline>&lt;</underline> 3 &lt; 4</p>"
    ) == ["≥6 and ≤ 3 < 4"]
