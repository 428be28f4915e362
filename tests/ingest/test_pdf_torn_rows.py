"""Rows of a table that a page's end cuts: a dose never loses the drug it belongs to."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.pdf_files import Draw, Sheet, codes, tables, write

XS = [72, 200, 330, 460]
ROWS = [["Drug", "Dose", "Route"], ["Codeine", "30 mg", "oral"], ["Morphine", "5 mg", "iv"]]


def rows(folder: Path, *pages: Draw) -> list[tuple[tuple[str, ...], ...]]:
    return [block.rows for block in tables(folder, *pages)]


def cut(rows: list[list[str]], top: float, *, above: bool = False, below: bool = False) -> Draw:
    """A table without the rule at its top or at its bottom, where a page's end cut it."""

    def draw(sheet: Sheet) -> None:
        bottom = top + 20 * len(rows)
        for y in range(int(top) + 20 * above, int(bottom) + (0 if below else 20), 20):
            sheet.rule(XS[0], y, XS[-1], y)
        for x in XS:
            sheet.rule(x, top, x, bottom)
        for number, row in enumerate(rows):
            for left, cell in zip(XS, row, strict=False):
                sheet.text(cell, top + 20 * number + 14, left + 4)

    return draw


TORN = [["", "for ten days", ""], ["Tramadol", "50 mg", "oral"]]


def test_row_cut_by_the_pages_end_is_whole(tmp_path: Path) -> None:
    found = rows(tmp_path, cut(ROWS, 740, below=True), cut(TORN, 60, above=True))

    assert found[0][-1] == ("Morphine", "5 mg for ten days", "iv")


def test_rest_of_a_cut_row_is_no_row_of_the_next_page(tmp_path: Path) -> None:
    found = rows(tmp_path, cut(ROWS, 740, below=True), cut(TORN, 60, above=True))

    assert found[1] == (("Drug", "Dose", "Route"), ("Tramadol", "50 mg", "oral"))


def test_row_made_whole_stands_on_both_pages(tmp_path: Path) -> None:
    found = tables(tmp_path, cut(ROWS, 740, below=True), cut(TORN, 60, above=True))

    assert [box.page for box in found[0].boxes] == [1, 2]


def test_row_made_whole_is_not_doubtful(tmp_path: Path) -> None:
    path = write(tmp_path, cut(ROWS, 740, below=True), cut(TORN, 60, above=True))

    assert codes(path) == []


def test_page_with_nothing_but_the_rest_of_a_row_has_no_table(tmp_path: Path) -> None:
    found = rows(tmp_path, cut(ROWS, 740, below=True), cut(TORN[:1], 60, above=True))

    assert [len(each) for each in found] == [3]


def test_row_that_a_rule_ends_takes_nothing_from_the_next_page(tmp_path: Path) -> None:
    found = rows(tmp_path, cut(ROWS, 740), cut(TORN, 60, above=True))

    assert found[0][-1] == ("Morphine", "5 mg", "iv")
