"""Every derived store, by name."""

from __future__ import annotations

from django.conf import settings

from llm import clients
from llm.corpus import CorpusFolder
from llm.projections.advance import Projection
from llm.projections.corpus import Corpus
from llm.projections.vectors import Vectors

NAMES = ("corpus", "vectors")


def projection(name: str) -> Projection:
    return corpus() if name == "corpus" else vectors()


def vectors() -> Vectors:
    return Vectors(clients.vector_store(), clients.encoder())


def corpus() -> Corpus:
    return Corpus(CorpusFolder(settings.KB_HOME / "corpus"), clients.encoder())
