"""Asks a set from beginning to end, and keeps what came of it whole, or that nothing did."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance import canonical, clock
from governance.models import Account
from governance.trail import SHELL, Actor
from llm import clients, retrieval
from llm.actions import runs
from llm.actions.runs import Made
from llm.embedding import Unavailable
from llm.errors import NothingToAsk
from llm.evaluation.asking import (
    Ask,
    Posed,
    Progress,
    ask_all,
    ask_now,
    asking_within,
    posed,
    silent,
)
from llm.evaluation.summing import summed
from llm.models import Broken, EvaluationQuestion, EvaluationResult, EvaluationRun, QuestionSet
from llm.projections.advance import advance, last_knowledge
from llm.projections.registry import projection
from llm.releases import held
from llm.stores.port import StoreAway

# How often it is begun anew where knowledge changed meanwhile, and how long the store is waited
# for until it holds what is asked for.
ATTEMPTS = 3
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.3


@dataclass(frozen=True)
class Order:
    """`ordered` is told by whoever wants it: carried out twice, it is kept once."""

    question_set: int
    by: int | None
    ordered: str
    release: str = ""


def evaluate(
    *,
    question_set: int,
    by: int | None = None,
    ordered: str = "",
    release: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:
    """As a job: the number of the run. What broke is told besides, and kept as such a run."""
    if release and held.named(release) is None:
        return {"error": f"There is no release “{release}”."}
    order = Order(question_set, by, ordered or str(uuid.uuid4()), release)
    run = EvaluationRun.objects.filter(ordered=order.ordered).first()
    run = run or _run(order, progress)
    return {"run": run.pk, **({"error": run.get_broken_display()} if run.broken else {})}


def _run(order: Order, progress: Progress) -> EvaluationRun:
    mine, begun_at = QuestionSet.objects.get(pk=order.question_set), clock.now()
    questions = _posed(mine)
    try:
        asked = _asked_in_peace(mine, _way_of_asking(order), progress)
    except StoreAway:
        asked = _Asked(questions, broken=Broken.STORE_AWAY)
    except Unavailable:
        asked = _Asked(questions, broken=Broken.ENCODER_AWAY)
    return runs.keep(made=_made(order, mine, begun_at, asked), by=_actor(order))


@dataclass(frozen=True)
class _Asked:
    questions: Sequence[Posed]
    results: Sequence[EvaluationResult] = ()
    truth: int = 0
    broken: str = ""


def _way_of_asking(order: Order) -> Ask:
    release = held.named(order.release) if order.release else None
    return asking_within(held.held_by(release)) if release else ask_now


def _asked_in_peace(question_set: QuestionSet, ask: Ask, progress: Progress) -> _Asked:
    """Begun anew where knowledge changes in between, so that all were asked of the same truth."""
    for _attempt in range(ATTEMPTS):
        truth, questions = last_knowledge(), _posed(question_set)
        if not _store_is_ready():
            return _Asked(questions, broken=Broken.STORE_BEHIND)
        results = ask_all(questions, ask=ask, progress=progress)
        again = posed(question_set, at=clock.now())
        if truth == last_knowledge() and _told(questions) == _told(again):
            return _Asked(questions, results, truth)
    return _Asked(questions, broken=Broken.TRUTH_MOVED)


def _told(questions: Sequence[Posed]) -> list[object]:
    return [each.told() for each in questions]


def _posed(question_set: QuestionSet) -> list[Posed]:
    """Refused where there is nothing to ask, also where the set was emptied meanwhile."""
    questions = posed(question_set, at=clock.now())
    if not questions:
        raise NothingToAsk(name=question_set.name)
    return questions


def _store_is_ready() -> bool:
    """Whether the vectors have come as far as the truth; brought there if need be."""
    until = time.monotonic() + PATIENCE_SECONDS
    vectors = projection("vectors")
    while not advance(vectors):
        if time.monotonic() > until:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _made(order: Order, question_set: QuestionSet, begun_at: datetime, asked: _Asked) -> Made:
    now = clock.now()
    rows = EvaluationQuestion.objects.filter(question_set=question_set).standing()
    stale = EvaluationQuestion.objects.filter(question_set=question_set).stale(now)
    unreviewed = rows.filter(reviewed_at=None)
    return Made(
        run=EvaluationRun(
            question_set=question_set,
            ordered=uuid.UUID(order.ordered),
            begun_at=begun_at,
            release=order.release,
            truth=asked.truth or last_knowledge(),
            set_digest=canonical.digest([_of_set(each) for each in asked.questions]),
            questions=len(asked.questions),
            left_out={"stale": stale.count(), "unreviewed": unreviewed.count()},
            settings={"profile": retrieval.PROFILE},
            encoder=_encoder(),
            figures=None if asked.broken else summed(asked.results),
            broken=asked.broken,
        ),
        results=asked.results,
    )


def _of_set(asked: Posed) -> list[Any]:
    """Without which passages stand for the text now: the same questions are the same set."""
    return [asked.question.pk, asked.question.digest_now()]


def _encoder() -> str:
    try:
        return clients.encoder().profile.name
    except Unavailable:
        return ""


def _actor(order: Order) -> Actor:
    return SHELL if order.by is None else Account.objects.get(pk=order.by)
