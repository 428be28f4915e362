"""Checks rows of a list of questions: which can be asked, which the set has, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from governance.admin.row_numbers import number_of_row
from governance.models import Language, Passage
from governance.visibility import says_something
from llm.actions.questions import MOST_EXPECTED, Asked
from llm.models import EvaluationQuestion, QuestionKind, QuestionSet
from llm.models.questions import LONGEST_QUESTION, key_of
from llm.wording import language_of

# Where a question says by these what it expects.
_PLACES = ("source", "file", "passage", "contains")


@dataclass(frozen=True)
class Finding:
    """What is wrong with a cell, and what to do about it."""

    row: int
    column: str
    value: str
    sentence: str


@dataclass
class Checked:
    """`known` counts the questions that the set asks already; they are left out."""

    asked: list[Asked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: int = 0


class _Wrong(Exception):
    """A column, and what is wrong there."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


def checked(
    rows: Iterable[tuple[int, Mapping[str, str]]], question_set: QuestionSet, *, at: datetime
) -> Checked:
    """Nothing is written. A row is its number, and its cells by the names of columns."""
    told = Checked()
    standing = EvaluationQuestion.objects.filter(question_set=question_set).standing()
    known, seen = set(standing.values_list("key", flat=True)), dict[str, int]()
    for number, cells in rows:
        key = key_of(cells.get("question", ""))
        if key in known:
            told.known += 1
            continue
        try:
            _refuse_doubled(key, seen, number)
            told.asked.append(_asked(cells, at))
        except _Wrong as wrong:
            value = cells.get(wrong.column, "")
            told.findings.append(Finding(number, wrong.column, value, wrong.sentence))
    return told


def _refuse_doubled(key: str, seen: dict[str, int], number: int) -> None:
    if key in seen:
        raise _Wrong("question", _("Row %(row)s asks the same.") % {"row": seen[key]})
    seen[key] = number


def _asked(cells: Mapping[str, str], at: datetime) -> Asked:
    text = cells.get("question", "").strip()
    if not says_something(text) or "\0" in text:
        raise _Wrong("question", _("Say what is asked."))
    if len(text) > LONGEST_QUESTION:
        raise _Wrong("question", _("At most %(most)s characters.") % {"most": LONGEST_QUESTION})
    language = cells.get("language", "") or language_of(text)
    if language not in Language.values:
        raise _Wrong("language", _("Say zh or en."))
    return Asked(text, language, _expected(cells, at))


def _expected(cells: Mapping[str, str], at: datetime) -> tuple[int, ...]:
    kind, is_placed = cells.get("kind", ""), any(cells.get(name) for name in _PLACES)
    if kind and kind not in QuestionKind.values:
        raise _Wrong("kind", _("Say known_item, cross_language or unanswerable, or nothing."))
    if kind == QuestionKind.UNANSWERABLE:
        if is_placed:
            raise _Wrong("kind", _("A passage is named, so something does answer it."))
        return ()
    if not is_placed:
        problem = _("Say where the answer stands, or that the kind is unanswerable.")
        raise _Wrong("contains", problem)
    if cells.get("passage"):
        return _by_number(cells["passage"], at)
    return _by_words(cells, at)


def _by_number(told: str, at: datetime) -> tuple[int, ...]:
    """One number, or several with commas between them."""
    numbers = [number_of_row(part.strip()) for part in told.replace("，", ",").split(",")]
    there = Passage.objects.in_force(at).filter(pk__in=numbers).count()
    if 0 in numbers or there < len(set(numbers)):
        raise _Wrong("passage", _("There is no such passage in force."))
    return tuple(numbers)


def _by_words(cells: Mapping[str, str], at: datetime) -> tuple[int, ...]:
    words = cells.get("contains", "")
    if not words:
        raise _Wrong("contains", _("Give words that stand in the passage."))
    rows = _in_place(cells, Passage.objects.in_force(at))
    found = list(
        rows.filter(text__contains=words).values_list("pk", flat=True)[: MOST_EXPECTED + 1]
    )
    if not found:
        raise _Wrong("contains", _("No passage in force there has these words."))
    if len(found) > MOST_EXPECTED:
        raise _Wrong("contains", _("Too many passages have these words. Give more of them."))
    return tuple(found)


def _in_place(cells: Mapping[str, str], rows: QuerySet[Passage]) -> QuerySet[Passage]:
    """Of the file that was uploaded, or of the source by its number or title, where one is told."""
    if cells.get("file"):
        rows = rows.filter(version__upload__filename=cells["file"])
    if source := cells.get("source"):
        by_number = Q(version__source=number_of_row(source))
        rows = rows.filter(by_number | Q(version__source__title=source))
    return rows.order_by("pk")
