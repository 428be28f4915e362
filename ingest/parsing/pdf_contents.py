"""Which headings a document's own contents name: its chapters, where all look alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.parsing.pdf_headings import plain
from ingest.parsing.pdf_paragraphs import Paragraph

_CONTENTS = re.compile(r"(?:table of )?contents|目[录次]", re.IGNORECASE)
_PAGE = re.compile(r"[\s.…·]*\d*$")
# Fewer may be named by chance.
_FEWEST = 4


def chapters(
    paragraphs: Sequence[Paragraph], headings: Sequence[tuple[Paragraph, str]]
) -> set[int]:
    """The places of headings whose text is a line of the contents, each the first of its text."""
    opening = {id(paragraph) for paragraph, _ in headings}
    listed = {plain(_PAGE.sub("", line)) for line in _listed(paragraphs, opening)}
    found: dict[str, int] = {}
    for at, (_, text) in enumerate(headings):
        if plain(text) in listed:
            found.setdefault(plain(text), at)
    return set(found.values()) if len(found) >= _FEWEST else set()


def _listed(paragraphs: Sequence[Paragraph], opening: set[int]) -> Iterator[str]:
    """The lines between the word Contents and the next heading."""
    is_within = False
    for paragraph in paragraphs:
        lines = [line.text.strip() for line in paragraph.lines]
        if is_within and id(paragraph) in opening:
            return
        if is_within:
            yield from lines
        is_within = is_within or _CONTENTS.fullmatch("".join(lines)) is not None
