"""A preprint server's mark is neither a heading nor a title nor text."""

from __future__ import annotations

from ingest.parsing import stamps
from ingest.parsing.document import Block

STAMP = "ChinaXiv合作期刊"


def test_mark_among_the_text_is_dropped() -> None:
    blocks = [Block("heading", STAMP, level=1), Block("text", "x"), Block("text", f"{STAMP} ")]

    assert [block.text for block in stamps.without(blocks)] == ["x"]


def test_table_under_the_mark_has_no_title() -> None:
    table = Block("table", STAMP, rows=(("a", "b"),))

    assert list(stamps.without([table])) == [Block("table", "", rows=(("a", "b"),))]


def test_text_that_names_the_server_stays() -> None:
    block = Block("text", f"载于{STAMP}。")

    assert list(stamps.without([block])) == [block]
