"""Asks the questions of a set one after another, and notes what each was given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from governance import clock
from governance.models import Passage
from llm.found import Found
from llm.fusing import MOST
from llm.models import EvaluationQuestion, EvaluationResult, QuestionSet
from llm.releases.held import Held
from llm.retrieval import Answer, Question, retrieve

# Passages that a result keeps; ranks are told as deep as anybody is given passages.
KEPT = 10

Progress = Callable[[int, int], None]
Ask = Callable[[Question], Answer]


@dataclass(frozen=True)
class Expectation:
    """One expected passage: the passages in force that have its text, and the class of its source.

    More than one where an edition says the same twice; any of them will do.
    """

    passages: frozenset[int]
    source_class: str


@dataclass(frozen=True)
class Posed:
    """A question with what is expected of it at the instant it is posed."""

    question: EvaluationQuestion
    expected: tuple[Expectation, ...]

    def told(self) -> list[object]:
        mine = self.question
        return [mine.pk, mine.digest_now(), [sorted(e.passages) for e in self.expected]]


def silent(_done: int, _of: int) -> None:
    """Says nothing of how far it is."""


def posed(question_set: QuestionSet, *, at: datetime) -> list[Posed]:
    """What is counted of the set, in the order in which it was written."""
    rows = EvaluationQuestion.objects.filter(question_set=question_set).counted(at)
    questions = list(rows.order_by("pk").prefetch_related("expected__passage__version__source"))
    standing = _standing(question_set, at)
    return [Posed(question, tuple(_expected(question, standing))) for question in questions]


def _standing(question_set: QuestionSet, at: datetime) -> dict[tuple[int, str], set[int]]:
    """The passages in force by source and text, of the texts that the set expects."""
    mine = EvaluationQuestion.objects.filter(question_set=question_set).reviewed()
    rows = Passage.objects.in_force(at).filter(digest__in=mine.values("expected__digest"))
    found: dict[tuple[int, str], set[int]] = {}
    for pk, source, digest in rows.values_list("pk", "version__source", "digest"):
        found.setdefault((source, digest), set()).add(pk)
    return found


def _expected(
    question: EvaluationQuestion, standing: dict[tuple[int, str], set[int]]
) -> list[Expectation]:
    """Two passages of one text, of two editions of a source, are one expectation."""
    found: dict[frozenset[int], Expectation] = {}
    for each in question.expected.all():
        source = each.passage.version.source
        passages = frozenset(standing.get((source.pk, each.digest), ()))
        found.setdefault(passages, Expectation(passages, source.source_class))
    return list(found.values())


def ask_now(question: Question) -> Answer:
    return retrieve(question, at=clock.now())


def asking_within(held: Held) -> Ask:
    """Of what is in force now, only what a release holds."""
    return lambda question: ask_now(replace(question, within=held))


def ask_all(
    questions: Sequence[Posed], *, ask: Ask = ask_now, progress: Progress = silent
) -> list[EvaluationResult]:
    """A result for each, of no run yet. Raises `StoreAway` and `Unavailable` as retrieval does."""
    found = []
    for place, each in enumerate(questions, start=1):
        found.append(_result(place, each, ask))
        progress(place, len(questions))
    return found


def _result(place: int, asked: Posed, ask: Ask) -> EvaluationResult:
    mine, began = asked.question, time.perf_counter()
    answer = ask(Question(mine.text, top_k=MOST))
    milliseconds = (time.perf_counter() - began) * 1000
    given = [each.passage.pk for each in answer.found]
    first = answer.found[0] if answer.found else None
    return EvaluationResult(
        place=place,
        question=mine,
        text=mine.text,
        language=mine.language,
        kind=mine.kind,
        source_class=asked.expected[0].source_class if asked.expected else "",
        expected=[sorted(each.passages) for each in asked.expected],
        ranks=_ranks(asked.expected, answer.found),
        passages=given[:KEPT],
        score=first.score if first else None,
        similarity=first.similarity if first else None,
        confidence=answer.confidence,
        refused=is_refused(answer),
        milliseconds=round(milliseconds, 1),
    )


def is_refused(answer: Answer) -> bool:
    """Whether retrieval said that it has nothing that answers the question."""
    return not answer.given


def _ranks(expected: Sequence[Expectation], found: Sequence[Found]) -> list[int | None]:
    """The place of the first passage that will do, for each expectation, or of one like it."""
    given = [{each.passage.pk, *(p.pk for p in each.alike)} for each in found]
    places: list[int | None] = []
    for each in expected:
        fits = [place for place, pks in enumerate(given, start=1) if pks & each.passages]
        places.append(min(fits, default=None))
    return places
