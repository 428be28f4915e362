"""Formats that are not read: each is known, and its refusal says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing import sniff
from ingest.parsing.document import Unreadable
from tests.ingest.docx_files import pack

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
OPEN = "application/vnd.oasis.opendocument."


def refusal(path: Path, name: str) -> str:
    with pytest.raises(Unreadable) as caught:
        sniff.media_type(path, name)
    return caught.value.code


def of_bytes(folder: Path, data: bytes, name: str = "upload") -> str:
    path = folder / "upload"
    path.write_bytes(data)
    return refusal(path, name)


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"CAJ\0", "caj_file"),
        (b"HN\0\0", "caj_file"),
        (b"KDH 2.00", "caj_file"),
        (b"AT&TFORM", "djvu_file"),
        (bytes(range(1, 61)) + b"BOOKMOBI", "kindle_file"),
        (b"Rar!\x1a\x07\0", "packed_file"),
        (b"7z\xbc\xaf'\x1c", "packed_file"),
        (b"{\\rtf1", "legacy_format"),
    ],
)
def test_format_is_known_by_its_sign(tmp_path: Path, start: bytes, code: str) -> None:
    assert of_bytes(tmp_path, start + bytes(100)) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("a.caj", "caj_file"), ("a.AZW3", "kindle_file"), ("a.djvu", "djvu_file")],
)
def test_binary_without_a_sign_is_known_by_its_name(tmp_path: Path, name: str, code: str) -> None:
    assert of_bytes(tmp_path, bytes(range(256)), name) == code


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        ("WordDocument", "legacy_format"),
        ("PowerPoint Document", "slides_file"),
        ("Workbook", "spreadsheet_file"),
        ("EncryptedPackage", "encrypted_file"),
    ],
)
def test_old_container_is_known_by_its_stream(tmp_path: Path, stream: str, code: str) -> None:
    assert of_bytes(tmp_path, OLE + stream.encode("utf-16-le"), "a.bin") == code


@pytest.mark.parametrize(
    ("name", "code"), [("a.wps", "legacy_format"), ("a.bin", "unsupported_type")]
)
def test_old_container_without_a_stream_is_known_by_its_name(
    tmp_path: Path, name: str, code: str
) -> None:
    assert of_bytes(tmp_path, OLE, name) == code


@pytest.mark.parametrize(
    ("member", "text", "name", "code"),
    [
        ("xl/workbook.xml", "x", "a.xlsx", "spreadsheet_file"),
        ("ppt/presentation.xml", "x", "a.pptx", "slides_file"),
        ("OFD.xml", "x", "a.ofd", "ofd_file"),
        ("mimetype", f"{OPEN}text", "a.bin", "other_writer_file"),
        ("mimetype", f"{OPEN}spreadsheet", "a.bin", "spreadsheet_file"),
        ("mimetype", f"{OPEN}presentation", "a.bin", "slides_file"),
        ("Index/Document.iwa", "x", "a.pages", "other_writer_file"),
        ("guideline.pdf", "x", "a.zip", "packed_file"),
    ],
)
def test_archive_is_known_by_what_is_in_it(
    tmp_path: Path, member: str, text: str, name: str, code: str
) -> None:
    assert refusal(pack(tmp_path / "upload", {member: text}), name) == code


@pytest.mark.parametrize("start", ["From: <Saved by Blink>\r\n", ""])
def test_web_archive_is_known(tmp_path: Path, start: str) -> None:
    head = f"{start}MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html>"

    assert of_bytes(tmp_path, head.encode(), "a.mhtml") == "web_archive_file"


def test_pdf_under_the_name_of_caj_is_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(b"%PDF-1.4\n")

    assert sniff.media_type(path, "a.caj") == sniff.PDF
