"""Encodings: what is read is what was written, or the file is refused."""

from __future__ import annotations

import pytest

from ingest.parsing.document import Unreadable
from ingest.parsing.encoding import decode

CHINESE = "本品用于治疗高血压，每日一次，每次五毫克。"


def refusal(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        decode(data)
    return caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_chinese_text_is_read_in_each_encoding(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding)) == CHINESE


def test_windows_line_ends_become_newlines() -> None:
    assert decode(b"a\r\nb\rc") == "a\nb\nc"


def test_new_page_begins_a_paragraph() -> None:
    assert decode(b"a\fb") == "a\n\nb"


def test_western_text_is_refused_and_not_turned_into_chinese() -> None:
    assert refusal("Médecine générale à Genève, é è".encode("latin-1")) == "wrong_encoding"


def test_traditional_encoding_is_refused_and_not_turned_into_nonsense() -> None:
    assert refusal("本品用於治療高血壓，每日一次，飯後服用".encode("big5")) == "wrong_encoding"


def test_japanese_encoding_is_refused() -> None:
    assert refusal("この薬は高血圧の治療に用いる".encode("shift-jis")) == "wrong_encoding"


def test_rare_characters_of_the_large_set_do_not_spoil_a_text() -> None:
    text = CHINESE * 3 + "㐂"

    assert decode(text.encode("gb18030")) == text


def test_bytes_of_no_encoding_are_refused() -> None:
    assert refusal(b"\xff\xff\xff text") == "wrong_encoding"


@pytest.mark.parametrize("data", [b"a\0b", b"\x01\x02", b"\x89PNG\r\n\0\0"])
def test_binary_data_is_no_text(data: bytes) -> None:
    assert refusal(data) == "wrong_type"


def test_empty_file_is_an_empty_text() -> None:
    assert decode(b"") == ""
