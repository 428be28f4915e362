"""The language of the text, of those that are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Opening

_ENOUGH = 6_000
_PLENTY = 200
_HAN, _KANA = re.compile("[\u4e00-\u9fff]"), re.compile("[\u3040-\u30ff]")
_LETTER, _WORD = re.compile(r"[^\W\d_]"), re.compile(r"[^\W\d_]+")
# Words that stand in every English text and hardly in one of another language. A model of
# languages would have to be loaded for each file, which takes longer than reading most.
_ENGLISH = frozenset(
    ("the", "of", "and", "to", "in", "is", "for", "with", "that", "are", "by", "as", "or", "be")
)
# Of the letters: an English paper cites few names in Han, a Chinese one has an English abstract.
_MANY, _FEW = 0.15, 0.02
# Of the words.
_OFTEN = 0.1


def languages(opening: Opening) -> Iterator[Proposal]:
    """Chinese or English; another language is proposed as none."""
    told = "\n".join(line.text for line in opening.lines)[:_ENOUGH]
    if code := _language(told):
        certainty = Certainty.SURE if len(told) >= _PLENTY else Certainty.LIKELY
        line = opening.lines[0]
        yield Proposal("language", code, certainty, "text", line.page, "", line.text[:60])


def _language(told: str) -> str:
    letters = max(1, len(_LETTER.findall(told)))
    if len(_HAN.findall(told)) / letters > _MANY and len(_KANA.findall(told)) / letters < _FEW:
        return "zh"
    words = [word.casefold() for word in _WORD.findall(told)]
    return "en" if sum(word in _ENGLISH for word in words) > _OFTEN * len(words) else ""
