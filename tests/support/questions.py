"""Sets of questions, brought to a state the way they get there in life."""

from __future__ import annotations

import uuid
from typing import Any

from governance import clock
from governance.models import Account, Passage
from llm.actions import question_sets, questions, runs
from llm.actions.questions import Asked
from llm.actions.runs import Made
from llm.evaluation.running import evaluate
from llm.models import Broken, EvaluationQuestion, EvaluationRun, QuestionSet


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


def broken_run(question_set: QuestionSet, by: Account) -> EvaluationRun:
    """One that needed neither store nor encoder, for both were away."""
    run = EvaluationRun(
        question_set=question_set,
        ordered=uuid.uuid4(),
        begun_at=clock.now(),
        truth=0,
        set_digest="0" * 64,
        questions=1,
        encoder="",
        broken=Broken.STORE_AWAY,
    )
    return runs.keep(made=Made(run, []), by=by)


def rows(by: Account) -> dict[str, int]:
    """The numbers of one row of each kind."""
    made, passage = founded(by), Passage.objects.in_force(clock.now()).order_by("pk")[0]
    return {
        "questionset": made.pk,
        "evaluationquestion": written(made, by, "How low?", passage).pk,
        "evaluationrun": broken_run(made, by).pk,
    }
