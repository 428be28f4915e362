"""Builds the store and the encoder that the settings ask for: the only place that asks which."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings

from llm.completion import Completion
from llm.embedding import Encoder, choose
from llm.stores.graph import GraphStore
from llm.stores.port import VectorStore

_lock = threading.Lock()
_stores: dict[str, VectorStore] = {}
_encoders: dict[tuple[str, str], Encoder] = {}
_graphs: dict[str, GraphStore] = {}


def vector_store() -> VectorStore:
    """This process's store. Raises `InUse` where another process owns the in-process engine."""
    key = settings.QDRANT_URL or str(settings.KB_HOME)
    with _lock:
        if key not in _stores:
            _stores[key] = _open_store()
        return _stores[key]


def encoder() -> Encoder:
    setting, precision = key = _asked_for()
    with _lock:
        if key not in _encoders:
            _encoders[key] = choose(setting, Path(settings.KB_HOME), precision=precision)
        return _encoders[key]


def graph_store() -> GraphStore:
    """This process's way to the graph database that the settings name."""
    with _lock:
        if settings.NEO4J_URI not in _graphs:
            _graphs[settings.NEO4J_URI] = _open_graph()
        return _graphs[settings.NEO4J_URI]


def completion() -> Completion:
    """The hospital's own language model, where the settings name one."""
    return Completion(settings.LLM_URL, settings.LLM_MODEL, settings.LLM_API_KEY)


def is_open() -> bool:
    """Whether this process has the store open."""
    return (settings.QDRANT_URL or str(settings.KB_HOME)) in _stores


def install(
    *,
    store: VectorStore | None = None,
    with_encoder: Encoder | None = None,
    graph: GraphStore | None = None,
) -> None:
    """Use these from now on."""
    with _lock:
        if store is not None:
            _stores[settings.QDRANT_URL or str(settings.KB_HOME)] = store
        if with_encoder is not None:
            _encoders[_asked_for()] = with_encoder
        if graph is not None:
            _graphs[settings.NEO4J_URI] = graph


def close() -> None:
    """Let go of every store, so that another process may own it."""
    with _lock:
        while _stores:
            _stores.popitem()[1].close()
        while _graphs:
            _graphs.popitem()[1].close()


def _asked_for() -> tuple[str, str]:
    return settings.EMBEDDING_MODEL, settings.EMBEDDING_PRECISION


def _open_store() -> VectorStore:
    if settings.QDRANT_URL:
        from llm.stores.server import ServerStore

        return ServerStore(settings.QDRANT_URL, api_key=settings.QDRANT_API_KEY or None, timeout=5)
    from llm.stores.edge import EdgeStore

    return EdgeStore.open(Path(settings.KB_HOME) / "vectors")


def _open_graph() -> GraphStore:
    from llm.stores.neo4j import Neo4jStore

    user, password = settings.NEO4J_USER, settings.NEO4J_PASSWORD
    return Neo4jStore(settings.NEO4J_URI, user=user, password=password)
