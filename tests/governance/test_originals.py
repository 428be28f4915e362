from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance import originals
from governance.errors import Malformed, TooLarge

BYTES = b"Start low, go slow."
SHA256 = hashlib.sha256(BYTES).hexdigest()
MEGABYTE = b"x" * 1024 * 1024


def lying(home: Path) -> list[Path]:
    return [p for p in (home / "uploads").rglob("*") if p.is_file()]


def torn() -> Iterator[bytes]:
    yield BYTES
    raise ConnectionError


def test_bytes_lie_under_their_digest(home: Path) -> None:
    original = originals.keep([BYTES[:5], BYTES[5:]], "guideline.txt")

    assert (original.sha256, original.size) == (SHA256, len(BYTES))
    assert originals.path_of(SHA256).read_bytes() == BYTES


def test_same_bytes_lie_once(home: Path) -> None:
    for name in ("one.txt", "other.txt"):
        originals.keep([BYTES], name)

    assert lying(home) == [originals.path_of(SHA256)]


def test_too_large_in_mid_stream_keeps_nothing(home: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    chunks = iter([MEGABYTE] * 9)

    with pytest.raises(TooLarge):
        originals.keep(chunks, "large.bin")

    assert lying(home) == []
    assert len(list(chunks)) == 7


def test_file_of_the_limit_is_kept(home: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1

    assert originals.keep([MEGABYTE], "large.bin").size == len(MEGABYTE)


def test_stream_that_tears_keeps_nothing(home: Path) -> None:
    with pytest.raises(ConnectionError):
        originals.keep(torn(), "guideline.txt")

    assert lying(home) == []


def test_file_without_a_name_keeps_nothing(home: Path) -> None:
    with pytest.raises(Malformed):
        originals.keep([BYTES], "../..")

    assert not (home / "uploads").exists()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("guideline.pdf", "guideline.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute.pdf", "absolute.pdf"),
        ("two\nlines\r.pdf", "twolines.pdf"),
        ("nul\0.pdf", "nul.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("\u2067a\u2069\u200f.pdf", "a.pdf"),
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("half\udcff.pdf", "half.pdf"),
        ("指南 2024.pdf", "指南 2024.pdf"),
        (".hidden", ".hidden"),
    ],
)
def test_name_is_shown_without_what_would_deceive(sent: str, shown: str) -> None:
    assert originals.shown_name(sent) == shown


@pytest.mark.parametrize("sent", ["", " ", ".", "..", "../", "folder/", "\u202e", "\n", "\0"])
def test_name_that_shows_nothing_is_refused(sent: str) -> None:
    with pytest.raises(Malformed):
        originals.shown_name(sent)


def test_long_name_keeps_its_beginning_and_its_end() -> None:
    shown = originals.shown_name("g" * 296 + ".pdf")

    assert len(shown) == originals.LONGEST_NAME
    assert (shown[:3], shown[-4:]) == ("ggg", ".pdf")


def test_name_never_leads_out_of_the_folder(home: Path) -> None:
    originals.keep([BYTES], "../../../escaped.txt")

    assert [p.name for p in lying(home)] == [SHA256]
    assert not list(home.parent.glob("escaped*"))
