"""Markdown with pipe tables, HTML tables and formulas, as people write it and converters do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from ingest.parsing import grid, hypertext, tex
from ingest.parsing.document import Block, Document, Progress, Unreadable, Warning  # noqa: A004
from ingest.parsing.encoding import decode
from ingest.parsing.grid import Cell
from ingest.parsing.headings import labelled, relevel
from ingest.parsing.label_lines import are_labelled
from ingest.parsing.markup import tidy
from ingest.parsing.superscripts import lowered, raised
from ingest.parsing.underlined import underlined

MEDIA_TYPE = "text/markdown"
_DEEPEST = 60
_TABLE = re.compile(r"<table\b.*?</table\s*>", re.I | re.S)
_CHINESE_HEADING = re.compile(r"^(#{1,6})(?=[\u3400-\u9fff（【])", re.M)
_FRONT_MATTER = re.compile(r"\A---\n((?:[^\n]+\n){1,60}?)(?:---|\.\.\.)\n")
_INLINE_MATH = re.compile(r"\$\$(.+?)\$\$|\$(?!\s*\$)([^$\n]+?)\$", re.S)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_FIGURE = re.compile(r"图\s*\d|Fig(?:ure|\.)?\s*\d", re.I)
_PIPE = re.compile(r"(?<!\\)\|")
_CJK_BREAK = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])\n(?=[\u2e80-\u9fff\uff00-\uffef])")


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: wrong_type for what is no text, wrong_encoding, nested_too_deeply."""
    source = _prepared(decode(path.read_bytes()))
    parser = _parser()
    tokens = parser.parse(source)
    # The parser drops without a word what lies deeper than it goes.
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise Unreadable("nested_too_deeply")
    progress(0.5)
    walk = _Walk(source, tokens, parser)
    blocks = grid.with_captions(list(walk.blocks()))
    progress(1.0)
    return Document(MEDIA_TYPE, None, tuple(labelled(relevel(blocks))), walk.warnings())


class _Walk:
    """Goes once through the parser's tokens and makes blocks of them."""

    def __init__(self, source: str, tokens: list[Any], parser: Any) -> None:
        self._lines = source.split("\n")
        self._tokens = tokens
        self._parser = parser
        self._markers: list[str] = []
        self._numbers: list[int] = []
        self._left: Counter[str] = Counter()
        self._skip_to = ""

    def blocks(self) -> Iterator[Block]:
        level = 0
        for token in self._tokens:
            if self._skip_to:
                self._skip_to = "" if token.type == self._skip_to else self._skip_to
            elif token.type == "heading_open":
                level = int(token.tag[1])
            elif token.type == "heading_close":
                level = 0
            else:
                yield from self._block(token, level)

    def warnings(self) -> tuple[Warning, ...]:
        return tuple(
            Warning(code, facts={"count": count})
            for code, count in sorted(self._left.items())
            if count
        )

    def _block(self, token: Any, level: int) -> Iterator[Block]:
        if token.type == "inline":
            yield from self._inline(token, level)
        elif token.type in {"fence", "code_block"}:
            yield from self._text(tidy_code(token.content))
        elif token.type == "math_block":
            yield from self._text(formula(token.content, "$$"))
        elif token.type == "html_block":
            found, left = hypertext.blocks(token.content)
            self._left += left
            yield from found
        elif token.type == "table_open":
            self._skip_to = "table_close"
            yield from self._table(token)
        else:
            self._list(token)

    def _list(self, token: Any) -> None:
        """Keeps count of lists, so that an item can say its number."""
        if token.type == "ordered_list_open":
            self._numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            self._numbers.append(-1)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            self._numbers.pop()
        elif token.type == "list_item_open":
            number = self._numbers[-1]
            self._markers.append("- " if number < 0 else f"{number}{token.markup} ")
            self._numbers[-1] = number if number < 0 else number + 1
        elif token.type == "list_item_close" and self._markers:
            self._markers.pop()

    def _inline(self, token: Any, level: int) -> Iterator[Block]:
        text = self._render(token.children)
        if level and text and not _FIGURE.match(text):
            yield Block("heading", text.replace("\n", " "), level=level)
        else:
            yield from self._text(text)

    def _text(self, text: str) -> Iterator[Block]:
        """A paragraph, behind its item's marker if it is the first one of an item."""
        if not text:
            return
        marker = ""
        if self._markers and self._markers[-1]:
            marker, self._markers[-1] = self._markers[-1], ""
        yield Block("text", marker + text)

    def _render(self, children: list[Any]) -> str:
        """A line of text. Raised and lowered text is told by its tags."""
        parts: list[str] = []
        opened: list[tuple[str, int]] = []
        for child in children:
            tag = _TAG.match(child.content) if child.type == "html_inline" else None
            if tag and tag[2].lower() in _SHIFTS:
                _shift(tag[1] == "/", tag[2].lower(), parts, opened)
            else:
                parts.append(self._part(child))
        return tidy(_CJK_BREAK.sub(_break, "".join(parts)))

    def _part(self, child: Any) -> str:
        if child.type == "image":
            self._left["figure_left_out"] += 1
            return str(child.content)
        if child.type == "math_inline":
            return formula(child.content, child.markup)
        if child.type == "html_inline":
            return _raw(child.content)
        return {"softbreak": "\n", "hardbreak": "\n"}.get(child.type, str(child.content))

    def _table(self, token: Any) -> Iterator[Block]:
        """Read from the lines themselves: the parser drops cells beyond the header's."""
        start, end = token.map
        lines = [line for line in self._lines[start:end] if line.strip(" >\t")]
        written = [_cells(line) for at, line in enumerate(lines) if at != 1]
        if any(len(cells) > grid.WIDEST for cells in written):
            self._left["table_left_out"] += 1
            return
        rows = [[self._cell(text) for text in cells] for cells in written]
        yield grid.expand(rows, 1 if any(cell.text for cell in rows[0]) else 0).block()

    def _cell(self, text: str) -> Cell:
        return Cell(self._render(self._parser.parseInline(text)[0].children))


