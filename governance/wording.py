"""What changed between two texts, word by word: Chinese by characters, what has spaces by words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "gone", "come"]

# Numbers stay whole, with point and unit: 5 mg becoming 50 mg must not read as an added 0.
_WORD = re.compile(r"\d[\d.,]*|[^\W\d_\u3400-\u9fff\uf900-\ufaff]+|\s+|.", re.DOTALL)
# What may stand in a text where one space stands in what was copied from it.
_GAP = r"[\s|]+"
# Two texts whose words, multiplied, are more than this are told apart as wholes.
MOST_WORK = 1_000_000
# So many characters that stay between two changes are told with them.
ISLAND = 2


@dataclass(frozen=True)
class Run:
    """A stretch of text that is in both, was taken away, or was put in."""

    kind: Kind
    text: str


def compared(before: str, after: str) -> list[Run]:
    """Both texts in one. Leaving out what came gives `before`, what went `after`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    runs = [
        Run("same", "".join(new[:head])),
        *_readable(list(_between(old[head : ends[0]], new[head : ends[1]]))),
        Run("same", "".join(new[ends[1] :])),
    ]
    return [run for run in runs if run.text]


def _readable(runs: Sequence[Run]) -> Iterator[Run]:
    """Without islands: a character or two that two other wordings happen to share reads as torn
    words between what went and what came.
    """
    gone = come = ""
    for place, run in enumerate(runs):
        is_island = run.kind == "same" and len(run.text.strip()) <= ISLAND
        if run.kind == "same" and not (is_island and 0 < place < len(runs) - 1):
            yield from (Run("gone", gone), Run("come", come), run)
            gone = come = ""
            continue
        gone += run.text if run.kind != "come" else ""
        come += run.text if run.kind != "gone" else ""
    yield from (Run("gone", gone), Run("come", come))


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _between(old: Sequence[str], new: Sequence[str]) -> Iterator[Run]:
    if len(old) * len(new) > MOST_WORK:
        yield from (Run("gone", "".join(old)), Run("come", "".join(new)))
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            yield Run("same", "".join(new[k:m]))
        else:
            yield from (Run("gone", "".join(old[i:j])), Run("come", "".join(new[k:m])))


def found_in(text: str, wanted: str) -> list[tuple[int, int]]:
    """Where it stands, as slices of `text`; width and case of the letters do not matter."""
    sought = folded(wanted)[0]
    haystack, places = folded(text)
    if not sought:
        return []
    starts = [m.start() for m in re.finditer(re.escape(sought), haystack)]
    return [(places[s], places[s + len(sought) - 1] + 1) for s in starts]


def found_across_lines(text: str, wanted: str) -> list[tuple[int, int]]:
    """As `found_in`, where a line or a cell of a table may end between two of the words."""
    parts = folded(wanted)[0].split()
    if not parts:
        return []
    haystack, places = folded(text)
    matches = re.finditer(_GAP.join(map(re.escape, parts)), haystack)
    return [(places[m.start()], places[m.end() - 1] + 1) for m in matches]


def folded(text: str) -> tuple[str, list[int]]:
    """The text in one width and case, and for each of its characters where it came from."""
    out: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKC", character).casefold():
            out.append(part)
            places.append(place)
    return "".join(out), places
