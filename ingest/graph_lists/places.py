"""Where in a passage the words of a row stand, and how such a place is written."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from ingest.graph_lists.layout import LONGEST_CELL
from ingest.graph_lists.lines import Line

NOT_THERE = _("These words are not in passage %(number)s. Copy them from it as they stand there.")
NOT_SO_OFTEN = _("These words do not stand in passage %(number)s that often.")
NO_PLACE = _(
    "“%(told)s” is no place. Write 2 for the second time that the words stand there, or 5..40 for"
    " the characters from the 5th to the 40th; leave it empty for the first time."
)
_RANGE = re.compile(r"(\d{1,9})\s*\.\.\s*(\d{1,9})")
_TIMES = re.compile(r"\d{1,6}")
# Not kept the same by XML, by CSV, or by people who edit them.
_NOT_KEPT = re.compile("[\0-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")


def passage_number(told: str) -> int:
    """That of “12” or “#12”; 0 for all else."""
    found = re.fullmatch(r"#?(\d{1,15})", told)
    return int(found[1]) if found else 0


def span_in(text: str, line: Line) -> tuple[int, int] | None:
    """The first and the last character but one. None where the row is wrong, and says so."""
    words, place = line.row.cells.get("words", ""), line["place"]
    if {"words", "place"} & line.wrong_columns:
        return None
    if found := _RANGE.fullmatch(place):
        return _range(text, line, int(found[1]) - 1, int(found[2]))
    if place and not (_TIMES.fullmatch(place) and int(place)):
        line.wrong("place", NO_PLACE, told=place)
        return None
    if not words.strip():
        return (0, len(text))
    for told in (words, words.strip()):
        if told in text:
            return _nth(text, line, told, int(place or 1))
    line.wrong("words", NOT_THERE, number=line["passage"])
    return None


def written(text: str, start: int, end: int) -> tuple[str, str]:
    """Words and place, from which `span_in` finds the same."""
    words = text[start:end]
    if len(words) > LONGEST_CELL - 1 or _NOT_KEPT.search(words) or not words.strip():
        return "", f"{start + 1}..{end}"
    times = _before(text, words, start) + 1
    return words, str(times) if times > 1 else ""


def _range(text: str, line: Line, start: int, end: int) -> tuple[int, int] | None:
    words, there = line["words"], text[max(start, 0) : end].strip()
    if not 0 <= start < end <= len(text) or not there or (words and there != words):
        line.wrong("place", NOT_THERE, number=line["passage"])
        return None
    return start, end


def _nth(text: str, line: Line, words: str, times: int) -> tuple[int, int] | None:
    at = -1
    for _time in range(times):
        at = text.find(words, at + 1)
        if at < 0:
            line.wrong("place", NOT_SO_OFTEN, number=line["passage"])
            return None
    return at, at + len(words)


def _before(text: str, words: str, start: int) -> int:
    """How often they stand further to the front, also where one time overlaps another."""
    count, at = 0, text.find(words)
    while 0 <= at < start:
        count, at = count + 1, text.find(words, at + 1)
    return count
