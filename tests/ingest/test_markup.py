"""XML and HTML of strangers: refused where they are tricks, and otherwise all their text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.parsing import hypertext
from ingest.parsing.document import Block, Unreadable
from ingest.parsing.inline import Inline
from ingest.parsing.markup import flat, local, parse, tidy


def refusal(data: bytes, *, doctype: bool = False) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(data, doctype=doctype)
    return caught.value.code


def columns(number: int) -> str:
    return f"<table><tr>{'<td>x</td>' * number}</tr><tr><td>y</td></tr></table>"


def html(source: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in hypertext.blocks(source)[0]]


# XML


def test_document_is_parsed() -> None:
    assert parse(b"<a><b/></a>").tag == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_declared_entity_is_refused_in_each_encoding(encoding: str) -> None:
    source = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'

    assert refusal(source.encode(encoding), doctype=True) == "unsafe_xml"


def test_declared_parameter_entity_is_refused() -> None:
    assert refusal(b'<!DOCTYPE a [<!ENTITY % x "y">]><a/>', doctype=True) == "unsafe_xml"


def test_document_type_is_refused_unless_allowed() -> None:
    source = b'<!DOCTYPE a SYSTEM "http://x.example/a.dtd"><a/>'

    assert refusal(source) == "unsafe_xml"
    assert parse(source, doctype=True).tag == "a"


@pytest.mark.parametrize("depth", [257, 1000, 30_000])
def test_nesting_without_end_is_refused(depth: int) -> None:
    assert refusal(b"<a>" * depth + b"</a>" * depth) == "nested_too_deeply"


def test_nesting_beside_a_declared_entity_is_unsafe_all_the_same() -> None:
    source = b'<!DOCTYPE a [<!ENTITY x "y">]>' + b"<a>" * 1000 + b"</a>" * 1000

    assert refusal(source, doctype=True) == "unsafe_xml"


@pytest.mark.slow
def test_text_without_end_is_refused() -> None:
    assert refusal(b"<a>" + b"x" * 11_000_000 + b"</a>") == "unsafe_xml"


@pytest.mark.parametrize("data", [b"<a><b>", b"<a", b"<a>text", b'<a x="1'])
def test_document_that_ends_early_is_truncated(data: bytes) -> None:
    assert refusal(data) == "truncated_file"


@pytest.mark.parametrize("data", [b"<a><b></a>", b"<a>&#0;</a>", b"<a/><b/>", b"<a b=c></a>"])
def test_document_that_is_not_well_formed_is_broken(data: bytes) -> None:
    assert refusal(data) == "broken_file"


def test_name_is_known_without_its_namespace() -> None:
    assert local(etree.fromstring('<x:a xmlns:x="urn:x"/>')) == "a"


def test_comment_has_no_name() -> None:
    assert local(etree.Comment("x")) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" a  b ", "a b"), ("a\u00a0\u3000b", "a b"), ("a \n\n b", "a\nb"), ("\n a", "a"), ("", "")],
)
def test_blanks_are_tidied(text: str, expected: str) -> None:
    assert tidy(text) == expected


@given(st.text(alphabet="ab \n\t\u3000", max_size=40))
def test_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_flat_text_is_one_line() -> None:
    assert flat(" a\n b ") == "a b"


# Text within elements


def test_text_of_all_children_is_read_in_order() -> None:
    element = etree.fromstring("<p>a<b>b</b>c<i>d</i></p>")

    assert Inline({}, frozenset()).text(element) == "abcd"


def test_element_on_a_line_of_its_own_is_parted_by_lines() -> None:
    element = etree.fromstring("<p>a<div>b</div>c</p>")

    assert Inline({}, frozenset({"div"})).text(element) == "a\nb\nc"


def test_special_element_reads_as_it_is_told() -> None:
    element = etree.fromstring("<p>a<img/>c</p>")

    assert Inline({"img": lambda each: "b"}, frozenset()).text(element) == "abc"


def test_instruction_is_no_text() -> None:
    element = etree.fromstring("<p>a<?page 3?>b</p>")

    assert Inline({}, frozenset()).text(element) == "ab"


# HTML


def test_paragraphs_are_parted() -> None:
    assert html("<p>a</p><p>b</p>") == [("text", "a"), ("text", "b")]


def test_free_text_between_blocks_is_kept() -> None:
    assert html("a<p>b</p>c") == [("text", "a"), ("text", "b"), ("text", "c")]


def test_headings_are_headings() -> None:
    assert hypertext.blocks("<h2>a<br>b</h2>")[0] == [Block("heading", "a b", level=2)]


def test_caption_of_a_table_is_its_text() -> None:
    found = html("<table><caption>Doses</caption><tr><td>a</td></tr><tr><td>b</td></tr></table>")

    assert found == [("table", "Doses")]


def test_pictures_are_counted() -> None:
    assert hypertext.blocks('<p><img src="a"><img src="b"></p>')[1]["figure_left_out"] == 2


def test_table_wider_than_any_page_is_left_out_and_counted() -> None:
    found, left = hypertext.blocks(f"<p>a</p>{columns(1_001)}<p>b</p>{columns(1_000)}")

    assert [each.kind for each in found] == ["text", "text", "table"]
    assert left["table_left_out"] == 1


def test_words_for_a_picture_stay() -> None:
    assert html('<p>see <img alt="flow chart"></p>') == [("text", "see flow chart")]


@pytest.mark.parametrize(
    "source", ["<script>x</script>", "<style>x</style>", "<!-- x -->", "", "  "]
)
def test_what_nobody_sees_is_no_text(source: str) -> None:
    assert html(source) == []


def test_lines_of_preformatted_text_stay() -> None:
    assert html("<pre>a\nb</pre>") == [("text", "a\nb")]


@pytest.mark.parametrize("text", ["p < 0.05", "p<0.05", "x <y> z", "a<valuelm", "1<2>1"])
def test_sign_that_opens_no_tag_stays(text: str) -> None:
    assert html(text) == [("text", text)]


def test_nesting_of_html_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="nested_too_deeply"):
        hypertext.blocks("<div>" * 3000 + "x" + "</div>" * 3000)


def test_tag_that_nobody_closed_loses_nothing() -> None:
    assert html("<div><p>a<b>b</div>c") == [("text", "ab"), ("text", "c")]
