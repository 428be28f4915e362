"""Work on the stores by command: done here, or left to the process that owns the engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from governance import clock
from governance.errors import Refused
from llm import clients
from llm.embedding import Unavailable
from llm.evaluation.drafting import draft_questions
from llm.evaluation.running import evaluate
from llm.models import Cursor, Job, LostLease, Parked
from llm.projections import rebuild as rebuilding
from llm.projections.advance import advance
from llm.projections.compared import differences
from llm.projections.registry import corpus, graph, names, projection, vectors
from llm.releases import testing
from llm.stores.port import StoreAway
from llm.stores.shards import InUse
from llm.training import cutting

POLL_SECONDS = 0.3
Outcome = dict[str, Any]

# Jobs that run on a thread of this process.
_running: set[int] = set()


def do(verb: str, arguments: dict[str, Any], **here: Any) -> Outcome:
    """Do it, here if this process may own the stores, else by the one that does, and wait.

    `here` is what only this process can be given, such as where to show progress.
    """
    job: Job | None = None
    while True:
        try:
            clients.vector_store()
        except InUse:
            job = job or Job.objects.create(verb=verb, arguments=arguments, asked_at=clock.now())
            if (outcome := _outcome_of(job)) is not None:
                return outcome
            time.sleep(POLL_SECONDS)
        else:
            if job and (outcome := _outcome_of(job)) is not None:
                return outcome
            if job:
                # The owner is gone; whatever it had begun is done again, here.
                job.delete()
            return _attempt(VERBS[verb], arguments | here)


def carry_out(job: Job) -> Outcome:
    """Wait for what was ordered, and do it here where no other process owns the stores."""
    while (outcome := _outcome_of(job)) is None:
        try:
            clients.vector_store()
        except InUse:
            time.sleep(POLL_SECONDS)
        else:
            run_waiting()
    return outcome


def run_waiting() -> None:
    """Take up what commands have left for this process, which owns the engine.

    What runs and is none of its own was begun by an owner before it, which is gone.
    """
    orphans = Job.objects.filter(state=Job.State.RUNNING).exclude(pk__in=list(_running))
    orphans.update(state=Job.State.WAITING)
    for job in Job.objects.filter(state=Job.State.WAITING).order_by("pk"):
        _run(job)


def progress_of(job: Job) -> tuple[int, int] | None:
    """How much of how much is done; None where nobody has said so."""
    told: tuple[int, int] | None = cache.get(_progress_key(job))
    return told


def catch_up() -> Outcome:
    """Bring every projection to the end of the trail."""
    for name in names():
        Parked.objects.filter(projection=name).update(retry_at=clock.now())
        while not advance(projection(name)):
            time.sleep(POLL_SECONDS)
    parked = Parked.objects.order_by("projection", "kind", "number").values_list(
        "projection", "kind", "number", "error"
    )
    numbers = {name: _cursor(name).number for name in names()}
    return {"numbers": numbers, "parked": [list(row) for row in parked]}


def rebuild(*, store: str, progress: rebuilding.Progress = rebuilding.silent) -> Outcome:
    """Build a store anew beside the old one, and move its readers."""
    if store == "vectors":
        return {"store": store, "points": rebuilding.rebuild_vectors(vectors(), progress)}
    if store == "graph":
        return {"store": store, "relations": rebuilding.rebuild_graph(graph(), progress)}
    return {"store": store, "objects": rebuilding.rebuild_corpus(corpus(), progress)}


def reconcile(*, repair: bool) -> Outcome:
    """What differs in each store that the trail's followers keep."""
    found = differences(repair=repair)
    if repair and any(d.kind == "outdated" for d in found):
        rebuilding.rebuild_vectors(vectors())
    drift = [[d.store, d.kind, d.what, d.number] for d in found]
    return {"drift": drift, "repaired": repair and bool(drift)}


VERBS: dict[str, Callable[..., Outcome]] = {
    "catch_up": catch_up,
    "rebuild": rebuild,
    "reconcile": reconcile,
    "test_release": testing.run,
    "evaluate": evaluate,
    "draft_questions": draft_questions,
    "cut_training_set": cutting.run,
}
# Those whose work is long and counted, so that people can see how far it is.
COUNTED = ("rebuild", "evaluate", "draft_questions", "cut_training_set")


def _run(job: Job) -> None:
    """Marked as this process's own before it is taken, so that nobody here thinks it an orphan."""
    mine = Job.objects.filter(pk=job.pk)
    if job.pk in _running:
        return
    _running.add(job.pk)
    outcome: Outcome = {"error": "It stopped unexpectedly; the log of the server says why."}
    try:
        if mine.filter(state=Job.State.WAITING).update(state=Job.State.RUNNING):
            outcome = _attempt(VERBS[job.verb], job.arguments | _telling(job))
    finally:
        mine.filter(state=Job.State.RUNNING).update(state=Job.State.DONE, outcome=outcome)
        _running.discard(job.pk)


def _telling(job: Job) -> dict[str, Any]:
    """What long work is given, so that people can see how far it is."""
    if job.verb not in COUNTED:
        return {}
    return {"progress": lambda done, of: cache.set(_progress_key(job), (done, of), 3600)}


def _progress_key(job: Job) -> str:
    return f"job:{job.pk}:progress"


def _outcome_of(job: Job) -> Outcome | None:
    job.refresh_from_db()
    return None if job.outcome is None else dict(job.outcome)


def _attempt(work: Callable[..., Outcome], arguments: dict[str, Any]) -> Outcome:
    """What came of it; a refusal is an outcome, and a store that is away, or one that is busy."""
    try:
        return work(**arguments)
    except Refused as refusal:
        return {"error": str(refusal)}
    except (StoreAway, Unavailable, LostLease, rebuilding.Busy, rebuilding.NotEqual) as error:
        return {"error": repr(error)}


def _cursor(name: str) -> Cursor:
    return Cursor.objects.get_or_create(name=name)[0]
