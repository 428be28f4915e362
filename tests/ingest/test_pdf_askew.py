"""A table whose columns are no longer those of its header is said to be doubtful."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.pdf_files import Draw, Sheet, codes, write


def two(upper: list[float], lower: list[float]) -> Draw:
    """Two tables of three columns, one right under the other."""

    def draw(sheet: Sheet) -> None:
        end = sheet.table([["Phase", "Codeine", "Morphine"], ["First", "30", "5"]], 100, upper)
        rows = [["Second", "15", "4"], ["Third", "10", "3"]]
        sheet.table(rows, end, lower, bold=False)

    return draw


def test_cell_under_parts_of_two_columns_makes_the_table_doubtful(tmp_path: Path) -> None:
    path = write(tmp_path, two([72, 200, 330, 460], [72, 200, 260, 460]))

    assert codes(path) == [("table_uncertain", 1)]


@pytest.mark.parametrize("xs", [[72, 200, 330, 460], [72, 330, 460]])
def test_cell_under_whole_columns_makes_none_doubtful(tmp_path: Path, xs: list[float]) -> None:
    assert codes(write(tmp_path, two([72, 200, 330, 460], xs))) == []
