"""A document's sections, and the passages in them that are embedded, cited and withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ingest.parsing.document import Block, Box, Document
from ingest.sentences import sentences, shortened, size

PROFILE = "sections-sentences-150-350/1"
PREFERRED = 150
MOST = 350

_ROOMY = 225
_HALF = 75
_SMALL = 50
_LONGEST_TITLE = 200
_UNTITLED = "—"
_STATES = re.compile(r"[。；！？;!?]|\.(?:\s|$)|^(?:推荐|Recommendation|图|Fig)", re.I)


@dataclass(frozen=True)
class SectionDraft:
    """A heading with what it stands under: `path` ends with its own title. Level 0 is what
    comes before the first heading."""

    position: int
    level: int
    title: str
    path: tuple[str, ...]
    page: int | None


@dataclass(frozen=True)
class PassageDraft:
    """`section` is a section's position. `page` is where the passage begins; `boxes` are those
    of the blocks it holds a part of."""

    position: int
    section: int
    kind: Literal["text", "table"]
    page: int | None
    boxes: tuple[Box, ...]
    text: str


@dataclass(frozen=True)
class Parsed:
    sections: tuple[SectionDraft, ...]
    passages: tuple[PassageDraft, ...]


def split(document: Document) -> Parsed:
    """Passages of about PREFERRED, at most MOST by `size`, none across a section's border.

    Sentences stay whole unless one alone is larger than MOST; so do rows of tables always.
    A heading is no passage; but where nothing stands under one that says something itself,
    its text is a passage, so that it can be found.
    """
    drafts = _Drafts()
    for heading, blocks, leaf in _sections(document.blocks):
        drafts.section(heading, blocks, leaf=leaf)
    return Parsed(tuple(drafts.sections), tuple(drafts.passages))


@dataclass(frozen=True)
class _Piece:
    """Text that stays together: a sentence, or part of one, of a block.

    `rest` is the size from here to the end of its paragraph.
    """

    text: str
    size: int
    rest: int
    block: Block
    begins: bool


class _Drafts:
    """Numbers sections and passages as they come."""

    def __init__(self) -> None:
        self.sections: list[SectionDraft] = []
        self.passages: list[PassageDraft] = []
        self._above: list[tuple[int, str]] = []

    def section(self, heading: Block | None, blocks: Sequence[Block], *, leaf: bool) -> None:
        first = heading or blocks[0]
        title = _title(heading) if heading else _UNTITLED
        level = max(1, heading.level) if heading else 0
        self._above = [above for above in self._above if above[0] < level]
        self._above.append((level, title))
        path = tuple(name for depth, name in self._above if depth or level == 0)
        self.sections.append(SectionDraft(len(self.sections), level, title, path, _page(first)))
        if heading and not blocks and leaf and _STATES.search(title):
            blocks = [Block("text", title, heading.page, heading.boxes)]
        for kind, text, held in _passages(blocks):
            self._passage(kind, text, held)

    def _passage(self, kind: Literal["text", "table"], text: str, held: list[Block]) -> None:
        boxes = tuple(dict.fromkeys(box for block in held for box in block.boxes))
        section = self.sections[-1].position
        self.passages.append(
            PassageDraft(len(self.passages), section, kind, _page(held[0]), boxes, text)
        )


def _sections(blocks: Iterable[Block]) -> Iterator[tuple[Block | None, list[Block], bool]]:
    """Each heading with what follows it, and whether nothing stands below it."""
    heading: Block | None = None
    held: list[Block] = []
    for block in blocks:
        if not _is_heading(block):
            held.append(block)
            continue
        if heading is not None or _any_text(held):
            yield heading, held, heading is None or block.level <= heading.level
        heading, held = block, []
    if heading is not None or _any_text(held):
        yield heading, held, True


def _is_heading(block: Block) -> bool:
    return block.kind == "heading" and 0 < len(_title(block)) <= _LONGEST_TITLE


def _any_text(blocks: Iterable[Block]) -> bool:
    return any(block.text.strip() or any(map(any, block.rows)) for block in blocks)


def _title(heading: Block) -> str:
    return " ".join(heading.text.split())


def _page(block: Block) -> int | None:
    return block.boxes[0].page if block.page is None and block.boxes else block.page


def _passages(
    blocks: Iterable[Block],
) -> Iterator[tuple[Literal["text", "table"], str, list[Block]]]:
    paragraphs: list[Block] = []
    for block in blocks:
        if block.kind != "table":
            paragraphs.append(block)
            continue
        for text, held in _texts(paragraphs):
            yield "text", text, held
        paragraphs = []
        for text in _tables(block):
            yield "table", text, [block]
    for text, held in _texts(paragraphs):
        yield "text", text, held


def _texts(paragraphs: Iterable[Block]) -> Iterator[tuple[str, list[Block]]]:
    pieces = [piece for block in paragraphs for piece in _pieces(block)]
    for group in _groups(pieces):
        text = "".join(
            ("\n" if piece.begins and at else "") + piece.text for at, piece in enumerate(group)
        )
        tidy = re.sub(r"[ \t]*\n\s*", "\n", text).strip()
        yield tidy, list(dict.fromkeys(piece.block for piece in group))


def _pieces(block: Block) -> Iterator[_Piece]:
    texts = [
        part
        for sentence in sentences(block.text.strip())
        for part in shortened(sentence, MOST)
        if part.strip()
    ]
    sizes = [size(text) for text in texts]
    rest = sum(sizes)
    for at, text in enumerate(texts):
        yield _Piece(text, sizes[at], rest, block, begins=at == 0)
        rest -= sizes[at]


def _groups(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    groups: list[list[_Piece]] = []
    total = 0
    for piece in pieces:
        if not groups or _full(total, piece):
            groups.append([])
            total = 0
        groups[-1].append(piece)
        total += piece.size
    return _without_small_end(groups, total)


def _full(total: int, piece: _Piece) -> bool:
    """Whether a passage of this size is done before this piece.

    A paragraph that nearly fits stays whole; one that does not begins anew, unless what there
    is would be too small to stand alone.
    """
    if total + piece.size > MOST:
        return True
    if total < _SMALL and total + piece.rest <= MOST:
        return False
    room = PREFERRED if piece.begins and total >= _HALF else _ROOMY
    if total + piece.rest <= room:
        return False
    return total >= (_HALF if piece.begins else PREFERRED)


def _without_small_end(groups: list[list[_Piece]], last: int) -> list[list[_Piece]]:
    if len(groups) > 1 and last < _SMALL:
        before = sum(piece.size for piece in groups[-2])
        if before + last <= MOST:
            return [*groups[:-2], groups[-2] + groups[-1]]
    return groups


def _tables(block: Block) -> Iterator[str]:
    """The table in pipe form, cut between rows; each piece has the caption and the header."""
    caption = " ".join(block.text.split())
    rows = [_row(row) for row in block.rows if any(cell.strip() for cell in row)]
    header = _header(rows[: block.header_rows], block) if len(rows) > block.header_rows else []
    if size("\n".join([caption, *header])) > MOST:
        yield from (text for text, _ in _texts([Block("text", caption)]))
        caption, header = "", []
    body = rows[len(header) - 1 :] if header else rows
    frame = [line for line in (caption, *header) if line]
    if not body and frame:
        yield "\n".join(frame)
    for group in _row_groups(body, MOST - size("\n".join(frame))):
        yield "\n".join([*frame, *group])


def _header(rows: list[str], block: Block) -> list[str]:
    """The header's rows and the line under them; nothing for a table without a header."""
    return [*rows, "| " + " | ".join(["---"] * len(block.rows[0])) + " |"] if rows else []


def _row(row: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |"


def _row_groups(rows: Iterable[str], room: int) -> Iterator[list[str]]:
    group: list[str] = []
    total = 0
    for row in rows:
        weight = size(row)
        if group and (total + weight > room or total >= PREFERRED):
            yield group
            group, total = [], 0
        group.append(row)
        total += weight
    if group:
        yield group
