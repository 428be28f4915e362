"""Every derived store, by name."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from llm import clients
from llm.corpus import CorpusFolder
from llm.projections.advance import Projection
from llm.projections.corpus import Corpus
from llm.projections.graph import Graph
from llm.projections.vectors import Vectors


def names() -> tuple[str, ...]:
    """Of those there are here: the graph is kept in a store of its own where one is given."""
    return ("corpus", "vectors", *(["graph"] if settings.NEO4J_URI else []))


def projection(name: str) -> Projection:
    makers: dict[str, Callable[[], Projection]]
    makers = {"corpus": corpus, "vectors": vectors, "graph": graph}
    return makers[name]()


def vectors() -> Vectors:
    return Vectors(clients.vector_store(), clients.encoder())


def corpus() -> Corpus:
    return Corpus(CorpusFolder(settings.KB_HOME / "corpus"), clients.encoder())


def graph() -> Graph:
    return Graph(clients.graph_store())
