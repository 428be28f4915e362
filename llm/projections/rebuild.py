"""Builds a store anew beside the one that is read, checks it, and only then moves the readers."""

from __future__ import annotations

from collections.abc import Callable

from governance.models import TrailHead
from llm.models import Cursor
from llm.projections.advance import knowledge_after, last_knowledge
from llm.projections.corpus import Corpus
from llm.projections.holdings import held_versions
from llm.projections.reconcile import differences
from llm.projections.vectors import Vectors

Progress = Callable[[int, int], None]


def silent(_done: int, _all: int) -> None:
    """Shows nothing."""


class Busy(Exception):
    """Another worker holds the cursor; try again."""


class NotEqual(Exception):
    """What was built is not what the truth says; the readers stay where they are."""


def rebuild_vectors(vectors: Vectors, progress: Progress = silent) -> int:
    """Returns how many points the new collection holds. Changing the model is the same path.

    The long part runs without the lease, so that approvals go on reaching the old collection;
    what they changed meanwhile is settled in the new one before the switch.
    """
    began, epoch = last_knowledge(), _epoch()
    name, old = vectors.new_name(), vectors.store.collections()
    vectors.store.create(name, vectors.encoder.profile.dimension)
    versions = list(held_versions().values_list("pk", flat=True))
    for done, version_id in enumerate(versions, start=1):
        vectors.settle_in(name, version_id, lambda: None)
        progress(done, len(versions))
    with_lease = Cursor.objects.lease(vectors.name)
    if with_lease is None:
        vectors.store.discard(name)
        raise Busy
    try:
        return _take_over(vectors, with_lease, name, began, epoch, old)
    finally:
        with_lease.release()


def rebuild_corpus(corpus: Corpus, progress: Progress = silent) -> int:
    """Settle every version again and publish. Objects are content-addressed: the old stay right."""
    cursor = Cursor.objects.lease(corpus.name)
    if cursor is None:
        raise Busy
    try:
        number = last_knowledge()
        versions = list(held_versions().values_list("pk", flat=True))
        for done, version_id in enumerate(versions, start=1):
            corpus.settle(version_id, cursor.hold)
            progress(done, len(versions))
        corpus.finish(number)
        cursor.move(number, epoch=_epoch())
    finally:
        cursor.release()
    return len(versions)


def _take_over(
    vectors: Vectors, cursor: Cursor, name: str, began: int, epoch: str, old: set[str]
) -> int:
    number = _catch_up(vectors, cursor, name, began)
    if differences(vectors, name, beat=cursor.hold):
        vectors.store.discard(name)
        raise NotEqual(name)
    cursor.move(number, epoch=epoch)
    vectors.store.switch(name)
    for other in old - {name}:
        vectors.store.discard(other)
    return vectors.store.count(name)


def _catch_up(vectors: Vectors, cursor: Cursor, name: str, began: int) -> int:
    number = began
    while entries := knowledge_after(number):
        for entry in entries:
            cursor.hold()
            vectors.settle_in(name, int(entry.governs_id), cursor.hold)
        number = entries[-1].number
    return number


def _epoch() -> str:
    return TrailHead.objects.values_list("epoch", flat=True).get()
