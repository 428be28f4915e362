"""A document's sections, and the passages in them that are embedded, cited and withdrawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from governance.sentences import sentences, shortened, size
from ingest.parsing.document import Block, Box, Document
from ingest.parsing.row_groups import may_end_group, names_of

PROFILE = "sections-sentences-150-350/4"
PREFERRED = 150
MOST = 350

_ROOMY = 225
_HALF = 75
_SMALL = 50
# What leads to the next paragraph: a name on a line of its own, or what ends with a colon.
_NAME = 15
_LEAD = 60
_LONGEST_TITLE = 200
_UNTITLED = "—"
# What begins a note under a table.
_NOTE = re.compile(
    r"[(（]?(?:备?注|注意(?:事项)?|警告|说明|缩写|来源|资料来源)\s*\d?[)）]?\s*[：:]|(?:Notes?|Cautions?|Warnings?|Sources?|Abbreviations?)\b.{0,20}?[:.]"
    r"|[*＊†‡§¶¥#‖※△▲]|[⁰¹²³⁴-⁹ᵃ-ᶻ]"
)
_COLON = tuple("：:")
_STOPS = tuple("。．.！？!?；;，,、")
_ITEM = re.compile(r"[-*•·●]|[（(]?\d{1,3}[.)、）\]]|\[")
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
    in which its own text stands, as far as a block says so, else those of its blocks."""

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


