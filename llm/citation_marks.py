"""Which sentences of an answer lead to a passage, by the marks in them.

A mark is one or more numbers in square, tortoise-shell or lenticular brackets, of any width:
`[1]`, `［2］`, `〔1〕`, `【1】`, `[1,3]`, `[2-4]`. A number counts the answer's `passages` from 1.
A mark belongs to the sentence it stands in; one that follows the end of a sentence in the same line
belongs to that sentence, and so does a line of nothing but marks. What holds no letter and no
character is no sentence: a rule, a bullet, a number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from governance.sentences import sentences

_NUMBERS = r"\d{1,4}(?:\s*[,，、;；–—~-]\s*\d{1,4})*"
_MARK = re.compile(rf"[\[［〔【]\s*({_NUMBERS})\s*[\]］〕】]")
_LEADING = re.compile(rf"\s*(?:{_MARK.pattern}\s*)+")
_RANGE = re.compile(r"(\d+)\s*[–—~-]\s*(\d+)")
_WIDEST = 100


@dataclass
class Sentence:
    text: str
    marks: set[int] = field(default_factory=set)


def read(text: str) -> list[Sentence]:
    """The sentences of an answer in their order, each with the numbers it is marked with."""
    found: list[Sentence] = []
    is_new_line = True
    for piece in sentences(text):
        behind = None if is_new_line else _LEADING.match(piece)
        if behind and found:
            found[-1].marks |= _numbers(behind[0])
            piece = piece[behind.end() :]
        is_new_line = piece.endswith("\n")
        if _says_something(_MARK.sub("", piece)):
            found.append(Sentence(piece.strip(), _numbers(piece)))
        elif found:
            found[-1].marks |= _numbers(piece)
    return found


def _says_something(piece: str) -> bool:
    return any(unicodedata.category(c)[0] == "L" for c in piece)


def _numbers(piece: str) -> set[int]:
    return {n for mark in _MARK.finditer(piece) for n in _counted(mark[1])}


def _counted(said: str) -> Iterator[int]:
    """Digits of any width, and ranges that are not absurdly wide."""
    said = unicodedata.normalize("NFKC", said)
    for found in _RANGE.finditer(said):
        first, last = int(found[1]), int(found[2])
        if first <= last <= first + _WIDEST:
            yield from range(first, last + 1)
    yield from (int(n) for n in re.findall(r"\d+", said))
