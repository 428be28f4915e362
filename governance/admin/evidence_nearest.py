"""The passages of a new edition that may say what words of the edition before said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from governance.admin.review_difference import alike_named, pieces_of
from governance.admin.tables import cells_of, is_row
from governance.comparison import ALIKE, Piece, compare, likeness, share_in
from governance.models import Evidence, Passage, Version

MOST = 5
# What shares less with the old passage is not offered.
LEAST = 0.25
# What standing in the same section adds, and being what became of the old passage.
SAME_SECTION, PAIRED = 0.1, 1.0
# How much longer than the words before the words proposed for them may be.
LONGER = 3
_ENDS = re.compile(r"[。！？；!?]+|(?<=[a-z)%\d])\.(?=\s)")


@dataclass(frozen=True)
class Near:
    """A passage, and where in it the words stand that are most like those before. They are
    proposed only where they are `alike`: half alike words may say the contrary.
    """

    passage: Passage
    start: int
    end: int
    is_alike: bool

    @property
    def words(self) -> str:
        return self.passage.text[self.start : self.end]


def nearest(evidence: Evidence, edition: Version, *, at: datetime) -> list[Near]:
    """Those in force alone, the likest first."""
    before, after = pieces_of(evidence.passage.version), pieces_of(edition)
    ranked = _ranked(evidence, alike_named(before), alike_named(after))
    rows = Passage.objects.in_force(at).filter(pk__in=ranked[: 2 * MOST])
    known = {p.pk: p for p in rows.select_related("section", "version__source").defer("boxes")}
    return [_near(evidence, known[n]) for n in ranked if n in known][:MOST]


def _near(evidence: Evidence, passage: Passage) -> Near:
    """By the whole sentence or row that the words stood in, narrowed to the words themselves where
    the new one has them as they were.
    """
    old = evidence.passage.text
    sentence = around(old, evidence.start, evidence.end)
    start, end = closest(sentence, passage.text)
    is_alike = _says_alike(sentence, passage.text[start:end])
    exactly = passage.text.find(evidence.quote, start, end)
    if is_alike and exactly >= 0:
        start, end = exactly, exactly + len(evidence.quote)
    return Near(passage, start, end, is_alike)


def _says_alike(old: str, new: str) -> bool:
    """A row of a table speaks of what its first cell names, and of nothing else."""
    if is_row(old) and is_row(new) and cells_of(old)[0] != cells_of(new)[0]:
        return False
    return likeness(old, new) >= ALIKE


def _ranked(evidence: Evidence, before: Sequence[Piece], after: Sequence[Piece]) -> list[int]:
    old = next((p for p in before if p.passage == evidence.passage_id), None)
    text, quote = evidence.passage.text, evidence.quote
    path = old.path if old else ()
    became = _became(evidence.passage_id, before, after)

    def score(piece: Piece) -> float:
        words = (likeness(text, piece.text) + share_in(piece.text, quote)) / 2
        return words + SAME_SECTION * (piece.path == path) + PAIRED * (piece.passage == became)

    scores = {piece.passage: score(piece) for piece in after}
    likely = [number for number, points in scores.items() if points >= LEAST]
    return sorted(likely, key=lambda number: -scores[number])


def _became(passage: int, before: Sequence[Piece], after: Sequence[Piece]) -> int:
    """What took its place, by the comparison of the two editions; 0 where nothing did."""
    for section in compare(before=before, after=after):
        for pair in section.changed:
            if pair.before.passage == passage:
                return pair.after.passage
    return 0


def around(text: str, start: int, end: int) -> str:
    """The sentences or rows that hold what stands between two places."""
    pieces = [span for span in _pieces(text) if span[0] < end and span[1] > start]
    return text[pieces[0][0] : pieces[-1][1]] if pieces else text[start:end]


def closest(sentence: str, text: str) -> tuple[int, int]:
    """The sentences or rows, one or more in a row, that are most like these."""
    pieces = list(_pieces(text))
    runs = [(begins[0], ends[1]) for place, begins in enumerate(pieces) for ends in pieces[place:]]
    short = [run for run in runs if run[1] - run[0] <= LONGER * len(sentence) + 40]
    whole = (0, len(text))
    return max([*short, whole], key=lambda run: likeness(sentence, text[run[0] : run[1]]))


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Every sentence, without the space around it; of a table every row."""
    begin = 0
    for line in text.split("\n"):
        edges = [] if is_row(line) else [found.end() for found in _ENDS.finditer(line)]
        for start, end in pairwise([0, *edges, len(line)]):
            words = line[start:end]
            if words.strip():
                first = begin + start + len(words) - len(words.lstrip())
                yield first, first + len(words.strip())
        begin += len(line) + 1
