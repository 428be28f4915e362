"""Every derived store against the truth, one after the other, each under its lease."""

from __future__ import annotations

import time
from collections.abc import Callable

from llm.models import Cursor
from llm.projections import reconcile as reconciling
from llm.projections.drift import Drift
from llm.projections.graph_reconcile import reconcile_graph
from llm.projections.registry import corpus, graph, names, vectors

POLL_SECONDS = 0.3

RECONCILERS: dict[str, Callable[..., list[Drift]]] = {
    "corpus": lambda **how: reconciling.reconcile_corpus(corpus(), **how),
    "vectors": lambda **how: reconciling.reconcile_vectors(vectors(), **how),
    "graph": lambda **how: reconcile_graph(graph(), **how),
}


def differences(*, repair: bool) -> list[Drift]:
    """What differs in each store that the trail's followers keep."""
    found: list[Drift] = []
    for name in names():
        cursor = _leased(name)
        try:
            found += RECONCILERS[name](repair=repair, beat=cursor.hold)
        finally:
            cursor.release()
    return found


def _leased(name: str) -> Cursor:
    while (cursor := Cursor.objects.lease(name)) is None:
        time.sleep(POLL_SECONDS)
    return cursor
