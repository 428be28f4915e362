"""Blocks and what is made of them, for the tests of splitting."""

from __future__ import annotations

from ingest.parsing.document import Block, Box, Document
from ingest.splitting import Parsed, split

SENTENCE = "高血压患者每日口服一次，剂量由医师决定。"  # 20


def parsed(*blocks: Block) -> Parsed:
    return split(Document("text/plain", None, blocks))


def heading(text: str, level: int = 1, page: int | None = None) -> Block:
    return Block("heading", text, page=page, level=level)


def text(content: str, page: int | None = None, boxes: tuple[Box, ...] = ()) -> Block:
    return Block("text", content, page=page, boxes=boxes)


def table(*rows: tuple[str, ...], caption: str = "", header_rows: int = 1) -> Block:
    return Block("table", caption, rows=rows, header_rows=header_rows)


def contents(found: Parsed) -> list[str]:
    return [passage.text for passage in found.passages]


def box(page: int, top: float = 0) -> Box:
    return Box(page, 0, top, 10, top + 10)
