"""Where blocks of a PDF stand: on their page, around their text, however the page is turned."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsing.document import Block
from tests.ingest.pdf_files import HIGH, LONG, WIDE, Draw, Sheet, blocks, texts, wrapped


def prose(text: str = LONG, top: float = 100, **kind: object) -> Draw:
    return lambda sheet: void(sheet.prose(text, top, **kind))


def void(_: object) -> None:
    """What a drawing gives back is of no use here."""


# Places


def spread(folder: Path) -> Block:
    """A paragraph over two pages."""
    lines = wrapped(LONG, 440)
    first, second = lines[:2], lines[2:]
    return blocks(
        folder,
        lambda sheet: void(sheet.lines(first, 780)),
        lambda sheet: void(sheet.lines(second, 60)),
    )[0]


def test_block_stands_on_the_page_where_it_begins(tmp_path: Path) -> None:
    assert spread(tmp_path).page == 1


def test_block_has_a_box_on_each_page_it_touches(tmp_path: Path) -> None:
    assert [box.page for box in spread(tmp_path).boxes] == [1, 2]


def test_block_says_where_each_pages_text_begins(tmp_path: Path) -> None:
    block = spread(tmp_path)
    second = " ".join(wrapped(LONG, 440)[2:])

    assert block.starts == (0, block.text.index(second))


def test_box_encloses_its_text(tmp_path: Path) -> None:
    box = blocks(tmp_path, lambda sheet: sheet.text("Aspirin", 100, 72))[0].boxes[0]

    assert box.left <= 73
    assert box.right >= 100
    assert box.top < 100 <= box.bottom


def test_box_is_no_larger_than_its_line(tmp_path: Path) -> None:
    box = blocks(tmp_path, lambda sheet: sheet.text("Aspirin", 100, 72))[0].boxes[0]

    assert box.bottom - box.top < 15
    assert box.right - box.left < 45


def turned_box(folder: Path, turn: int) -> tuple[float, float, float, float]:
    found = blocks(folder, lambda sheet: sheet.text("Aspirin", 100, 72), rotate=turn)
    box = found[0].boxes[0]
    return box.left, box.top, box.right, box.bottom


def test_box_on_a_page_turned_to_the_right_is_where_it_is_shown(tmp_path: Path) -> None:
    left, top, right, bottom = turned_box(tmp_path, 90)

    assert left < HIGH - 100 < right
    assert top <= 73 < bottom


def test_box_on_a_page_turned_over_is_where_it_is_shown(tmp_path: Path) -> None:
    left, top, right, bottom = turned_box(tmp_path, 180)

    assert left < WIDE - 80 < right
    assert top < HIGH - 100 + 5 < bottom + 5


def test_box_on_a_page_turned_to_the_left_is_where_it_is_shown(tmp_path: Path) -> None:
    left, top, right, bottom = turned_box(tmp_path, 270)

    assert left <= 100 <= right + 1
    assert top < WIDE - 80 < bottom


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_page_is_read_in_the_direction_of_its_text(tmp_path: Path, turn: int) -> None:
    assert texts(tmp_path, prose(), rotate=turn) == [LONG]


def test_text_set_on_its_side_is_read_in_its_direction(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.canvas.translate(WIDE, 0)
        sheet.canvas.rotate(90)
        for number, line in enumerate(wrapped(LONG, 440)):
            sheet.canvas.drawString(72, 500 - 12 * number, line)

    assert texts(tmp_path, draw) == [LONG]


def test_word_set_on_its_side_beside_the_text_is_not_lost(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.prose(LONG, 100)
        sheet.canvas.rotate(90)
        sheet.canvas.drawString(300, -40, "Accepted")

    assert texts(tmp_path, draw) == [LONG, "Accepted"]
