"""Points at sentences of different sources that say the same with other figures, or with a “not”.

Both stay in the answer: which of two sources in force is right is for people to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from governance.models import Passage
from governance.sentences import sentences
from llm.folding import folded
from llm.words import terms

# How much of the words two sentences must share before their figures are compared (Jaccard), and
# how many of them: short sentences share theirs by chance.
SHARED = 0.6
FEWEST = 6
# Of each pair of passages; more is noise.
MOST = 3

_FIGURE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|℃|[a-zμ]{1,6}(?:/[a-z0-9μ]{1,6})*|[天日周月年岁次倍分]|小时)?"
)
_NOT = re.compile(
    r"不宜|不应|不得|不可|不能|不推荐|不建议|禁用|禁止|禁忌|避免"
    r"|\b(?:not|never|avoid|contraindicated|should not|must not|do not)\b"
)
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Said:
    passage: Passage
    sentence: str


@dataclass(frozen=True)
class Conflict:
    """Two passages of different sources, with the sentence of each."""

    one: Said
    other: Said

    def __contains__(self, passage: Passage) -> bool:
        return passage in (self.one.passage, self.other.passage)

    def seen_from(self, passage: Passage) -> tuple[Said, Said]:
        """What this passage says, then what the other does."""
        mine = passage == self.one.passage
        return (self.one, self.other) if mine else (self.other, self.one)


@dataclass(frozen=True)
class _Sentence:
    text: str
    words: frozenset[str]
    figures: frozenset[tuple[str, str]]
    is_negative: bool


def conflicts(passages: Sequence[Passage]) -> list[Conflict]:
    """Of passages of different sources, those that seem to contradict each other."""
    read = {p.pk: list(_sentences(p.text)) for p in passages}
    return [
        Conflict(Said(one, a.text), Said(other, b.text))
        for one, other in combinations(passages, 2)
        if one.version.source_id != other.version.source_id
        for a, b in _opposed(read[one.pk], read[other.pk])
    ]


def _sentences(text: str) -> Iterator[_Sentence]:
    for said in sentences(text):
        plain = folded(said)
        found = frozenset(t for t in terms(_NOT.sub(" ", plain)) if not _DIGIT.search(t))
        if len(found) >= FEWEST:
            figures = frozenset((m["number"], m["unit"] or "") for m in _FIGURE.finditer(plain))
            yield _Sentence(said.strip(), found, figures, bool(_NOT.search(plain)))


def _opposed(
    some: Sequence[_Sentence], others: Sequence[_Sentence]
) -> list[tuple[_Sentence, _Sentence]]:
    pairs = [(a, b) for a in some for b in others if _are_opposed(a, b)]
    return pairs[:MOST]


def _are_opposed(a: _Sentence, b: _Sentence) -> bool:
    shared = len(a.words & b.words)
    if shared < SHARED * len(a.words | b.words):
        return False
    return a.is_negative != b.is_negative or _differ(a.figures, b.figures)


def _differ(some: frozenset[tuple[str, str]], others: frozenset[tuple[str, str]]) -> bool:
    """Whether a unit that stands in both has no number in common."""
    units = {unit for _number, unit in some} & {unit for _number, unit in others}
    return any(
        {n for n, u in some if u == unit}.isdisjoint(n for n, u in others if u == unit)
        for unit in units
    )
