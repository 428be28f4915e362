"""E-books: chapters in reading order, titles and page numbers from the lists, nothing unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.ingest.docx_files import pack
from tests.ingest.epub_files import (
    blocks,
    chapter,
    document,
    nav,
    ncx,
    opened,
    refusal,
    texts,
    told,
    write,
)
from tests.support.effort import growth

_FONT = "http://www.idpf.org/2008/embedding"
_AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"


def encryption(algorithm: str, name: str) -> dict[str, str]:
    data = f'<EncryptionMethod Algorithm="{algorithm}"/><CipherReference URI="{name}"/>'
    return {
        "META-INF/encryption.xml": f"<encryption><EncryptedData>{data}</EncryptedData></encryption>"
    }


# Order


def test_chapters_come_one_after_the_other(tmp_path: Path) -> None:
    found = document(tmp_path, "<h1>One</h1><p>a</p>", "<h1>Two</h1><p>b</p>")

    assert texts(found) == ["One", "a", "Two", "b"]


def test_spine_says_the_order(tmp_path: Path) -> None:
    chapters = {"a.xhtml": chapter("<p>a</p>"), "b.xhtml": chapter("<p>b</p>")}

    found = opened(write(tmp_path, chapters, spine=["b.xhtml", "a.xhtml"]))

    assert texts(found) == ["b", "a"]


def test_address_with_marks_for_blanks_is_found(tmp_path: Path) -> None:
    chapters = {"one%20two.xhtml": ""}

    path = write(tmp_path, chapters, more={"OEBPS/one two.xhtml": chapter("<p>a</p>")})

    assert texts(opened(path)) == ["a"]


def test_chapter_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>"), "two.xhtml": ""})

    assert told(opened(path)) == {"chapter_left_out": {"count": 1, "names": "two.xhtml"}}


def test_chapter_that_no_list_knows_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")}, spine=["one.xhtml", "ghost"])

    assert told(opened(path)) == {"chapter_left_out": {"count": 1, "names": "ghost"}}


def test_page_that_is_a_picture_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>"), "cover.svg": "<svg/>"})

    assert told(opened(path)) == {"figure_left_out": {"count": 1, "names": "cover.svg"}}


def test_contents_are_left_out_and_said(tmp_path: Path) -> None:
    chapters = {"nav.xhtml": nav("toc", ("one.xhtml", "One")), "one.xhtml": chapter("<p>a</p>")}

    found = opened(write(tmp_path, chapters, spine=list(chapters)))

    assert texts(found) == ["One", "a"]
    assert told(found) == {"contents_left_out": {"count": 1}}


def manifest(*items: str, spine: str) -> dict[str, str]:
    """A package of these items, i0, i1 …, each with the rest of its attributes as given."""
    listed = "".join(f'<item id="i{at}" {item}/>' for at, item in enumerate(items))
    order = "".join(f'<itemref idref="{name}"/>' for name in spine.split())
    package = f"<package><manifest>{listed}</manifest><spine>{order}</spine></package>"
    return {"OEBPS/book.opf": package}


@pytest.mark.parametrize(
    ("href", "spine"),
    [("one.xhtml", "i0 i0 i1"), ("./one.xhtml", "i0 i1"), ("ONE.xhtml", "i0 i1 i0")],
)
def test_chapter_that_is_named_again_is_read_once(tmp_path: Path, href: str, spine: str) -> None:
    items = [f'href="{name}" media-type="text/html"' for name in ("one.xhtml", href)]

    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")}, more=manifest(*items, spine=spine))

    assert texts(opened(path)) == ["a"]


def test_file_that_is_named_as_a_picture_first_is_read_as_a_chapter(tmp_path: Path) -> None:
    items = [f'href="one.xhtml" media-type="{kind}"' for kind in ("image/png", "text/html")]

    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")}, more=manifest(*items, spine="i0 i1"))

    assert texts(opened(path)) == ["a"]


# Titles


def test_chapter_without_a_heading_has_the_title_of_the_contents(tmp_path: Path) -> None:
    contents = nav("toc", ("one.xhtml", "Dosage"))

    found = blocks(tmp_path, "<p>once daily</p>", nav=contents)

    assert [(each.kind, each.level, each.text) for each in found] == [
        ("heading", 1, "Dosage"),
        ("text", 0, "once daily"),
    ]


def test_older_contents_give_titles_too(tmp_path: Path) -> None:
    contents = ncx("navMap", "navPoint", ("one.xhtml", "Dosage"))

    assert texts(document(tmp_path, "<p>once daily</p>", ncx=contents)) == ["Dosage", "once daily"]


def test_chapter_with_a_heading_keeps_it(tmp_path: Path) -> None:
    contents = nav("toc", ("one.xhtml", "Other"))

    assert texts(document(tmp_path, "<h1>Dosage</h1><p>x</p>", nav=contents)) == ["Dosage", "x"]


def test_paragraph_to_which_the_contents_lead_is_a_heading(tmp_path: Path) -> None:
    contents = nav("toc", ("one.xhtml#d", "Dosage"))

    found = blocks(tmp_path, '<p id="d"><b>Dosage</b></p><p>once daily</p>', nav=contents)

    assert [(each.kind, each.text) for each in found] == [
        ("heading", "Dosage"),
        ("text", "once daily"),
    ]


# Pages


@pytest.mark.parametrize(
    "mark",
    [
        '<span epub:type="pagebreak" title="12"/>',
        '<span role="doc-pagebreak" aria-label="12"/>',
        '<span epub:type="pagebreak">12</span>',
        '<div epub:type="pagebreak" title="Page 12"></div>',
    ],
)
def test_pages_of_the_printed_book_are_kept(tmp_path: Path, mark: str) -> None:
    found = document(tmp_path, f"<p>a</p>{mark}<p>b</p>")

    assert [(each.text, each.page) for each in found.blocks] == [("a", None), ("b", 12)]
    assert found.pages == 12


def test_paragraph_is_on_the_page_where_it_begins(tmp_path: Path) -> None:
    mark = '<span epub:type="pagebreak" title="{}"/>'

    found = blocks(tmp_path, f"<p>{mark.format(3)}a{mark.format(4)}b</p><p>c</p>")

    assert [(each.text, each.page) for each in found] == [("ab", 3), ("c", 4)]


@pytest.mark.parametrize(
    "lists",
    [
        {"nav": nav("page-list", ("one.xhtml#p7", "7"))},
        {"ncx": ncx("pageList", "pageTarget", ("one.xhtml#p7", "7"))},
    ],
)
def test_list_of_pages_gives_their_numbers(tmp_path: Path, lists: dict[str, str]) -> None:
    found = blocks(tmp_path, '<p>a</p><p id="p7">b</p>', **lists)

    assert [(each.text, each.page) for each in found] == [("a", None), ("b", 7)]


def test_page_goes_on_into_the_next_chapter(tmp_path: Path) -> None:
    found = blocks(tmp_path, '<p><span epub:type="pagebreak" title="5"/>a</p>', "<p>b</p>")

    assert [each.page for each in found] == [5, 5]


def test_pages_in_roman_figures_are_no_numbers(tmp_path: Path) -> None:
    assert blocks(tmp_path, '<p><span epub:type="pagebreak" title="iv"/>a</p>')[0].page is None


def test_page_ends_between_the_rows_of_a_table(tmp_path: Path) -> None:
    mark = '<span epub:type="pagebreak" title="9"/>'
    rows = f"<tr><td>a{mark}</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"

    found = blocks(tmp_path, f"<table>{rows}</table><p>e</p>")

    assert (found[0].rows[0], found[0].page, found[1].page) == (("a", "b"), None, 9)


def test_book_without_page_marks_has_no_pages(tmp_path: Path) -> None:
    assert document(tmp_path, "<p>a</p>").pages is None


# Chapters as they come


def test_entity_of_html_is_what_it_shows(tmp_path: Path) -> None:
    assert texts(document(tmp_path, "<p>&#8805;5&#160;mg</p>")) == ["≥5 mg"]


def test_chapter_with_mistakes_is_read_all_the_same(tmp_path: Path) -> None:
    assert texts(document(tmp_path, "<p>a<br>b&nbsp;c</p>")) == ["a\nb c"]


def test_warning_names_the_section_that_goes_on(tmp_path: Path) -> None:
    found = document(tmp_path, "<h1>Course</h1><p>a</p>", '<p>b</p><img src="x.png" alt=""/>')

    assert told(found) == {"figure_left_out": {"count": 1, "section": "Course"}}


def test_headings_are_guessed_where_no_chapter_marks_any(tmp_path: Path) -> None:
    found = document(tmp_path, "<p>一、诊断</p><p>发热。</p>", "<p>二、治疗</p><p>休息。</p>")

    assert [each.kind for each in found.blocks] == ["heading", "text", "heading", "text"]
    assert told(found) == {"headings_guessed": {"count": 2}}


# Refused


def test_encrypted_chapter_is_refused(tmp_path: Path) -> None:
    more = encryption(_AES, "OEBPS/one.xhtml")

    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")}, more=more)

    assert refusal(path) == "encrypted_file"


@pytest.mark.parametrize(
    ("algorithm", "name"), [(_FONT, "OEBPS/font.otf"), (_AES, "OEBPS/picture.png")]
)
def test_encrypted_font_or_picture_does_not_matter(
    tmp_path: Path, algorithm: str, name: str
) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")}, more=encryption(algorithm, name))

    assert texts(opened(path)) == ["a"]


@pytest.mark.parametrize("name", ["META-INF/container.xml", "OEBPS/book.opf"])
def test_book_without_its_package_is_broken(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")})
    with zipfile.ZipFile(path) as archive:
        files = {each: archive.read(each) for each in archive.namelist() if each != name}

    assert refusal(pack(path, files)) == "broken_file"


def test_bomb_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("a" * 20 * 2**20)})

    assert refusal(path) == "unpacks_too_large"


def test_book_that_was_cut_short_is_truncated(tmp_path: Path) -> None:
    path = write(tmp_path, {"one.xhtml": chapter("<p>a</p>")})
    path.write_bytes(path.read_bytes()[:-40])

    assert refusal(path) == "truncated_file"


def test_chapter_that_declares_entities_is_not_safe(tmp_path: Path) -> None:
    source = '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a SYSTEM "file:///etc/passwd">]><html/>'

    assert refusal(write(tmp_path, {"one.xhtml": source})) == "unsafe_xml"


def test_name_that_leads_out_is_never_read(tmp_path: Path) -> None:
    chapters = {"one.xhtml": chapter("<p>a</p>"), "../../secret.xhtml": ""}

    path = write(tmp_path, chapters, more={"../secret.xhtml": chapter("<p>secret</p>")})
    found = opened(path)

    assert texts(found) == ["a"]
    assert set(told(found)) == {"chapter_left_out", "unsafe_name_left_out"}


@pytest.mark.parametrize("properties", ["", 'properties="nav"'])
def test_many_items_that_name_one_page_cost_no_more_than_one(
    tmp_path: Path, properties: str
) -> None:
    item = f'href="one.xhtml" media-type="text/html" {properties}'
    page = {"one.xhtml": chapter("<p>a</p>" * 2000)}

    def read(count: int) -> None:
        spine = " ".join(f"i{at}" for at in range(count))
        opened(write(tmp_path, page, more=manifest(*[item] * count, spine=spine)))

    assert growth(read, 2, 20) < 4


def test_long_chain_of_fallbacks_is_not_followed(tmp_path: Path) -> None:
    def read(count: int) -> None:
        items = [f'href="a.x" media-type="x/x" fallback="i{at + 1}"' for at in range(count)]
        spine = " ".join(f"i{at}" for at in range(count))
        opened(write(tmp_path, {}, more=manifest(*items, spine=spine)))

    assert growth(read, 250, 8) < 20


def test_fallback_that_leads_in_a_circle_comes_to_an_end(tmp_path: Path) -> None:
    items = ['href="a.x" media-type="x/x" fallback="i1"', 'href="b.x" fallback="i0"']

    path = write(tmp_path, {}, more=manifest(*items, spine="i0"))

    assert told(opened(path)) == {"chapter_left_out": {"count": 1, "names": "a.x"}}
