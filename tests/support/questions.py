"""Sets of questions, brought to a state the way they get there in life."""

from __future__ import annotations

from typing import Any

from governance.models import Account, Passage
from llm.actions import question_sets, questions
from llm.actions.questions import Asked
from llm.evaluation.running import evaluate
from llm.models import EvaluationQuestion, EvaluationRun, QuestionSet


def founded(by: Account, name: str = "Wards") -> QuestionSet:
    return question_sets.found(name=name, by=by)


def asked(text: str, *expected: Passage, language: str = "en", **given: Any) -> Asked:
    return Asked(text, language, tuple(p.pk for p in expected), **given)


def written(
    question_set: QuestionSet, by: Account, text: str, *expected: Passage, **given: Any
) -> EvaluationQuestion:
    return questions.write(question_set=question_set, asked=asked(text, *expected, **given), by=by)


def reviewed(
    question_set: QuestionSet, by: Account, second: Account, text: str, *expected: Passage
) -> EvaluationQuestion:
    made = written(question_set, by, text, *expected)
    questions.review(question=made, digest=made.digest_now(), by=second)
    made.refresh_from_db()
    return made


def run_of(question_set: QuestionSet) -> EvaluationRun:
    return EvaluationRun.objects.get(pk=evaluate(question_set=question_set.pk)["run"])
