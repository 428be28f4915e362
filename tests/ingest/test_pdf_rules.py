"""Ruled lines made to grids: which cells there are, and what is only an ornament."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from ingest.parsing.pdf_glyphs import Rect
from ingest.parsing.pdf_page import cell_finder, read_page
from ingest.parsing.pdf_rules import Cell, Grid, Rules, grids_of
from tests.ingest.pdf_files import Draw, Sheet, write


def across(y: float, x0: float = 100, x1: float = 400) -> dict[str, object]:
    return edge(x0, y, x1, y, "h")


def down(x: float, y0: float = 100, y1: float = 160) -> dict[str, object]:
    return edge(x, y0, x, y1, "v")


def edge(x0: float, top: float, x1: float, bottom: float, way: str) -> dict[str, object]:
    sides = {"x0": x0, "x1": x1, "top": top, "bottom": bottom}
    return {**sides, "width": x1 - x0, "height": bottom - top, "orientation": way}


def grids(*edges: dict[str, object]) -> list[Grid]:
    return grids_of(Rules(edges))


def drawn(folder: Path, draw: Draw, **options: int) -> list[Grid]:
    document = pypdfium2.PdfDocument(write(folder, draw, **options))
    try:
        return read_page(document, 0).grids
    finally:
        document.close()


def shape(found: list[Grid]) -> list[tuple[int, int]]:
    return [(grid.rows, grid.columns) for grid in found]


LADDER = [across(100), across(120), across(160)]
POSTS = [down(100), down(250), down(400)]


# Grids of edges


def test_page_without_rules_has_no_grid() -> None:
    assert grids() == []


def test_crossing_rules_make_a_grid() -> None:
    assert shape(grids(*LADDER, *POSTS)) == [(2, 2)]


def test_grid_reaches_from_its_first_rule_to_its_last() -> None:
    assert grids(*LADDER, *POSTS)[0].rect == Rect(100, 100, 400, 160)


def test_frame_around_text_is_no_table() -> None:
    assert grids(across(100), across(160), down(100), down(400)) == []


def test_frames_one_under_the_other_are_no_table() -> None:
    assert grids(*LADDER, down(100), down(400)) == []


def test_rules_under_headings_are_no_table() -> None:
    assert grids(across(100), across(300), across(500)) == []


def test_upright_rule_in_the_margin_is_no_table() -> None:
    assert grids(across(100), down(30), down(40)) == []


def test_merged_cell_spans_its_columns() -> None:
    found = grids(*LADDER, down(100), down(250, 120), down(400))[0]

    assert [(cell.row, cell.columns) for cell in found.cells] == [(0, 2), (1, 1), (1, 1)]


def test_merged_cell_spans_its_rows() -> None:
    found = grids(across(100), across(120, 250), across(160), *POSTS)[0]

    assert [(cell.column, cell.rows) for cell in found.cells] == [(0, 2), (1, 1), (1, 1)]


def test_double_rules_are_one() -> None:
    doubled = [across(102), across(122), across(158), down(102), down(252), down(398)]

    assert shape(grids(*LADDER, *POSTS, *doubled)) == [(2, 2)]


def test_two_tables_on_a_page_are_two_grids() -> None:
    lower = [across(300), across(320), across(360)]
    posts = [down(x, 300, 360) for x in (100, 250, 400)]

    assert shape(grids(*LADDER, *POSTS, *lower, *posts)) == [(2, 2), (2, 2)]


def test_tables_of_other_columns_right_under_each_other_are_two() -> None:
    lower = [across(180), across(200)]
    posts = [down(x, 160, 200) for x in (100, 180, 320, 400)]

    found = grids(*LADDER, *POSTS, *lower, *posts)

    assert shape(found) == [(2, 2), (2, 3)]


def test_title_row_between_two_tables_parts_them() -> None:
    title = [across(180), down(100, 160, 180), down(400, 160, 180)]
    posts = [down(x, 180, 220) for x in (100, 200, 400)]

    found = grids(*LADDER, *POSTS, *title, across(200), across(220), *posts)

    assert shape(found) == [(2, 2), (3, 2)]


def test_title_row_over_the_same_columns_parts_nothing() -> None:
    title = [across(180), down(100, 160, 180), down(400, 160, 180)]
    posts = [down(x, 180, 220) for x in (100, 250, 400)]

    assert shape(grids(*LADDER, *POSTS, *title, across(220), *posts)) == [(4, 2)]


def test_table_that_its_rules_close_is_cut_by_no_page() -> None:
    found = grids(*LADDER, *POSTS)[0]

    assert (found.open_top, found.open_bottom) == (False, False)


def test_table_without_a_last_rule_is_cut_at_its_bottom() -> None:
    found = grids(across(100), across(120), *POSTS)[0]

    assert (found.open_top, found.open_bottom) == (False, True)


def test_table_open_at_its_sides_has_all_its_columns() -> None:
    assert shape(grids(*LADDER, down(200), down(300))) == [(2, 3)]


def test_open_sides_do_not_join_two_tables() -> None:
    lower = [across(300), across(360)]
    inner = [down(200), down(300), down(200, 300, 360), down(300, 300, 360)]

    assert shape(grids(*LADDER, *lower, *inner)) == [(2, 3), (1, 3)]


def test_table_cut_by_the_pages_end_keeps_its_last_row() -> None:
    assert shape(grids(across(100), across(120), *POSTS)) == [(2, 2)]


def test_cells_come_row_by_row() -> None:
    found = grids(*LADDER, *POSTS)[0]

    assert [(cell.row, cell.column) for cell in found.cells] == [(0, 0), (0, 1), (1, 0), (1, 1)]


# Rules as they are drawn


def test_lines_that_are_drawn_make_a_grid(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.grid([72, 200, 400], [100, 120, 140])

    assert shape(drawn(tmp_path, draw)) == [(2, 2)]


def test_thin_filled_bars_make_a_grid(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for y in (600, 620, 640):
            sheet.canvas.rect(72, y, 328, 0.5, stroke=0, fill=1)
        for x in (72, 200, 400):
            sheet.canvas.rect(x, 600, 0.5, 40, stroke=0, fill=1)

    assert shape(drawn(tmp_path, draw)) == [(2, 2)]


def test_rectangles_that_are_stroked_make_a_grid(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for x in (72, 200):
            for y in (600, 620):
                sheet.canvas.rect(x, y, 128, 20)

    assert shape(drawn(tmp_path, draw)) == [(2, 2)]


def test_shaded_rectangles_alone_make_none(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for x in (72, 200):
            for y in (600, 620):
                sheet.canvas.rect(x, y, 128, 20, stroke=0, fill=1)

    assert drawn(tmp_path, draw) == []


def test_circles_make_no_grid(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for x in (100, 200, 300):
            sheet.canvas.circle(x, 600, 40)

    assert drawn(tmp_path, draw) == []


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_grid_stands_the_same_on_a_turned_page(tmp_path: Path, turn: int) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.text("upright text", 80)
        sheet.grid([72, 200, 400], [100, 120, 140])

    assert shape(drawn(tmp_path, draw, rotate=turn)) == [(2, 2)]


def test_rules_inside_a_drawing_that_is_used_again_count(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        sheet.canvas.beginForm("table")
        sheet.grid([0, 100, 200], [0, 20, 40])
        sheet.canvas.endForm()
        sheet.canvas.translate(72, -300)
        sheet.canvas.doForm("table")

    found = drawn(tmp_path, draw)

    assert [round(found[0].rect.left), round(found[0].rect.top)] == [72, 300]


def test_hatching_is_no_table_but_is_said_to_be_doubtful(tmp_path: Path) -> None:
    def draw(sheet: Sheet) -> None:
        for x in range(10, 570, 7):
            for y in range(20, 800, 12):
                sheet.rule(x, y, x, y + 5)

    document = pypdfium2.PdfDocument(write(tmp_path, draw))
    page = read_page(document, 0)
    document.close()

    assert (page.grids, page.uncertain) == ([], True)


# Which cell a point is in


def test_point_is_found_in_its_cell() -> None:
    cells = (Cell(Rect(0, 0, 10, 10), 0, 0), Cell(Rect(10, 0, 20, 10), 0, 1))
    find = cell_finder([Grid(Rect(0, 0, 20, 10), cells, 1, 2)])

    assert find is not None
    assert (find(5, 5), find(15, 5), find(30, 5)) == (0, 1, None)


def test_cells_are_numbered_through_all_grids() -> None:
    one = Grid(Rect(0, 0, 10, 10), (Cell(Rect(0, 0, 10, 10), 0, 0),), 1, 1)
    two = Grid(Rect(0, 50, 10, 60), (Cell(Rect(0, 50, 10, 60), 0, 0),), 1, 1)
    find = cell_finder([one, two])

    assert find is not None
    assert find(5, 55) == 1


def test_page_without_grids_has_nothing_to_find() -> None:
    assert cell_finder([]) is None
