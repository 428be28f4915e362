"""Finds where a text names a drug, a device or a phrase, however it is spelt there.

Width, case, accents, apostrophes, hyphens, and spaces between or within words make no difference,
nor do signs that nobody sees, marks such as ™, and the small figures of footnotes. Chinese is found
wherever it stands; what is written in letters by whole words and their simple plural, unless parts
count too. In doubt it is found: a hit too many costs a look, one too few may cost a patient.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.utils.translation import gettext as _

from governance import radicals

MOST_TERMS = 20
LONGEST_TERM = 100
# Characters of a sentence shown on either side of what was found.
AROUND = 90

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_SIGNS = [*map(chr, range(0xD800)), *map(chr, range(0xE000, 0x10000))]
_SIGNS += map(chr, range(0xE0001, 0xE01F0))
# Accents that decomposition has set apart, and what nobody can see.
_HIDDEN = [s for s in _SIGNS if unicodedata.category(s) in {"Cf", "Mn", "Me", "Cc"}]
_UNSEEN = re.compile(f"[{''.join(s for s in _HIDDEN if not s.isspace())}]")
# Raised figures and marks may belong to the name (¹³¹I) or to a footnote beside it (warfarin¹).
_SMALL = [s for s in _SIGNS if unicodedata.decomposition(s).startswith(("<super>", "<circle>"))]
_RAISED = re.compile(f"[{''.join(_SMALL)}]")
# Signs that look alike or are read alike: apostrophes, Cyrillic letters, Greek ones by their names.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u2032\u00b4`", "'"),
        **dict(
            zip("\u0430\u0435\u043e\u0440\u0441\u0445\u0443\u0456\u0458", "aeopcxyij", strict=True)
        ),
        "\u03b1": "alpha",
        "\u03b2": "beta",
        "\u03b3": "gamma",
        "\u03b4": "delta",
        "\u03ba": "kappa",
        "\u03bb": "lambda",
    }
)
# The last of them is what the end of a line leaves of a hyphen.
_SEPARATORS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00b7\u30fb\u2027\u00ac|\ufffd\ufffe"
_POINTS = ".'"
_BETWEEN = rf"[\s{re.escape(_SEPARATORS + _POINTS)}]*"
# Within a word or a long number: a hyphen, or what a line's end puts between two of its signs.
_BROKEN = rf"(?:[{re.escape(_SEPARATORS)}]\s*|\s+)?"
_MAY_BREAK = 4
_NUMBER_MAY_BREAK = 6
_TOKEN = re.compile(rf"[{_HAN}]|\d+|[^\W\d_{_HAN}]+|[^\w\s\-\u2010-\u2015\u2212]+|_+")
_LETTER = rf"[^\W\d_{_HAN}]"
_LETTER_OR_DIGIT = rf"[^\W_{_HAN}]"
# Between two passages as between two lines: what one splits, the other does.
_SEAM = "\n"
# So much beyond twice the longest name is looked at on each side of a seam, for what nobody sees.
_REACH = 60
_SENTENCE_ENDS = re.compile(r"[。！？!?；]|\n(?=\s*[|\n])|\.(?=\s)")


@dataclass(frozen=True)
class Piece:
    """A stretch of text, and whether it is what was looked for."""

    text: str
    is_name: bool


@dataclass(frozen=True)
class Names:
    """What is looked for. `parts` lets a name stand within a longer word."""

    terms: tuple[str, ...]
    parts: bool = False
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _each: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    _bare: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spelt = [_spelling(t, parts=self.parts) for t in self.terms]
        longest_first = sorted(spelt, key=len, reverse=True)
        object.__setattr__(self, "_pattern", re.compile("|".join(longest_first) or r"(?!)"))
        object.__setattr__(self, "_each", tuple(re.compile(pattern) for pattern in spelt))
        object.__setattr__(
            self, "_bare", tuple(_bare(folded(t)).removesuffix("y") for t in self.terms)
        )

    def are_in(self, text: str) -> bool:
        """Most texts are told apart by their bare letters, a hundred times as fast."""
        return any(map(self._stand_in, _readings(text)))

    def those_in(self, text: str) -> list[str]:
        """Which of the names stand in it, as they were typed."""
        found = [folded(reading) for reading in _readings(text)]
        told = zip(self.terms, self._each, strict=True)
        return [term for term, pattern in told if any(map(pattern.search, found))]

    def those_across(self, before: str, after: str) -> list[str]:
        """Which of the names begin at the end of one text and go on at the start of the next."""
        reach = _REACH + 2 * max((len(folded(term)) for term in self.terms), default=0)
        end, start = before[-reach:], after[:reach]
        if not self.are_in(end + _SEAM + start):
            return []
        seams = [_folded_seam(*both) for both in _readings_of_both(end, start)]
        told = zip(self.terms, self._each, strict=True)
        return [term for term, pattern in told if any(_across(pattern, *seam) for seam in seams)]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where they stand, as indices into the text as it is written."""
        for leave_out in (None, _RAISED):
            found, places = _located(text, leave_out)
            spans = [match.span() for match in self._pattern.finditer(found)]
            if spans:
                return [(places[start], places[end - 1] + 1) for start, end in spans]
        return []

    def marked(self, text: str) -> list[Piece]:
        """The sentence around the first of them, in pieces; empty where there is none."""
        return _around(text, self.spans(text))

    def marked_across(self, before: str, after: str) -> list[Piece]:
        """The sentence around the first that stands in both texts together."""
        text = before + _SEAM + after
        for leave_out in (None, _RAISED):
            found, places = _located(text, leave_out)
            match = _across(self._pattern, found, bisect_left(places, len(before)))
            if match:
                return _around(text, [(places[match.start()], places[match.end() - 1] + 1)])
        return []

    def _stand_in(self, reading: str) -> bool:
        found = folded(reading)
        bare = _bare(found)
        return any(t in bare for t in self._bare) and self._pattern.search(found) is not None


