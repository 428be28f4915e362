"""Tables behind the references of a manuscript are no part of them."""

from __future__ import annotations

from dataclasses import replace

from ingest.parsing.document import Block, Box
from ingest.parsing.pdf_back_tables import apart

REFERENCES = Block("heading", "References", page=8, level=2)


def text(words: str, page: int) -> Block:
    return Block("text", words, page=page, boxes=(Box(page, 0, 0, 9, 9),))


def table(title: str, page: int) -> Block:
    return Block("table", title, page=page, rows=(("a", "b"), ("c", "d")))


def headings(*blocks: Block) -> list[tuple[str, int, int | None]]:
    found = apart([REFERENCES, text("Smith J, Jones A. Opioids. 2019.", 8), *blocks])
    return [(each.text, each.level, each.page) for each in found if each.kind == "heading"]


def test_table_on_a_page_behind_the_references_opens_a_section() -> None:
    found = headings(table("TABLE. Doses", 9), text("Source: a book.", 9))

    assert found == [("References", 2, 8), ("TABLE. Doses", 2, 9)]


def test_each_table_that_follows_opens_its_own() -> None:
    one, two = table("Table 1 Doses", 9), table("Table 2 Costs", 9)

    assert len(headings(one, replace(one, page=10), two)) == 3


def test_table_in_the_midst_of_references_opens_none() -> None:
    assert headings(table("Table 1 Doses", 9), text("Young, K. (2019). Trends.", 9)) == [
        ("References", 2, 8)
    ]


def test_table_that_begins_no_page_opens_none() -> None:
    assert len(headings(table("Table 1 Doses", 8))) == 1


def test_table_without_a_title_opens_none() -> None:
    assert len(headings(table("", 9))) == 1
