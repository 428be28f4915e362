"""A table wider than any page is left out, and said so, in every format and without delay."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import parsing
from ingest.parsing.document import Document
from ingest.parsing.grid import WIDEST, Cell, Grid, expand
from tests.ingest.docx_files import p, tbl, tc, tr, write
from tests.support.effort import growth


def piped(columns: int) -> str:
    line = "|" + "x|" * columns
    return f"{line}\n|{'-|' * columns}\n{line}\n"


def marked_up(columns: int) -> str:
    return f"<table><tr>{'<td>x</td>' * columns}</tr><tr><td>y</td></tr></table>"


def parsed(folder: Path, text: str, name: str) -> Document:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return parsing.read(path, name, lambda share: None)


def article(folder: Path, *tables: str) -> Document:
    wrap = f"<table-wrap><label>Table 1</label>{''.join(tables)}</table-wrap>"
    return parsed(folder, f"<article><body><p>text</p>{wrap}</body></article>", "a.xml")


def seen(found: Document) -> tuple[list[str], dict[str, int | str]]:
    counts = {warning.code: warning.facts["count"] for warning in found.warnings}
    return [block.kind for block in found.blocks], counts


LEFT_OUT = (["text", "text"], {"table_left_out": 1})
KEPT: tuple[list[str], dict[str, int | str]] = (["text", "table", "text"], {})


@pytest.mark.parametrize(("columns", "expected"), [(WIDEST, KEPT), (WIDEST + 1, LEFT_OUT)])
def test_markdown_table_is_kept_up_to_the_limit(
    tmp_path: Path, columns: int, expected: object
) -> None:
    assert seen(parsed(tmp_path, f"before\n\n{piped(columns)}\nafter\n", "a.md")) == expected


@pytest.mark.parametrize(("columns", "expected"), [(WIDEST, KEPT), (WIDEST + 1, LEFT_OUT)])
def test_html_table_is_kept_up_to_the_limit(tmp_path: Path, columns: int, expected: object) -> None:
    assert seen(parsed(tmp_path, f"before\n\n{marked_up(columns)}\n\nafter\n", "a.md")) == expected


@pytest.mark.parametrize(("columns", "expected"), [(WIDEST, KEPT), (WIDEST + 1, LEFT_OUT)])
def test_word_table_is_kept_up_to_the_limit(tmp_path: Path, columns: int, expected: object) -> None:
    table = tbl(tr(*[tc("x")] * columns), tr("y"))
    path = write(tmp_path / "a.docx", p("before") + table + p("after"))

    assert seen(parsing.read(path, "a.docx", lambda share: None)) == expected


def test_table_of_an_article_leaves_its_caption(tmp_path: Path) -> None:
    found = article(tmp_path, marked_up(WIDEST + 1))

    assert [block.text for block in found.blocks] == ["text", "Table 1"]
    assert seen(found)[1] == {"table_left_out": 1}


def test_table_beside_one_that_is_left_out_is_kept(tmp_path: Path) -> None:
    found = article(tmp_path, marked_up(WIDEST + 1), marked_up(2))

    assert seen(found) == (["text", "table"], {"table_left_out": 1})


def test_long_row_is_what_counts_though_it_is_not_the_first(tmp_path: Path) -> None:
    table = "|a|b|\n|-|-|\n|" + "x|" * (WIDEST + 1)

    assert seen(parsed(tmp_path, f"before\n\n{table}\n\nafter\n", "a.md")) == LEFT_OUT


def test_rows_that_hang_down_cannot_make_a_table_wider_than_it_may_be() -> None:
    rows = [[Cell("x", down=1000)] * 600, [Cell("y", down=1000)] * 600]

    assert expand(rows) == Grid((), 0, left_out=True)


def test_table_of_many_rows_is_kept(tmp_path: Path) -> None:
    found = parsed(tmp_path, piped(3) + "|x|x|x|\n" * 500, "a.md")

    assert len(found.blocks[0].rows) == 502


@pytest.mark.slow
def test_work_on_a_table_of_too_many_columns_grows_as_they_do(tmp_path: Path) -> None:
    def read(columns: int) -> None:
        found = parsed(tmp_path, f"before\n\n{piped(columns)}\nafter\n", "a.md")
        assert seen(found) == LEFT_OUT

    assert growth(read, 2_500, times=8) < 24


@pytest.mark.slow
def test_work_on_a_table_grows_as_its_rows_do(tmp_path: Path) -> None:
    def read(rows: int) -> None:
        parsed(tmp_path, piped(5) + "|x|x|x|x|x|\n" * rows, "a.md")

    assert growth(read, 100, times=8) < 24