class _Made(NamedTuple):
    """A passage's text, the page where it begins, and where it stands."""

    text: str
    page: int | None
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class _Piece:
    """Text that stays together: a sentence, or part of one, of a block.

    `rest` is the size from here to the end of its paragraph.
    """

    text: str
    size: int
    rest: int
    page: int | None
    boxes: tuple[Box, ...]
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
        for kind, made in _passages(blocks):
            section, position = self.sections[-1].position, len(self.passages)
            self.passages.append(
                PassageDraft(position, section, kind, made.page, made.boxes, made.text)
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


def _passages(blocks: Iterable[Block]) -> Iterator[tuple[Literal["text", "table"], _Made]]:
    for table, texts in _parts(blocks):
        if table is None:
            yield from (("text", made) for made in _texts(texts))
        else:
            yield from _with_notes(table, texts)


def _parts(blocks: Iterable[Block]) -> Iterator[tuple[Block | None, list[Block]]]:
    """Each table with the notes right under it; and what stands between, with no table."""
    table: Block | None = None
    held: list[Block] = []
    for block in [*blocks, None]:
        if block is not None and block.kind != "table":
            held.append(block)
            continue
        notes = _count_notes(table, held)
        if table is not None:
            yield table, held[:notes]
        yield None, held[notes:]
        table, held = block, []


def _count_notes(table: Block | None, texts: Sequence[Block]) -> int:
    """How many of the texts after a table are its notes: up to the last on its page that a
    note's sign or word begins, if the first does."""
    if table is None or not texts or not _NOTE.match(texts[0].text):
        return 0
    signed = [
        at
        for at, block in enumerate(texts, 1)
        if _NOTE.match(block.text) and block.page == table.page
    ]
    return signed[-1] if signed else 1


def _with_notes(
    table: Block, notes: Sequence[Block]
) -> Iterator[tuple[Literal["text", "table"], _Made]]:
    """The table's passages, each with all notes if they fit; else the notes under its caption."""
    caption = " ".join(table.text.split())
    under = list(_texts(notes))
    text = "\n".join(made.text for made in under)
    boxes = tuple(box for made in under for box in made.boxes)
    parted = False
    for piece in _tables(table):
        fits = size(piece) + size(text) <= MOST
        parted = parted or not fits
        whole = f"{piece}\n{text}".strip() if fits else piece
        yield "table", _Made(whole, _page(table), table.boxes + (boxes if fits else ()))
    for made in under if parted else ():
        headed = f"{caption}\n{made.text}".strip()
        yield "text", made._replace(text=headed if size(headed) <= MOST else made.text)


def _texts(paragraphs: Iterable[Block]) -> Iterator[_Made]:
    pieces = [piece for block in paragraphs for piece in _pieces(block)]
    for group in _groups(pieces):
        text = "".join(
            ("\n" if piece.begins and at else "") + piece.text for at, piece in enumerate(group)
        )
        tidy = re.sub(r"[ \t]*\n\s*", "\n", text).strip()
        boxes = tuple(dict.fromkeys(box for piece in group for box in piece.boxes))
        yield _Made(tidy, group[0].page, boxes)


def _pieces(block: Block) -> Iterator[_Piece]:
    parts = [
        part for sentence in sentences(block.text.strip()) for part in shortened(sentence, MOST)
    ]
    sizes = [size(part) for part in parts]
    at, rest, begins = len(block.text) - len(block.text.lstrip()), sum(sizes), True
    for part, weight in zip(parts, sizes, strict=True):
        if part.strip():
            boxes = _boxes_of(block, at, at + len(part.rstrip()))
            page = boxes[0].page if boxes and block.starts else _page(block)
            yield _Piece(part, weight, rest, page, boxes, begins)
            begins = False
        at, rest = at + len(part), rest - weight


def _boxes_of(block: Block, first: int, end: int) -> tuple[Box, ...]:
    """The boxes in which the block's text from here to there stands."""
    if not block.starts or len(block.starts) != len(block.boxes):
        return block.boxes
    ends = [*block.starts[1:], len(block.text)]
    return tuple(
        box
        for box, start, stop in zip(block.boxes, block.starts, ends, strict=True)
        if start < end and first < stop
    )


def _groups(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    groups: list[list[_Piece]] = []
    total = 0
    for piece in pieces:
        if not groups or _full(total, piece):
            groups.append(_taken_along(groups, piece))
            total = sum(each.size for each in groups[-1])
        groups[-1].append(piece)
        total += piece.size
    return _without_small_end(groups, total)


def _taken_along(groups: Sequence[list[_Piece]], piece: _Piece) -> list[_Piece]:
    """What is taken off the last passage's end, since it leads to this piece: a drug's name
    must not stand in one passage and its dose in the next."""
    if not groups or len(groups[-1]) == 1 or not piece.begins:
        return []
    return [groups[-1].pop()] if _leads(groups[-1][-1]) else []


def _leads(piece: _Piece) -> bool:
    """Whether this says nothing without the next paragraph: a line of its own, or the last
    sentence of one."""
    text = piece.text.strip()
    if piece.rest > piece.size or _ITEM.match(text):
        return False
    if text.endswith(_COLON):
        return piece.size <= _LEAD
    return piece.begins and piece.size <= _NAME and not text.endswith(_STOPS)


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
    full = [row for row in block.rows if any(cell.strip() for cell in row)]
    rows = [_row(row) for row in full]
    header = _header(rows[: block.header_rows], block) if len(rows) > block.header_rows else []
    if size("\n".join([caption, *header])) > MOST:
        yield from (made.text for made in _texts([Block("text", caption)]))
        caption, header = "", []
    first = max(0, len(header) - 1)
    frame = [line for line in (caption, *header) if line]
    if len(rows) == first and frame:
        yield "\n".join(frame)
    room = MOST - size("\n".join(frame))
    for group in _row_groups(_units(rows[first:], full[first:]), room):
        yield "\n".join([*frame, *group])


def _header(rows: list[str], block: Block) -> list[str]:
    """The header's rows and the line under them; nothing for a table without a header."""
    return [*rows, "| " + " | ".join(["---"] * len(block.rows[0])) + " |"] if rows else []


def _row(row: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |"


class _Unit(NamedTuple):
    """A row as it stands after another, and as it begins a passage: under its group's name, and
    where its own first cell is empty, so that it is the `rest` of a row, under that row's."""

    following: list[str]
    beginning: list[str]
    rest: bool = False


def _units(rows: Sequence[str], cells: Sequence[Sequence[str]]) -> Iterator[_Unit]:
    over: list[str] = []
    fresh: list[str] = []
    named: list[str] = []
    for row, each, name in zip(rows, cells, names_of(cells), strict=True):
        if name:
            fresh.append(row)
            named = []
            continue
        over = fresh or over
        rest = bool(named) and not each[0].strip()
        yield _Unit([*fresh, row], [*over, *(named if rest else ()), row], rest)
        named = named if rest else [_row([each[0], *[""] * (len(each) - 1)])]
        fresh = []
        over = [] if may_end_group(each) else over
    if fresh:
        yield _Unit(fresh, fresh)


def _row_groups(units: Iterable[_Unit], room: int) -> Iterator[list[str]]:
    group: list[str] = []
    total = 0
    for unit in units:
        weight = size("\n".join(unit.following))
        full = total >= PREFERRED and not unit.rest
        if group and (total + weight > room or full):
            yield group
            group = []
        if group:
            group, total = group + unit.following, total + weight
            continue
        group = unit.beginning if size("\n".join(unit.beginning)) <= room else unit.following
        total = size("\n".join(group))
    if group:
        yield group
