"""Word documents, current format: headings, paragraphs, lists, tables, notes, text boxes.

Read from the parts themselves: python-docx refuses files with macros or with a dangling
relation, keeps every picture in memory, and does not know numbering, notes or changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lxml import etree

from ingest.parsing import grid, left_out
from ingest.parsing.document import Block, Document, Progress, Warning  # noqa: A004
from ingest.parsing.docx_numbering import Numbering
from ingest.parsing.docx_package import Package, opened
from ingest.parsing.docx_styles import Look, Styles, attribute, child
from ingest.parsing.docx_tables import Reading, table
from ingest.parsing.docx_text import Texts, stands_out
from ingest.parsing.headings import Line, guess, labelled, parted
from ingest.parsing.markup import local, tidy

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_THROUGH = frozenset({"sdtContent", "ins", "moveTo", "customXml", "smartTag"})
_UNSPACED = "、）】，：。．"
_STEPS = 200


@dataclass(frozen=True)
class _Piece:
    """A block, with what its looks say in case nothing marks headings."""

    block: Block
    stands_out: bool = False
    caption: bool = False


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: truncated_file, encrypted_file, unpacks_too_large, unsafe_xml,
    nested_too_deeply, broken_file."""
    with opened(path) as package:
        walk = _Walk(package)
        pieces = list(walk.pieces(package, progress))
        blocks, guessed = _with_headings(pieces)
        blocks += walk.notes(package)
        warnings = walk.warnings(package, guessed)
    progress(1.0)
    return Document(MEDIA_TYPE, None, tuple(grid.with_captions(blocks)), warnings)


class _Walk:
    """Goes once through the body, in order, for numbers count along it."""

    def __init__(self, package: Package) -> None:
        self._styles = Styles(package.part("styles"))
        self._numbering = Numbering(package.part("numbering"))
        self._texts = Texts()
        self._carried = ""

    def pieces(self, package: Package, progress: Progress) -> Iterator[_Piece]:
        body = child(package.document(), "body")
        children = list(body) if body is not None else []
        for at, element in enumerate(children):
            yield from self._element(element)
            if at % _STEPS == 0:
                progress(0.95 * at / len(children))

    def notes(self, package: Package) -> list[Block]:
        """Footnotes and endnotes, in the order in which the text refers to them."""
        parts = {kind: package.part(f"{kind}s") for kind in ("footnote", "endnote")}
        found = {
            (kind, attribute(note, "id")): note
            for kind, part in parts.items()
            for note in (part if part is not None else ())
        }
        texts = (
            (at, self._plain(found[key]))
            for at, key in enumerate(self._texts.notes, 1)
            if key in found
        )
        return [Block("text", f"[^{at}] {text}") for at, text in texts if text]

    def warnings(self, package: Package, guessed: int) -> tuple[Warning, ...]:
        left = self._texts.left
        names = {
            "embedded_file_left_out": package.embedded(but=self._texts.equations),
            "macro_left_out": package.macros(),
            "unsafe_name_left_out": package.unsafe,
        }
        comments = package.part("comments")
        left["comments_left_out"] += (
            sum(1 for each in comments if local(each) == "comment") if comments is not None else 0
        )
        left["running_heads_left_out"] += package.has("header") or package.has("footer")
        left["headings_guessed"] += guessed
        found = (
            (code, left_out.facts(names.get(code, ()), count=left[code]))
            for code in sorted({*left, *names})
        )
        return tuple(Warning(code, facts=facts) for code, facts in found if facts["count"])

    def _element(self, element: etree._Element) -> Iterator[_Piece]:
        name = local(element)
        if name == "p":
            yield from self._paragraph(element)
        elif name == "tbl":
            yield from self._table(element)
        elif name == "sdt":
            yield from self._control(element)
        elif name in _THROUGH:
            for inner in element:
                yield from self._element(inner)
        elif name in {"del", "moveFrom"}:
            self._texts.left["tracked_changes_taken"] += 1
        elif name == "altChunk":
            self._texts.left["embedded_file_left_out"] += 1

    def _control(self, control: etree._Element) -> Iterator[_Piece]:
        """A content control; Word keeps its tables of contents in one."""
        gallery = [
            attribute(each, "val") for each in control.iter() if local(each) == "docPartGallery"
        ]
        if "Table of Contents" in gallery[:1]:
            self._texts.left["contents_left_out"] += 1
            return
        for content in control:
            if local(content) == "sdtContent":
                yield from self._element(content)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[_Piece]:
        look = self._styles.look(paragraph)
        text = self._joined(paragraph)
        boxes = self._texts.boxes()
        if look.contents:
            self._texts.left["contents_left_out"] += bool(text)
        elif text:
            yield self._piece(paragraph, look, self._labelled(look, text))
        for box in boxes:
            for inner in box:
                yield from self._element(inner)

    def _joined(self, paragraph: etree._Element) -> str:
        """The text, behind that of a paragraph whose end somebody deleted."""
        text = self._carried + self._texts.text(paragraph)
        self._carried = text if _end_deleted(paragraph) else ""
        return "" if self._carried else tidy(text)

    def _labelled(self, look: Look, text: str) -> str:
        label = self._numbering.label(look.number, look.depth) if look.number else ""
        if not label:
            return text
        return label + ("" if label[-1] in _UNSPACED else " ") + text

    def _piece(self, paragraph: etree._Element, look: Look, text: str) -> _Piece:
        if look.level is not None:
            return _Piece(Block("heading", text.replace("\n", " "), level=look.level))
        out = look.centred or look.bold or stands_out(paragraph)
        return _Piece(Block("text", text), out, look.caption)

    def _table(self, element: etree._Element) -> Iterator[_Piece]:
        found = table(element, Reading(self._plain, self._texts.left))
        self._texts.left["table_left_out"] += found.left_out
        if len(found.rows) == 1 and len(found.rows[0]) == 1:
            for line in found.rows[0][0].split("\n"):
                yield _Piece(Block("text", line))
        elif found.rows:
            yield _Piece(found.block())

    def _plain(self, element: etree._Element) -> str:
        """All text within a cell or a note: a line a paragraph, a line a row of inner tables."""
        lines = []
        for piece in (piece for each in element for piece in self._element(each)):
            block = piece.block
            lines.append("\n".join(" | ".join(row) for row in block.rows) or block.text)
        return "\n".join(lines)


def _with_headings(pieces: list[_Piece]) -> tuple[list[Block], int]:
    """The blocks and how many headings had to be guessed, which is done only without any."""
    blocks = [piece.block for piece in pieces]
    if any(block.kind == "heading" for block in blocks):
        return labelled(blocks), 0
    pieces = [part for piece in pieces for part in _parted(piece)]
    blocks = [piece.block for piece in pieces]
    levels = guess([_line(piece) for piece in pieces])
    for at, level in levels.items():
        blocks[at] = replace(blocks[at], kind="heading", level=level)
    return blocks, len(levels)


def _parted(piece: _Piece) -> list[_Piece]:
    if piece.block.kind != "text":
        return [piece]
    parts = parted(piece.block.text)
    return [replace(piece, block=replace(piece.block, text=text)) for text in parts]


def _line(piece: _Piece) -> Line:
    text = piece.block.text
    if piece.block.kind != "text" or piece.caption or text.startswith("•"):
        return Line("")
    return Line(text, piece.stands_out)


def _end_deleted(paragraph: etree._Element) -> bool:
    properties = child(paragraph, "pPr")
    mark = child(properties, "rPr") if properties is not None else None
    return mark is not None and child(mark, "del") is not None
