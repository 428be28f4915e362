"""What a file is, by what is in it; and the registry of readers that rests on it."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import docx
import pytest

from ingest import parsing
from ingest.parsing import sniff
from ingest.parsing.document import Unreadable
from tests.ingest.docx_files import p, pack, write

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def kind(folder: Path, data: bytes, name: str = "file.bin") -> str:
    path = folder / "upload"
    path.write_bytes(data)
    return sniff.media_type(path, name)


def refusal(folder: Path, data: bytes, name: str = "file.bin") -> str:
    with pytest.raises(Unreadable) as caught:
        kind(folder, data, name)
    return caught.value.code


# By content


def test_pdf_is_known_under_another_name(tmp_path: Path) -> None:
    assert kind(tmp_path, b"%PDF-1.7\n...", "guideline.docx") == sniff.PDF


def test_pdf_is_known_behind_a_little_rubbish(tmp_path: Path) -> None:
    assert kind(tmp_path, b"\n\n\x00%PDF-1.4\n", "guideline.pdf") == sniff.PDF


def test_docx_is_known_under_another_name(tmp_path: Path) -> None:
    data = write(tmp_path / "a.docx", p("x")).read_bytes()

    assert kind(tmp_path, data, "guideline.pdf") == sniff.DOCX


def test_docx_of_another_writer_is_known(tmp_path: Path) -> None:
    docx.Document().save(tmp_path / "a.docx")

    assert sniff.media_type(tmp_path / "a.docx", "a.docx") == sniff.DOCX


def test_article_is_known_by_its_root(tmp_path: Path) -> None:
    data = b'<?xml version="1.0"?>\n<!DOCTYPE article SYSTEM "x">\n<article><front/></article>'

    assert kind(tmp_path, data, "paper.txt") == sniff.JATS


def test_article_without_a_declaration_is_known(tmp_path: Path) -> None:
    assert kind(tmp_path, b'<article article-type="x"><body/></article>', "a.xml") == sniff.JATS


def test_text_named_markdown_is_markdown(tmp_path: Path) -> None:
    assert kind(tmp_path, b"plain words", "a.MD") == sniff.MARKDOWN


def test_text_named_text_is_text_though_it_has_signs(tmp_path: Path) -> None:
    assert kind(tmp_path, b"# words\n", "a.txt") == sniff.TEXT


def test_text_of_no_known_name_is_markdown_if_it_has_signs(tmp_path: Path) -> None:
    assert kind(tmp_path, b"# Dose\n\ntext", "upload") == sniff.MARKDOWN


def test_text_of_no_known_name_is_text_without_signs(tmp_path: Path) -> None:
    assert kind(tmp_path, b"Dose: 5 mg", "upload") == sniff.TEXT


def test_chinese_text_is_text_in_its_own_encoding(tmp_path: Path) -> None:
    assert kind(tmp_path, "每日一次，口服。".encode("gb18030"), "a.txt") == sniff.TEXT


def test_markdown_may_begin_with_a_table_in_html(tmp_path: Path) -> None:
    assert kind(tmp_path, b"<html><body><table></table></body></html>\n", "a.md") == sniff.MARKDOWN


# By name


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (sniff.PDF, "a.pdf"),
        (sniff.PDF, "A.PDF"),
        (sniff.DOCX, "a.docx"),
        (sniff.DOCX, "a.docm"),
        (sniff.DOCX, "a.doc"),
        (sniff.JATS, "a.xml"),
        (sniff.JATS, "a.nxml"),
        (sniff.MARKDOWN, "a.md"),
        (sniff.MARKDOWN, "a.txt"),
        (sniff.TEXT, "a.txt"),
        (sniff.TEXT, "a.markdown"),
    ],
)
def test_name_promises_what_the_file_is(kind: str, name: str) -> None:
    assert sniff.promised(kind, name)


@pytest.mark.parametrize("name", ["upload", "guideline v1.2", "a.bin", "指南", ".pdf", "a."])
def test_name_that_says_nothing_promises_nothing_wrong(name: str) -> None:
    assert sniff.promised(sniff.TEXT, name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (sniff.TEXT, "a.pdf"),
        (sniff.MARKDOWN, "a.pdf"),
        (sniff.DOCX, "a.pdf"),
        (sniff.PDF, "a.docx"),
        (sniff.PDF, "a.md"),
        (sniff.TEXT, "a.xml"),
        (sniff.JATS, "a.txt"),
        (sniff.TEXT, "a.html"),
        (sniff.PDF, "a.png"),
    ],
)
def test_name_of_another_family_is_no_promise_kept(kind: str, name: str) -> None:
    assert not sniff.promised(kind, name)


# Refused


@pytest.mark.parametrize("data", [b"", b"  \n\t", b"\xef\xbb\xbf"])
def test_file_without_content_is_empty(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data) == "empty_file"


@pytest.mark.parametrize(
    "start",
    [b"<!DOCTYPE html><html>", b"<html><head>", b"\xef\xbb\xbf <HTML>", b"<!-- x --><html>"],
)
def test_web_page_called_pdf_is_of_the_wrong_type(tmp_path: Path, start: bytes) -> None:
    assert refusal(tmp_path, start + b"<p>404</p></html>", "guideline.pdf") == "wrong_type"


def test_web_page_called_markdown_is_of_the_wrong_type(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"<!doctype html><p>404</p>", "a.md") == "wrong_type"


def test_web_page_in_xml_called_pdf_is_of_the_wrong_type(tmp_path: Path) -> None:
    data = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'

    assert refusal(tmp_path, data, "a.pdf") == "wrong_type"


def test_web_page_called_so_is_one(tmp_path: Path) -> None:
    assert kind(tmp_path, b"<html></html>", "a.html") == sniff.HTML


def test_old_word_document_is_of_a_legacy_format(tmp_path: Path) -> None:
    assert refusal(tmp_path, OLE + "WordDocument".encode("utf-16-le"), "a.doc") == "legacy_format"


def test_docx_behind_a_password_is_encrypted(tmp_path: Path) -> None:
    data = OLE + "EncryptedPackage".encode("utf-16-le")

    assert refusal(tmp_path, data, "a.docx") == "encrypted_file"


def test_old_container_of_something_else_is_not_supported(tmp_path: Path) -> None:
    assert refusal(tmp_path, OLE + "Contents".encode("utf-16-le"), "a.bin") == "unsupported_type"


@pytest.mark.parametrize(
    "start",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"II*\0",
        b"MM\0*",
        b"RIFF\0\0\0\0WEBP",
        b"BM",
    ],
)
def test_picture_is_a_picture_only(tmp_path: Path, start: bytes) -> None:
    assert refusal(tmp_path, start + bytes(64), "scan.pdf") == "picture_only"


def test_text_that_begins_like_a_bitmap_is_text(tmp_path: Path) -> None:
    assert kind(tmp_path, b"BMI above 30", "a.txt") == sniff.TEXT


@pytest.mark.parametrize("name", ["visio/document.xml", "mimetype"])
def test_other_archive_is_not_supported(tmp_path: Path, name: str) -> None:
    data = pack(tmp_path / "a.zip", {"[Content_Types].xml": "<Types/>", name: "x"}).read_bytes()

    assert refusal(tmp_path, data) == "unsupported_type"


def test_empty_archive_is_not_supported(tmp_path: Path) -> None:
    assert refusal(tmp_path, pack(tmp_path / "a.zip", {}).read_bytes()) == "unsupported_type"


def test_cut_off_archive_is_truncated(tmp_path: Path) -> None:
    data = write(tmp_path / "a.docx", p("x")).read_bytes()

    assert refusal(tmp_path, data[:-30]) == "truncated_file"


def test_label_is_known_by_its_root(tmp_path: Path) -> None:
    data = b'<?xml version="1.0"?><document xmlns="urn:hl7-org:v3"/>'

    assert kind(tmp_path, data, "label.txt") == sniff.SPL


def test_other_xml_is_not_supported(tmp_path: Path) -> None:
    data = b'<?xml version="1.0"?><document xmlns="urn:example"/>'

    assert refusal(tmp_path, data, "label.xml") == "unsupported_type"


def test_rich_text_is_of_a_legacy_format(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"{\\rtf1\\ansi text}", "a.doc") == "legacy_format"


def test_binary_data_is_not_supported(tmp_path: Path) -> None:
    assert refusal(tmp_path, bytes(range(256)) * 4) == "unsupported_type"


def test_text_in_a_western_encoding_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "é à ü ö ß".encode("latin-1"), "a.txt") == "wrong_encoding"


# The registry


def test_every_type_has_a_reader() -> None:
    types = {sniff.PDF, sniff.DOCX, sniff.EPUB, sniff.JATS, sniff.SPL, sniff.HTML}

    assert set(parsing.READERS) == types | {sniff.MARKDOWN, sniff.TEXT}


def test_reader_is_chosen_by_content(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p("once daily"))

    found = parsing.read(path, "a.pdf", lambda share: None)

    assert found.media_type == sniff.DOCX


def told(folder: Path, text: str, name: str) -> list[str]:
    path = folder / "upload"
    path.write_text(text)
    return [each.code for each in parsing.read(path, name, lambda share: None).warnings]


@pytest.mark.parametrize("text", ["Dose: 5 mg", "# Dose\n\n5 mg once daily.\n"])
def test_text_called_pdf_is_read_with_a_warning(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text, "guideline.pdf") == ["named_otherwise"]


@pytest.mark.parametrize("name", ["guideline.md", "guideline.txt", "guideline"])
def test_text_called_so_is_read_without_a_warning(tmp_path: Path, name: str) -> None:
    assert told(tmp_path, "Dose: 5 mg", name) == []


def test_warning_of_the_name_stands_before_those_of_the_reader(tmp_path: Path) -> None:
    codes = told(tmp_path, "# Dose\n\n5 mg ![chart](a.png)\n", "guideline.pdf")

    assert codes == ["named_otherwise", "figure_left_out"]


def test_document_of_headings_alone_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Dose\n")

    with pytest.raises(Unreadable, match="no_text"):
        parsing.read(path, "a.md", lambda share: None)


def test_document_without_paragraphs_has_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.docx", p(""))

    with pytest.raises(Unreadable, match="no_text"):
        parsing.read(path, "a.docx", lambda share: None)


def test_table_is_text_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("|a|b|\n|-|-|\n|c|d|\n")

    found = parsing.read(path, "a.md", lambda share: None)

    assert found.blocks[0].kind == "table"


def test_real_picture_is_a_picture_only(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    )

    assert refusal(tmp_path, data, "scan.png") == "picture_only"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("zh/papers/*.md", sniff.MARKDOWN),
        ("*/guidelines/*.pdf", sniff.PDF),
        ("*/*/*.docx", sniff.DOCX),
        ("en/literature/*.xml", sniff.JATS),
        ("en/labels/*.xml", sniff.SPL),
        ("en/textbook/*.epub", sniff.EPUB),
    ],
)
def test_real_files_are_what_they_are(pattern: str, expected: str) -> None:
    folder = os.environ.get("KB_TEST_DATA")
    if folder is None:
        pytest.skip("KB_TEST_DATA names no folder of real files")

    found = {sniff.media_type(path, path.name) for path in Path(folder).glob(pattern)}

    assert found == {expected}