def names_of(said: str, *, parts: bool = False) -> Names:
    """What a person typed, a name a line. Raises ValueError with a sentence for that person."""
    lines = {folded(line): line for line in map(str.strip, said.splitlines()) if line}
    if not lines:
        raise ValueError(_("Say what to look for: one name a line."))
    if len(lines) > MOST_TERMS:
        raise ValueError(_("Give at most %(most)s names.") % {"most": MOST_TERMS})
    for line in lines.values():
        _check(line)
    return Names(tuple(lines.values()), parts)


def folded(text: str) -> str:
    """One spelling for all: compatible characters, no radicals, case, accents, nothing unseen."""
    if text.isascii():
        return _UNSEEN.sub("", text.lower())
    plain = unicodedata.normalize("NFKD", radicals.whole(text)).casefold()
    return _UNSEEN.sub("", plain).translate(_ALIKE)


def _readings(text: str) -> Iterator[str]:
    """As it is written, and without what is raised."""
    yield text
    if not text.isascii() and _RAISED.search(text):
        yield _RAISED.sub("", text)


def _readings_of_both(before: str, after: str) -> Iterator[tuple[str, str]]:
    yield before, after
    yield _RAISED.sub("", before), _RAISED.sub("", after)


def _folded_seam(before: str, after: str) -> tuple[str, int]:
    """Both texts as one, and where the seam is."""
    before = folded(before)
    return before + _SEAM + folded(after), len(before)


def _across(pattern: re.Pattern[str], text: str, seam: int) -> re.Match[str] | None:
    """Each place is tried: a name that ends before the seam may overlap one that crosses it."""
    match = pattern.search(text)
    while match and match.start() < seam:
        if match.end() > seam + len(_SEAM):
            return match
        match = pattern.search(text, match.start() + 1)
    return None


