"""Word documents: what a reader sees in Word is what comes out, in order, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.docx import read
from tests.ingest.docx_files import (
    blocks,
    counts,
    document,
    p,
    r,
    styled,
    tbl,
    texts,
    tr,
    write,
)

# Headings


def test_heading_styles_give_levels(tmp_path: Path) -> None:
    body = styled("适应证", "1") + styled("成人", "2") + p("每日一次。")

    found = blocks(tmp_path, body)

    assert [(each.kind, each.level) for each in found] == [
        ("heading", 1),
        ("heading", 2),
        ("text", 0),
    ]


def test_style_based_on_a_heading_is_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, styled("第一章", "own"))

    assert found[0].level == 1


def test_outline_level_of_a_style_makes_a_heading(tmp_path: Path) -> None:
    found = blocks(tmp_path, styled("给药", "out"))

    assert (found[0].kind, found[0].level) == ("heading", 3)


def test_outline_level_of_the_paragraph_counts_above_its_style(tmp_path: Path) -> None:
    body = p("给药", '<w:pStyle w:val="1"/><w:outlineLvl w:val="3"/>')

    found = blocks(tmp_path, body)

    assert found[0].level == 4


def test_outline_level_nine_is_body_text(tmp_path: Path) -> None:
    body = p("给药", '<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>')

    found = blocks(tmp_path, body)

    assert found[0].kind == "text"


def test_numbered_line_is_a_heading_where_no_style_says_so(tmp_path: Path) -> None:
    body = p("一、目的") + p("规范用药。") + p("二、范围") + p("全院。")

    found = blocks(tmp_path, body)

    assert [each.kind for each in found] == ["heading", "text", "heading", "text"]


def test_guessed_headings_are_owned_up_to(tmp_path: Path) -> None:
    found = document(tmp_path, p("一、目的") + p("规范用药。"))

    assert counts(found)["headings_guessed"] == 1


def test_nothing_is_guessed_where_styles_mark_headings(tmp_path: Path) -> None:
    body = styled("总则", "1") + p("一、目的") + p("规范用药。")

    found = blocks(tmp_path, body)

    assert [each.kind for each in found] == ["heading", "text", "text"]


def test_numbered_lines_in_a_row_are_a_list(tmp_path: Path) -> None:
    body = p("一、发热") + p("二、咳嗽") + p("三、乏力") + p("以上均应就诊。")

    found = blocks(tmp_path, body)

    assert {each.kind for each in found} == {"text"}


def test_short_bold_line_is_a_heading_where_no_style_says_so(tmp_path: Path) -> None:
    body = p(r("用法用量", "<w:b/>")) + p("口服。")

    found = blocks(tmp_path, body)

    assert found[0].kind == "heading"


def test_bold_switched_off_is_not_bold(tmp_path: Path) -> None:
    body = p(r("用法用量", '<w:b w:val="0"/>')) + p("口服。")

    found = blocks(tmp_path, body)

    assert found[0].kind == "text"


def test_centred_line_is_a_heading_where_no_style_says_so(tmp_path: Path) -> None:
    body = p("抗菌药物管理办法", '<w:jc w:val="center"/>') + p("第一条内容。")

    found = blocks(tmp_path, body)

    assert found[0].kind == "heading"


def test_bold_sentence_is_no_heading(tmp_path: Path) -> None:
    body = p(r("严禁静脉推注。", "<w:b/>")) + p("口服。")

    found = blocks(tmp_path, body)

    assert found[0].kind == "text"


def test_plain_numbered_item_is_no_heading(tmp_path: Path) -> None:
    body = p("1.体温升高") + p("见于感染。")

    found = blocks(tmp_path, body)

    assert found[0].kind == "text"


# Text


def test_paragraphs_and_tables_keep_the_order_of_the_body(tmp_path: Path) -> None:
    body = p("before") + tbl(tr("a", "b"), tr("c", "d")) + p("after")

    found = blocks(tmp_path, body)

    assert [each.kind for each in found] == ["text", "table", "text"]


def test_inserted_text_is_read(tmp_path: Path) -> None:
    body = p(r("give ") + f"<w:ins>{r('5 mg')}</w:ins>")

    assert texts(tmp_path, body) == ["give 5 mg"]


def test_deleted_text_is_not_read(tmp_path: Path) -> None:
    deleted = "<w:del><w:r><w:delText>50 mg</w:delText></w:r></w:del>"

    assert texts(tmp_path, p(r("give ") + deleted + r("5 mg"))) == ["give 5 mg"]


def test_moved_text_is_read_once(tmp_path: Path) -> None:
    body = p(f"<w:moveFrom>{r('aspirin')}</w:moveFrom>") + p(f"<w:moveTo>{r('aspirin')}</w:moveTo>")

    assert texts(tmp_path, body) == ["aspirin"]


def test_tracked_changes_are_owned_up_to(tmp_path: Path) -> None:
    found = document(tmp_path, p(r("give ") + f"<w:ins>{r('5 mg')}</w:ins>"))

    assert counts(found)["tracked_changes_taken"] == 1


def test_paragraphs_join_where_the_mark_between_them_is_deleted(tmp_path: Path) -> None:
    body = p(r("not to be "), "<w:rPr><w:del/></w:rPr>") + p("given")

    assert texts(tmp_path, body) == ["not to be given"]


def test_hidden_text_is_left_out_and_counted(tmp_path: Path) -> None:
    found = document(tmp_path, p(r("seen") + r(" secret", "<w:vanish/>")))

    assert [each.text for each in found.blocks] == ["seen"]
    assert counts(found)["hidden_text_left_out"] == 1


def test_hyperlink_text_is_read(tmp_path: Path) -> None:
    assert texts(tmp_path, p(f"<w:hyperlink>{r('link')}</w:hyperlink>")) == ["link"]


def test_result_of_a_field_is_read_and_its_code_is_not(tmp_path: Path) -> None:
    code = "<w:r><w:instrText>REF _x</w:instrText></w:r>"

    assert texts(tmp_path, p(code + r("Table 3"))) == ["Table 3"]


def test_content_control_is_read(tmp_path: Path) -> None:
    body = f"<w:sdt><w:sdtContent>{p('inside')}</w:sdtContent></w:sdt>"

    assert texts(tmp_path, body) == ["inside"]


def test_table_of_contents_is_left_out_and_counted(tmp_path: Path) -> None:
    found = document(tmp_path, styled("一、目的\t1", "toc") + p("text"))

    assert [each.text for each in found.blocks] == ["text"]
    assert counts(found)["contents_left_out"] == 1


def test_table_of_contents_in_a_control_is_left_out(tmp_path: Path) -> None:
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    control = f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{p('1')}</w:sdtContent></w:sdt>"

    assert texts(tmp_path, control + p("text")) == ["text"]


def test_superscript_stays_raised(tmp_path: Path) -> None:
    body = p(r("10") + r("9", '<w:vertAlign w:val="superscript"/>') + r("/L"))

    assert texts(tmp_path, body) == ["10⁹/L"]


def test_subscript_stays_lowered(tmp_path: Path) -> None:
    body = p(r("SpO") + r("2", '<w:vertAlign w:val="subscript"/>'))

    assert texts(tmp_path, body) == ["SpO₂"]


@pytest.mark.parametrize(("line", "read"), [("single", "≥6 mg > 5"), ("none", ">6 mg > 5")])
def test_sign_with_a_line_beneath_is_another(tmp_path: Path, line: str, read: str) -> None:
    body = p(r("&gt;", f'<w:u w:val="{line}"/>') + r("6 mg &gt; 5"))

    assert texts(tmp_path, body) == [read]


def test_words_that_are_underlined_keep_their_signs(tmp_path: Path) -> None:
    assert texts(tmp_path, p(r("dose &gt; 5", '<w:u w:val="single"/>'))) == ["dose > 5"]


@pytest.mark.parametrize(
    ("code", "sign"), [("F0B3", "≥"), ("F0A3", "≤"), ("F06D", "μ"), ("F0B1", "±")]
)
def test_sign_of_the_symbol_font_reads_as_what_it_shows(
    tmp_path: Path, code: str, sign: str
) -> None:
    body = p(f'<w:r><w:sym w:font="Symbol" w:char="{code}"/></w:r>' + r("5"))

    assert texts(tmp_path, body) == [f"{sign}5"]


def test_sign_nobody_knows_is_marked_as_unknown(tmp_path: Path) -> None:
    body = p('<w:r><w:sym w:font="Webdings" w:char="F099"/></w:r>' + r("x"))

    assert texts(tmp_path, body) == ["\ufffdx"]


def test_tick_of_wingdings_is_a_tick(tmp_path: Path) -> None:
    body = p('<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>' + r("yes"))

    assert texts(tmp_path, body) == ["✓yes"]


def test_line_break_stays_a_line(tmp_path: Path) -> None:
    assert texts(tmp_path, p(r("a") + "<w:r><w:br/></w:r>" + r("b"))) == ["a\nb"]


def test_hyphen_that_does_not_break_is_a_hyphen(tmp_path: Path) -> None:
    assert texts(tmp_path, p(r("β") + "<w:r><w:noBreakHyphen/></w:r>" + r("blocker"))) == [
        "β-blocker"
    ]


def test_ruby_reads_as_its_base(tmp_path: Path) -> None:
    ruby = f"<w:r><w:ruby><w:rt>{r('yào')}</w:rt><w:rubyBase>{r('药')}</w:rubyBase></w:ruby></w:r>"

    assert texts(tmp_path, p(ruby)) == ["药"]


def test_footnote_stands_at_the_end_with_its_mark(tmp_path: Path) -> None:
    notes = f'<w:footnote w:id="2">{p("Off label.")}</w:footnote>'
    body = p(r("Dose") + '<w:r><w:footnoteReference w:id="2"/></w:r>') + p("next")

    assert texts(tmp_path, body, footnotes=notes) == ["Dose[^1]", "next", "[^1] Off label."]


def test_endnotes_and_footnotes_do_not_share_numbers(tmp_path: Path) -> None:
    reference = '<w:r><w:{0}noteReference w:id="2"/></w:r>'
    body = p(r("x") + reference.format("foot") + reference.format("end"))
    notes = {
        "footnotes": f'<w:footnote w:id="2">{p("foot")}</w:footnote>',
        "endnotes": f'<w:endnote w:id="2">{p("end")}</w:endnote>',
    }

    assert texts(tmp_path, body, **notes) == ["x[^1][^2]", "[^1] foot", "[^2] end"]


def test_text_box_follows_its_paragraph(tmp_path: Path) -> None:
    box = f"<wps:txbx><w:txbxContent>{p('boxed')}</w:txbxContent></wps:txbx>"
    body = p(r("around") + f"<w:r><w:drawing>{box}</w:drawing></w:r>") + p("next")

    assert texts(tmp_path, body) == ["around", "boxed", "next"]


def test_text_box_written_twice_is_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('boxed')}</w:txbxContent>"
    twice = (
        f"<mc:AlternateContent><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )

    assert texts(tmp_path, p(f"<w:r>{twice}</w:r>")) == ["boxed"]


def test_picture_is_counted(tmp_path: Path) -> None:
    picture = "<w:r><w:drawing><pic:pic/></w:drawing></w:r>"

    found = document(tmp_path, p(r("see") + picture + picture))

    assert counts(found)["figure_left_out"] == 2


def test_formula_of_the_old_editor_is_counted(tmp_path: Path) -> None:
    old = '<w:r><w:object><o:OLEObject ProgID="Equation.3"/></w:object></w:r>'

    found = document(tmp_path, p(r("CrCl =") + old))

    assert counts(found) == {"equation_left_out": 1}


def test_embedded_sheet_is_counted(tmp_path: Path) -> None:
    sheet = '<w:r><w:object><o:OLEObject ProgID="Excel.Sheet.12"/></w:object></w:r>'

    found = document(tmp_path, p(r("see") + sheet))

    assert counts(found) == {"embedded_file_left_out": 1}


def test_formula_reads_on_one_line(tmp_path: Path) -> None:
    fraction = (
        "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>b</m:t></m:r></m:den></m:f></m:oMath>"
    )

    assert texts(tmp_path, p(r("x =") + fraction)) == ["x = a/b"]


def test_comments_are_left_out_and_counted(tmp_path: Path) -> None:
    found = document(tmp_path, p("text"), comments=f"<w:comment>{p('really?')}</w:comment>")

    assert [each.text for each in found.blocks] == ["text"]
    assert counts(found) == {"comments_left_out": 1}


def test_running_heads_are_owned_up_to(tmp_path: Path) -> None:
    found = document(tmp_path, p("text"), header=p("Hospital"))

    assert counts(found) == {"running_heads_left_out": 1}


def test_macros_are_owned_up_to(tmp_path: Path) -> None:
    found = document(tmp_path, p("text"), vbaProject="")

    assert counts(found) == {"macro_left_out": 1}


def test_file_has_no_pages(tmp_path: Path) -> None:
    found = document(tmp_path, p("text"))

    assert found.pages is None


def test_progress_ends_at_one(tmp_path: Path) -> None:
    seen: list[float] = []

    read(write(tmp_path / "a.docx", p("text")), seen.append)

    assert seen[-1] == 1.0
