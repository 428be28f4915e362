"""Pages as pictures: drawn once, by a process apart, for who may read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from governance import originals
from governance.actions import uploads, versions
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.actions.versions import Edition
from governance.models import Account, Source, Version
from ingest import page_images
from ingest.parsing.document import Unreadable
from ingest.sandbox import Limits
from tests.ingest.pdf_files import HIGH, WIDE, write
from tests.support.visiting import Visitor

pytestmark = pytest.mark.slow
PNG = b"\x89PNG"


def kept(content: bytes, name: str = "a.pdf") -> str:
    return originals.keep([content], name).sha256


@pytest.fixture
def pdf(tmp_path: Path) -> bytes:
    one, two = (lambda sheet, t=t: sheet.text(t, 100) for t in ("One", "Two"))
    return write(tmp_path, one, two).read_bytes()


@pytest.fixture
def version(pdf: bytes, source: Source, ana: Account) -> Version:
    original = originals.keep([pdf], "two.pdf")
    edition = Edition(label="2024", published_on="2024-05")
    version = versions.register(source=source, edition=edition, original=original, by=ana)
    attempt = uploads.begin_reading(upload=version.upload)
    text = Text([SectionText(1, "S", ("S",))], [PassageText(0, "One", page=1)])
    reading = Reading("application/pdf", 2, "test-1", [])
    uploads.finish_reading(upload=version.upload, attempt=attempt or 0, reading=reading, text=text)
    return version


def door(version: Version, what: str = "1.png") -> str:
    return f"/admin/pages/{version.pk}/{what}"


def shown(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# Drawing.


def test_page_becomes_a_picture(pdf: bytes) -> None:
    assert page_images.picture_of(kept(pdf), 1, 900).read_bytes().startswith(PNG)


def test_pages_differ(pdf: bytes) -> None:
    one, two = (page_images.picture_of(kept(pdf), page, 900) for page in (1, 2))

    assert one.read_bytes() != two.read_bytes()


def test_sizes_are_in_points(pdf: bytes) -> None:
    sizes = json.loads(page_images.sizes_of(kept(pdf)).read_text())

    assert sizes == [[pytest.approx(WIDE, abs=1), pytest.approx(HIGH, abs=1)]] * 2


def test_picture_is_drawn_once(pdf: bytes) -> None:
    first = page_images.picture_of(kept(pdf), 1, 900)
    first.write_bytes(b"as it was kept")

    assert page_images.picture_of(kept(pdf), 1, 900).read_bytes() == b"as it was kept"


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7 torn"])
def test_what_is_no_pdf_has_no_picture(content: bytes) -> None:
    with pytest.raises(Unreadable):
        page_images.picture_of(kept(content), 1, 900)


def test_page_that_is_not_there_has_no_picture(pdf: bytes) -> None:
    with pytest.raises(Unreadable):
        page_images.picture_of(kept(pdf), 3, 900)


def test_failure_is_not_kept(home: Path) -> None:
    with pytest.raises(Unreadable):
        page_images.picture_of(kept(b"no pdf"), 1, 900)

    assert not list(home.glob("pages/*"))


def test_drawing_that_takes_too_long_is_given_up(
    pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_images, "LIMITS", Limits(seconds=0.01))

    with pytest.raises(Unreadable):
        page_images.picture_of(kept(pdf), 1, 900)


def test_what_nobody_looked_at_for_longest_makes_room(
    pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = page_images.picture_of(kept(pdf), 1, 900)
    os.utime(old, (1, 1))
    monkeypatch.setattr(page_images, "MOST_KEPT", old.stat().st_size + 1)

    new = page_images.picture_of(kept(pdf), 2, 900)

    assert (old.exists(), new.exists()) == (False, True)


# The door.


def test_reader_sees_the_page(version: Version, cleo: Account) -> None:
    response = Visitor(cleo).open(door(version))

    assert response["Content-Type"] == "image/png"
    assert shown(response).startswith(PNG)


def test_picture_is_kept_by_the_browser_alone(version: Version, ana: Account) -> None:
    response = Visitor(ana).open(door(version))
    response.close()

    assert "private" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("what", ["1.png", "sizes.json"])
def test_who_may_not_read_sees_no_page(version: Version, sam: Account, what: str) -> None:
    assert Visitor(sam).open(door(version, what)).status_code == 403


def test_who_is_not_logged_in_sees_no_page(version: Version) -> None:
    assert Visitor().open(door(version)).status_code == 302


@pytest.mark.parametrize("what", ["0.png", "3.png", "99999999999999999999.png"])
def test_page_out_of_range_is_not_found(version: Version, ana: Account, what: str) -> None:
    assert Visitor(ana).open(door(version, what)).status_code == 404


def test_width_is_one_of_two(version: Version, ana: Account, home: Path) -> None:
    Visitor(ana).open(door(version), width="123456").close()

    assert [p.name[-7:] for p in home.glob("pages/*.png")] == ["900.png"]


def test_format_without_pages_has_no_picture(draft: Version, ana: Account) -> None:
    assert Visitor(ana).open(door(draft)).status_code == 404
