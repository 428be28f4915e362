"""Web pages in the encodings that they are found in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.html_pages import document, page, refusal

TEXT = "每日一次，口服。"


def read(folder: Path, data: bytes) -> list[str]:
    return [block.text for block in document(folder, data).blocks]


@pytest.mark.parametrize("named", ["gb2312", "GBK", "gb18030"])
def test_chinese_page_is_read_by_what_it_says(tmp_path: Path, named: str) -> None:
    source = page(f"<p>{TEXT}</p>", f'<meta charset="{named}">')

    assert read(tmp_path, source.encode("gb18030")) == [TEXT]


def test_older_way_to_say_the_encoding_is_understood(tmp_path: Path) -> None:
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'

    assert read(tmp_path, page(f"<p>{TEXT}</p>", meta).encode("gbk")) == [TEXT]


def test_rare_character_is_read(tmp_path: Path) -> None:
    source = page("<p>龘䶮</p>", "<meta charset=gb2312>")

    assert read(tmp_path, source.encode("gb18030")) == ["龘䶮"]


@pytest.mark.parametrize("named", ["gb2312", "iso-8859-1", "nonsense", "hex"])
def test_utf_8_is_read_whatever_the_page_says(tmp_path: Path, named: str) -> None:
    source = page(f"<p>{TEXT}</p>", f"<meta charset={named}>")

    assert read(tmp_path, source.encode()) == [TEXT]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_mark_at_the_beginning_says_the_encoding(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, page(f"<p>{TEXT}</p>").encode(encoding)) == [TEXT]


def test_chinese_page_that_says_nothing_is_known(tmp_path: Path) -> None:
    assert read(tmp_path, page(f"<p>{TEXT}</p>").encode("gb18030")) == [TEXT]


def test_traditional_page_is_read_by_what_it_says(tmp_path: Path) -> None:
    source = page("<p>每日一次，飯後服用</p>", "<meta charset=big5>")

    assert read(tmp_path, source.encode("big5")) == ["每日一次，飯後服用"]


def test_western_page_is_read_as_browsers_do(tmp_path: Path) -> None:
    source = page("<p>“5 µg” – café</p>", "<meta charset=iso-8859-1>")

    assert read(tmp_path, source.encode("cp1252")) == ["“5 µg” – café"]


def test_declaration_of_xml_says_the_encoding(tmp_path: Path) -> None:
    head = '<?xml version="1.0" encoding="gb2312"?>'
    source = f'{head}<html xmlns="http://www.w3.org/1999/xhtml"><body>{TEXT}</body></html>'

    assert read(tmp_path, source.encode("gbk")) == [TEXT]


def test_page_that_says_less_than_it_needs_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, page("<p>café</p>").encode("latin-1")) == "wrong_encoding"


def test_control_characters_do_no_harm(tmp_path: Path) -> None:
    assert read(tmp_path, page("<p>5\x0b mg\x1f</p>").encode()) == ["5 mg"]


def test_zero_bytes_are_no_page(tmp_path: Path) -> None:
    assert refusal(tmp_path, page("<p>a\0b</p>").encode()) == "wrong_type"
