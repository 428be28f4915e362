"""What the rules of masking share: text of one width, and stretches of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent


@dataclass(frozen=True, order=True)
class Span:
    """Characters `start` to `end`, and what kind of thing stands there."""

    start: int
    end: int
    kind: str


def flat(text: str) -> str:
    """Of one width, and a character for each, so that places are the same in both."""
    return "".join(_flat(c) for c in text)


@cache
def _flat(character: str) -> str:
    if character in "\u00a0\u3000\u2002\u2003\u2009\t":
        return " "
    if character in "\u2010\u2011\u2012\u2013\u2014\u2212":
        return "-"
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def spans_of(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Span]:
    """Of the group that is called `it`, where the pattern has one, else of the whole."""
    group = "it" if "it" in pattern.groupindex else 0
    for hit in pattern.finditer(text):
        yield Span(hit.start(group), hit.end(group), kind)


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """What begins first holds; of two that begin together the longer."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if kept and span.start < kept[-1].end:
            if span.end > kept[-1].end:
                kept[-1] = Span(kept[-1].start, span.end, kept[-1].kind)
        else:
            kept.append(span)
    return kept


@cache
def words_of(name: str) -> frozenset[str]:
    """A list that ships: words apart by blanks, lines that begin with # are remarks."""
    lines = (DATA / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