def _break(found: re.Match[str]) -> str:
    """What a break between Chinese lines becomes: nothing, unless it parts lines with labels."""
    above = found.string[: found.start()].rpartition("\n")[2]
    below = found.string[found.end() :].partition("\n")[0]
    return "\n" if are_labelled(above, below) else ""


def _cells(line: str) -> list[str]:
    """What stands between the bars of a table's line."""
    bare = line.strip(" >\t").removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [cell.replace("\\|", "|").strip() for cell in _PIPE.split(bare)]


def formula(content: str, mark: str) -> str:
    """A formula as a line of text, or as it was written where it is beyond that."""
    text = tex.line(content)
    return f"{mark}{content.strip()}{mark}" if text is None else text


def tidy_code(content: str) -> str:
    """Code keeps its lines and indents."""
    return content.strip("\n").rstrip()


_SHIFTS = {"sup": raised, "sub": lowered, "u": underlined}


def _shift(closing: bool, name: str, parts: list[str], opened: list[tuple[str, int]]) -> None:
    if not closing:
        opened.append((name, len(parts)))
    elif opened and opened[-1][0] == name:
        _, at = opened.pop()
        parts[at:] = [_SHIFTS[name]("".join(parts[at:]))]


def _raw(tag: str) -> str:
    """Raw HTML within a line: a break, nothing for a tag, itself if HTML knows no such tag."""
    found = _TAG.match(tag)
    if found is None:
        return "" if tag.startswith("<!--") else tag
    name = found[2].lower()
    if name == "br":
        return "\n"
    return "" if name in hypertext.KNOWN else tag


def _prepared(text: str) -> str:
    """The source, with three habits of people and converters turned into Markdown proper."""
    text = _FRONT_MATTER.sub(lambda found: found[1].replace("\n", "\n\n") + "\n", text)
    text = _CHINESE_HEADING.sub(r"\1 ", text)
    return _TABLE.sub(lambda found: f"\n\n{_without_gaps(found[0])}\n\n", text)


def _without_gaps(table: str) -> str:
    """A blank line would end the table in the eyes of Markdown."""
    return re.sub(r"\n\s*\n", "\n", table)


def _parser() -> Any:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable("table")
    # A line like "[1]: Smith" in a list of references is text here, not a link's definition.
    parser.disable("reference")
    parser.inline.ruler.before("escape", "math_inline", _math_inline)
    parser.block.ruler.before("fence", "math_block", _math_block, {"alt": ["paragraph"]})
    return parser


def _math_inline(state: Any, silent: bool) -> bool:
    found = _INLINE_MATH.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("math_inline", "", 0)
        token.content = found[1] or found[2]
        token.markup = "$$" if found[1] else "$"
    state.pos = found.end()
    return True


def _math_block(state: Any, start: int, end: int, silent: bool) -> bool:
    """Lines between $$ and $$, which else would make headings and lists."""
    if state.getLines(start, start + 1, 0, False).strip() != "$$":
        return False
    lines = range(start + 1, end)
    close = next((at for at in lines if state.getLines(at, at + 1, 0, False).strip() == "$$"), None)
    if close is None:
        return False
    if not silent:
        token = state.push("math_block", "", 0)
        token.content = state.getLines(start + 1, close, 0, False)
        token.map = [start, close + 1]
        state.line = close + 1
    return True
