"""Builds a store anew beside the one that is read, checks it, and only then moves the readers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

from governance import clock
from governance.models import TrailHead
from llm.models import LEASE, CorpusObject, Cursor, LostLease, Parked
from llm.projections.advance import (
    Beat,
    Projection,
    Subject,
    advance,
    knowledge_after,
    last_knowledge,
    subjects_of,
)
from llm.projections.corpus import Corpus
from llm.projections.corpus_facts import all_shards
from llm.projections.graph import Graph
from llm.projections.graph_reconcile import compared
from llm.projections.holdings import held_versions
from llm.projections.reconcile import differences, reconcile_corpus
from llm.projections.vectors import Vectors
from llm.stores.port import StillLive

POLL_SECONDS = 0.1
# A worker that was killed gives way after a lease.
PATIENCE = 3 * LEASE

Progress = Callable[[int, int], None]


def silent(_done: int, _all: int) -> None:
    """Shows nothing."""


class Busy(Exception):
    """Another worker holds the cursor; try again."""


class NotEqual(Exception):
    """What was built is not what the truth says; the readers stay where they are."""


def rebuild_vectors(
    vectors: Vectors, progress: Progress = silent, *, patience: timedelta = PATIENCE
) -> int:
    """Returns how many points the new collection holds. Changing the model, or how words are
    cut, is the same path.

    The long part runs without the cursor's lease, so that approvals go on reaching the old
    collection; what they changed meanwhile is settled in the new one before the switch. Nothing
    is left of a rebuild that fails. Raises `Busy` while another one runs, or where the cursor
    is not free within `patience`.
    """
    with _leased("rebuild", patience=timedelta(0)) as building:
        began, old = last_knowledge(), vectors.store.collections()
        name = vectors.new_name()

        def settle(subject: Subject, beat: Beat) -> None:
            if subject.kind == "version":
                vectors.settle_in(name, subject.number, beat)

        with _discarded_on_failure(lambda: vectors.store.discard(name)):
            vectors.store.create(name, vectors.encoder.profile.dimension)
            _fill(vectors, name, building.hold, progress)
            with _caught_up(vectors, began, settle, patience) as beat:
                if differences(vectors, name, beat=beat):
                    raise NotEqual(name)
                beat()
                vectors.store.switch(name)
        for other in old - {name}:
            vectors.store.discard(other)
    advance(vectors)
    return vectors.store.count(name)


def rebuild_corpus(
    corpus: Corpus, progress: Progress = silent, *, patience: timedelta = PATIENCE
) -> int:
    """Settle every version again and publish. Objects are content-addressed: the old stay right.

    Returns how many objects there are.
    """
    with _leased(corpus.name, patience=patience) as cursor:
        versions = list(held_versions().values_list("pk", flat=True))
        for done, version_id in enumerate(versions, start=1):
            corpus.settle(version_id, cursor.hold)
            progress(done, len(versions))
        corpus.facts.settle(all_shards(), cursor.hold)
        reconcile_corpus(corpus, repair=True, beat=cursor.hold)
    advance(corpus)
    return CorpusObject.objects.filter(is_held=True).count()


def rebuild_graph(
    graph: Graph, progress: Progress = silent, *, patience: timedelta = PATIENCE
) -> int:
    """A new generation beside the one that is read; see `rebuild_vectors`.

    Returns how many relations it holds.
    """
    with _leased("rebuild", patience=timedelta(0)) as building:
        began, generation = last_knowledge(), graph.new_generation()
        settle = partial(graph.settle_in, generation)
        with _discarded_on_failure(lambda: graph.store.discard(generation)):
            graph.store.create(generation)
            count = graph.fill(generation, building.hold)
            progress(count, count)
            with _caught_up(graph, began, settle, patience) as beat:
                if next(compared(graph, generation, beat=beat), None):
                    raise NotEqual(str(generation))
                beat()
                graph.store.switch(generation)
        for other in graph.store.generations() - {generation}:
            graph.store.discard(other)
    advance(graph)
    return count


def _fill(vectors: Vectors, name: str, beat: Beat, progress: Progress) -> None:
    versions = list(held_versions().values_list("pk", flat=True))
    for done, version_id in enumerate(versions, start=1):
        beat()
        vectors.settle_in(name, version_id, beat)
        progress(done, len(versions))


@contextmanager
def _caught_up(
    projection: Projection,
    began: int,
    settle: Callable[[Subject, Beat], None],
    patience: timedelta,
) -> Iterator[Beat]:
    """Holds the cursor, with what changed since `began` settled, for the readers to be moved."""
    with _leased(projection.name, patience=patience) as cursor:
        number = began
        while entries := knowledge_after(number):
            for subject in subjects_of(entries):
                cursor.hold()
                settle(subject, cursor.hold)
            number = entries[-1].number
        yield cursor.hold
        _let_others_follow(projection, cursor, number)


@contextmanager
def _discarded_on_failure(discard: Callable[[], None]) -> Iterator[None]:
    """A switch may fail after it has happened; then the readers have it already."""
    try:
        yield
    except BaseException:
        with suppress(StillLive):
            discard()
        raise


def _let_others_follow(projection: Projection, cursor: Cursor, number: int) -> None:
    """The cursor stays where it is: what it goes over again is settled already, and exits of it
    are recorded. Who took over since the last heartbeat went on in the old collection.
    """
    epoch = TrailHead.objects.values_list("epoch", flat=True).get()
    try:
        cursor.move(min(cursor.number, number) if cursor.epoch == epoch else 0, epoch=epoch)
    except LostLease:
        Cursor.objects.rewind(projection.name, number)
    Parked.objects.filter(projection=projection.name).update(retry_at=clock.now())


@contextmanager
def _leased(name: str, *, patience: timedelta) -> Iterator[Cursor]:
    deadline = time.monotonic() + patience.total_seconds()
    while (cursor := Cursor.objects.lease(name)) is None:
        if time.monotonic() >= deadline:
            raise Busy(name)
        time.sleep(POLL_SECONDS)
    try:
        yield cursor
    finally:
        cursor.release()