def _bare(text: str) -> str:
    """Without what may stand between or within words, so that no name that is there is missed."""
    text = "".join(text.split())
    for separator in "-|.'" if text.isascii() else _SEPARATORS + _POINTS:
        text = text.replace(separator, "")
    return text


def _check(line: str) -> None:
    if len(line) > LONGEST_TERM:
        raise ValueError(_("A name has at most %(most)s characters.") % {"most": LONGEST_TERM})
    text = folded(line)
    letters = [c for c in text if c.isalnum()]
    if len(letters) < len("ab") and not re.search(f"[{_HAN}]", text):
        sentence = _("“%(name)s” is too short: give two letters or one Chinese character.")
        raise ValueError(sentence % {"name": line})


def _spelling(term: str, *, parts: bool) -> str:
    """A pattern over folded text."""
    text = folded(term)
    # Points and apostrophes may stand between any two words.
    tokens = [token for token in _TOKEN.findall(text) if token.strip("'|")]
    pattern = _BETWEEN.join(_token(token) for token in tokens)
    if parts or not tokens:
        return pattern or r"(?!)"
    pattern = _plural(pattern, tokens[-1])
    return f"{_edge(tokens[0][0], '(?<!{})')}{pattern}{_edge(tokens[-1][-1], '(?!{})')}"


def _edge(sign: str, wall: str) -> str:
    """What may not go on beside a name: a letter, and beside a figure another figure too.

    Beside a letter figures may stand: a footnote's, or an amount's without its space.
    """
    if re.match(_LETTER, sign):
        return wall.format(_LETTER)
    return wall.format(_LETTER_OR_DIGIT) if sign.isdigit() else ""


def _token(token: str) -> str:
    """A word of letters is found also where a space or a hyphen breaks it, and a long number."""
    is_word = token.isalpha() and len(token) >= _MAY_BREAK
    if is_word or (token.isdecimal() and len(token) >= _NUMBER_MAY_BREAK):
        return _BROKEN.join(token)
    return re.escape(token)


def _plural(pattern: str, last: str) -> str:
    if not last.isalpha():
        return pattern
    if re.search(r"[^aeiou]y\Z", last):
        return f"{pattern.removesuffix('y')}(?:y|ies)"
    return f"{pattern}(?:s|es)?"


def _located(text: str, leave_out: re.Pattern[str] | None) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the index of what it was made from."""
    made, places = [], []
    for place, character in enumerate(text):
        if leave_out and leave_out.match(character):
            continue
        new = folded(character)
        made.append(new)
        places += [place] * len(new)
    return "".join(made), places


def _around(text: str, spans: Sequence[tuple[int, int]]) -> list[Piece]:
    if not spans:
        return []
    start, end = _sentence(text, *spans[0])
    inside = [span for span in spans if start <= span[0] and span[1] <= end]
    return list(_pieces(text, start, end, inside))


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    before = text[max(start - AROUND, 0) : start]
    ends = [match.end() for match in _SENTENCE_ENDS.finditer(before)]
    begin = start - len(before) + (ends[-1] if ends else 0)
    after = _SENTENCE_ENDS.search(text, end, end + AROUND)
    return begin, after.end() if after else min(end + AROUND, len(text))


def _pieces(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    marks = [start, *_edges(spans), end]
    cut_before = start > 0 and not _SENTENCE_ENDS.match(text, start - 1)
    yield Piece("…" if cut_before else "", is_name=False)
    for number, (left, right) in enumerate(pairwise(marks)):
        if left < right:
            yield Piece(text[left:right].replace("\n", " "), is_name=number % 2 == 1)
    if end < len(text) and not _SENTENCE_ENDS.match(text, end - 1):
        yield Piece("…", is_name=False)


def _edges(spans: Iterable[tuple[int, int]]) -> Iterator[int]:
    for start, end in spans:
        yield start
        yield end
