"""Plain text: paragraphs by blank lines, headings by their numbering or as labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.parsing.document import Block, Document, Progress
from ingest.parsing.encoding import decode
from ingest.parsing.headings import Line, guess, parted, rank
from ingest.parsing.markup import tidy
from ingest.parsing.numbered_run import ascending

MEDIA_TYPE = "text/plain"
_WRAPPED_FROM = 60
_CJK = r"[\u2e80-\u9fff\uff00-\uffef，。；：、（）《》]"
_SOFT_BREAK = re.compile(rf"(?<={_CJK})\n(?={_CJK})")
_ITEM = re.compile(r"(?:[-*•·●]|\(?\d{1,3}[.)、）]|[（(][一二三四五六七八九十\d]+[）)])\s*\S")


def read(path: Path, progress: Progress) -> Document:
    """Raises `Unreadable`: wrong_type for what is no text, wrong_encoding."""
    lines = list(_paragraphs(decode(path.read_bytes())))
    progress(0.5)
    levels = guess(lines)
    blocks = tuple(
        Block("heading", line.text, level=levels[at]) if at in levels else Block("text", line.text)
        for at, line in enumerate(lines)
    )
    progress(1.0)
    return Document(MEDIA_TYPE, None, blocks)


def _paragraphs(text: str) -> Iterator[Line]:
    """Each with what makes it stand out: capitals, or a place in the run of numbered headings."""
    parts = re.split(r"\n[ \t\u3000]*\n\s*", text.strip())
    if len(parts) == 1:
        parts = text.splitlines()
    run = ascending(parts)
    for at, part in enumerate(parts):
        pieces = [each for piece in parted(part) for each in _headed(piece, in_run=at in run)]
        for place, paragraph in enumerate(pieces):
            tidied = tidy(paragraph)
            if tidied:
                yield Line(tidied, _shouts(tidied) or (at in run and place == 0))


def _headed(part: str, *, in_run: bool) -> Iterator[str]:
    """A paragraph, parted from a numbered line that stands right above it."""
    first, _, rest = part.strip().partition("\n")
    if rest and rank(first.strip()) is not None and guess([Line(first.strip(), in_run)]):
        yield first
        part = rest
    yield _joined(part)


def _joined(part: str) -> str:
    """Lines that were broken at the right margin as one; lines that were meant stay lines."""
    lines = [line.strip() for line in part.strip().split("\n")]
    wrapped = all(_columns(line) >= _WRAPPED_FROM for line in lines[:-1])
    if not wrapped or any(_ITEM.match(line) for line in lines[1:]):
        return "\n".join(lines)
    return _SOFT_BREAK.sub("", "\n".join(lines)).replace("\n", " ")


def _columns(line: str) -> int:
    return sum(2 if re.match(_CJK, character) else 1 for character in line)


def _shouts(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 2 and all("A" <= letter <= "Z" for letter in letters)  # noqa: PLR2004
