"""Names by the first letters of their pinyin, as people type them in haste: `dfzgs` for 低分子肝素.

Safe where nothing else can be meant: of four characters or more, of one meaning only, no name
itself, and without a vowel behind the first letter, which hardly any English word is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from llm.naming.meanings import Meaning

SHORTEST = 4
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_LETTERS = re.compile(rf"(?<![A-Za-z0-9])[a-z][b-df-hj-np-tw-z]{{{SHORTEST - 1},}}(?![A-Za-z0-9])")


class Initials:
    """What meanings the letters of a text may stand for."""

    def __init__(self, meanings: Iterable[Meaning]) -> None:
        meant: dict[str, set[Meaning]] = {}
        taken: set[str] = set()
        for meaning in meanings:
            for language, name in meaning.names:
                taken.add(name.casefold())
                if language == "zh" and len(name) >= SHORTEST and _HAN.fullmatch(name):
                    meant.setdefault(_initials(name), set()).add(meaning)
        self._meant = {
            letters: next(iter(each))
            for letters, each in meant.items()
            if len(each) == 1 and letters not in taken
        }

    def named(self, text: str) -> dict[str, Meaning]:
        """By the letters, in lower case alone: who writes in capitals means an abbreviation."""
        found = dict.fromkeys(_LETTERS.findall(text))
        return {letters: self._meant[letters] for letters in found if letters in self._meant}


@lru_cache(maxsize=50_000)
def _initials(name: str) -> str:
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
