"""Where a text names what we know: whole words, the longest name that fits, one meaning each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from governance.wording import folded
from llm.naming.meanings import Meaning

# In capitals, mostly, so that those that are none are other words.
LONGEST_ABBREVIATION = 8
# After a name of letters, what makes it the plural of the same.
_PLURAL = re.compile(r"(?:e?s)(?![^\W_])")
_WIDE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Mention:
    """Characters `start` to `end` of a text, which name a meaning."""

    start: int
    end: int
    meaning: Meaning


class Finder:
    """Finds the names of many meanings at once. A name that two of them have finds neither."""

    def __init__(self, meanings: Iterable[Meaning]) -> None:
        meant: dict[str, set[Meaning]] = {}
        spelt: dict[str, str] = {}
        for meaning in meanings:
            for _language, name in meaning.names:
                plain = folded(name)[0]
                meant.setdefault(plain, set()).add(meaning)
                spelt[plain] = name
        self._meant = {name: next(iter(each)) for name, each in meant.items() if len(each) == 1}
        self._names = list(self._meant)
        self._capitals = {n for n in self._names if _is_abbreviation(spelt[n])}
        self._spelt = spelt
        self._search = AhoCorasick(self._names)

    def mentions(self, text: str) -> list[Mention]:
        """In the order of the text; none within another."""
        plain, places = folded(text)
        hits = sorted(self._hits(text, plain, places), key=lambda hit: (hit[0] - hit[1], hit[0]))
        taken = bytearray(len(plain))
        found = []
        for start, end, name in hits:
            if not any(taken[start:end]):
                taken[start:end] = b"x" * (end - start)
                where = places[start], places[end - 1] + 1
                found.append(Mention(*where, self._meant[name]))
        return sorted(found, key=lambda mention: mention.start)

    def named(self, name: str) -> Meaning | None:
        """The one meaning of exactly this name."""
        return self._meant.get(folded(name)[0])

    def _hits(self, text: str, plain: str, places: Sequence[int]) -> Iterator[tuple[int, int, str]]:
        for number, start, end in self._search.find_matches_as_indexes(plain, overlapping=True):
            name = self._names[number]
            stop = _end_of_word(plain, start, end)
            if stop and (name not in self._capitals or self._is_so_spelt(text, places, start, end)):
                yield start, stop, name

    def _is_so_spelt(self, text: str, places: Sequence[int], start: int, end: int) -> bool:
        """An abbreviation is one in capitals: an aid is not AIDS."""
        seen = text[places[start] : places[end - 1] + 1]
        name = self._spelt[folded(seen)[0]]
        return sum(c.isupper() for c in seen) == sum(c.isupper() for c in name)


def _is_abbreviation(name: str) -> bool:
    return len(name) <= LONGEST_ABBREVIATION and sum(c.isupper() for c in name) > 1


def _end_of_word(plain: str, start: int, end: int) -> int:
    """Where the name ends, with the s of its plural; zero within a longer word of letters.

    What is written without spaces, as Chinese is, may begin and end anywhere.
    """
    if _joins(plain[start - 1 : start], plain[start]):
        return 0
    if _joins(plain[end : end + 1], plain[end - 1]):
        plural = _PLURAL.match(plain, end)
        return plural.end() if plural else 0
    return end


def _joins(beside: str, sign: str) -> bool:
    """Two letters or figures of one word."""
    is_word = beside.isalnum() and sign.isalnum()
    return is_word and not _WIDE.match(beside) and not _WIDE.match(sign)
