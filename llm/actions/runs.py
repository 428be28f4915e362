"""Keeping what came of asking a set, and ordering that it is asked."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import AlreadyOrdered, Malformed, NoLongerFits
from governance.models import Account
from governance.trail import Actor, Changes, changing
from llm.errors import NothingToAsk
from llm.models import (
    EvaluationQuestion,
    EvaluationResult,
    EvaluationRun,
    Job,
    QuestionSet,
)
from llm.models.runs import digest_of_results

MOST_DRAFTS = 20
VERB, DRAFTING = "evaluate", "draft_questions"


@dataclass(frozen=True)
class Made:
    """A run and its results, none of them kept yet."""

    run: EvaluationRun
    results: Sequence[EvaluationResult]


def keep(*, made: Made, by: Actor) -> EvaluationRun:
    """In one transaction, so that nobody ever sees half of it. Kept already, it is that one."""
    with changing(by=by) as changes:
        run, results = made.run, list(made.results)
        kept = EvaluationRun.objects.filter(ordered=run.ordered).first()
        if kept is not None:
            return kept
        run.ended_at = changes.at
        run.person = by.person if isinstance(by, Account) else None
        run.results_digest = digest_of_results(results) if results else ""
        run.save(force_insert=True)
        for each in results:
            each.run = run
        EvaluationResult.objects.bulk_create(results, batch_size=500)
        _note(changes, run)
    return run


def _note(changes: Changes, run: EvaluationRun) -> None:
    if run.broken:
        changes.note("evaluation.broken", run, set=run.set_digest, why=run.broken)
        return
    digest = run.results_digest
    changes.note("evaluation.run", run, truth=run.truth, set=run.set_digest, results=digest)


def order(*, question_set: QuestionSet, by: Account, release: str = "") -> Job:
    """Leave it to the process that owns the stores. Refused while the same waits or is done."""
    with changing(by=by, may=Deed.CURATE) as changes:
        mine = QuestionSet.objects.get(pk=question_set.pk)
        if mine.retired_at is not None:
            raise NoLongerFits
        if not EvaluationQuestion.objects.filter(question_set=mine).counted(changes.at).exists():
            raise NothingToAsk(name=mine.name)
        if waiting(mine, release):
            raise AlreadyOrdered
        arguments = {
            "question_set": mine.pk,
            "by": by.pk,
            "ordered": str(uuid.uuid4()),
            "release": release,
        }
        job = Job.objects.create(verb=VERB, arguments=arguments, asked_at=changes.at)
        changes.note("job.ordered", job, verb=VERB, set=mine.pk, release=release)
    return job


def order_drafts(*, question_set: QuestionSet, count: int, by: Account) -> Job:
    """Have questions proposed for so many passages. Refused while the same waits or is done."""
    with changing(by=by, may=Deed.CURATE) as changes:
        if not 1 <= count <= MOST_DRAFTS:
            problem = _("Give a number from 1 to %(most)s.") % {"most": MOST_DRAFTS}
            raise Malformed(field="count", problem=problem)
        mine = QuestionSet.objects.get(pk=question_set.pk)
        if mine.retired_at is not None:
            raise NoLongerFits
        arguments = {"question_set": mine.pk, "by": by.pk, "count": count}
        if _alike(DRAFTING, {"question_set": mine.pk}):
            raise AlreadyOrdered
        job = Job.objects.create(verb=DRAFTING, arguments=arguments, asked_at=changes.at)
        changes.note("job.ordered", job, verb=DRAFTING, set=mine.pk, count=count)
    return job


def waiting(question_set: QuestionSet, release: str = "") -> list[Job]:
    """Orders that have not been carried out yet."""
    return _alike(VERB, {"question_set": question_set.pk, "release": release})


def _alike(verb: str, told: dict[str, object]) -> list[Job]:
    rows = Job.objects.filter(verb=verb).exclude(state=Job.State.DONE)
    return [job for job in rows if told.items() <= job.arguments.items()]
