"""What every reader makes of a file: blocks in reading order, and what it had to leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Kind = Literal["heading", "text", "table"]


class Unreadable(Exception):
    """The file cannot be read. The code is stable and belongs to a closed list."""

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Box:
    """Where something stands on a page as shown, in points from its upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Block:
    """One heading, paragraph (or list item), or table, in reading order.

    `rows` is a table's cells, its first `header_rows` rows the header; `text` of a table
    is its caption. `level` is a heading's depth, 1 at the top. `page` is None where the
    format has no pages. `starts` says for each box where in `text` begins what stands in it;
    it is empty where that is not known.
    """

    kind: Kind
    text: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    header_rows: int = 1
    starts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Warning:  # noqa: A001  (it is what people call it)
    """Something that was left out or is doubtful, and on which page, if there are pages."""

    code: str
    page: int | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A file as it was read. `pages` is None where the format has none."""

    media_type: str
    pages: int | None
    blocks: tuple[Block, ...]
    warnings: tuple[Warning, ...] = ()


Progress = Callable[[float], None]


class Reader(Protocol):
    """One format. Raises `Unreadable`; never passes off an empty or torn document as one."""

    def __call__(self, path: Path, progress: Progress) -> Document: ...
