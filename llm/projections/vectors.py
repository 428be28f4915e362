"""Passages as points of the vector store."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime

from llm import words
from llm.caching import count_words, vectors_of
from llm.embedding import Encoder
from llm.projections.advance import Beat
from llm.projections.holdings import Holding, holding_of
from llm.stores.port import Payload, Point, Sparse, VectorStore

NAMESPACE = uuid.UUID("6f0f0d5c-6a55-5f0e-9d57-0a2f3d6f7e11")


class Vectors:
    """Holds one point a passage. Collections are named by embedding profile and generation."""

    name = "vectors"

    def __init__(self, store: VectorStore, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder

    def prepare(self) -> bool:
        """Where nothing is live yet, begin with an empty collection."""
        if self.store.live() is not None:
            return False
        name = self.new_name()
        self.store.create(name, self.encoder.profile.dimension)
        self.store.switch(name)
        return True

    def settle(self, version_id: int, beat: Beat) -> None:
        self.settle_in(self._live(), version_id, beat)

    def settle_in(self, collection: str, version_id: int, beat: Beat) -> None:
        """Make one collection agree with the truth about one version."""
        holding = holding_of(version_id)
        if holding is None:
            self.store.drop_versions(collection, [version_id])
            return
        points = self.points(holding, beat)
        there = self.store.ids(collection, version_id)
        beat()
        self.store.put(collection, [p for p in points if p.id not in there])
        self.store.drop_points(collection, there - {p.id for p in points})
        term = holding.term
        self.store.stamp(
            collection, version_id, microseconds(term.starts_at), microseconds(term.ends_at)
        )

    def finish(self, number: int) -> None:
        """The cursor says how far the store has come; there is nothing more to write."""

    def is_gone(self, version_id: int) -> bool:
        holding = holding_of(version_id)
        wanted = {self._id(p.pk, p.digest) for p in holding.passages} if holding else set()
        return self.store.ids(self._live(), version_id) <= wanted

    def points(self, holding: Holding, beat: Beat) -> list[Point]:
        """The points of a version, from the cache where their vectors are there."""
        count_words(holding.version)
        texts = [p.embedded_text() for p in holding.passages]
        vectors = vectors_of(texts, self.encoder, beat=beat)
        payloads = (payload_of(holding, p.pk) for p in holding.passages)
        return [
            Point(self._id(p.pk, p.digest), vector, _sparse(text), payload)
            for p, text, vector, payload in zip(
                holding.passages, texts, vectors, payloads, strict=True
            )
        ]

    def new_name(self) -> str:
        """The next free generation of this embedding profile."""
        there = self.store.collections()
        names = (f"{self.encoder.profile.name}-{n}" for n in itertools.count(1))
        return next(name for name in names if name not in there)

    def _live(self) -> str:
        live = self.store.live()
        if live is None:
            raise LookupError("No collection is live.")
        return live

    def _id(self, passage: int, digest: str) -> str:
        return point_id(passage, digest, self.encoder.profile.name)


def point_id(passage: int, digest: str, profile: str) -> str:
    """The same passage with the same text under the same profile is the same point."""
    return str(uuid.uuid5(NAMESPACE, f"{passage}/{digest}/{profile}"))


def payload_of(holding: Holding, passage: int) -> Payload:
    cited = holding.version.citation or {}
    return Payload(
        passage=str(passage),
        version=holding.version.pk,
        source=holding.version.source_id,
        source_class=cited["source_class"],
        language=cited["language"],
        starts=microseconds(holding.term.starts_at),
        ends=microseconds(holding.term.ends_at),
    )


def microseconds(at: datetime) -> int:
    """Since the epoch, as the stores compare instants."""
    return round(at.timestamp() * 1_000_000)


def _sparse(text: str) -> Sparse:
    weights = words.of_passage(text)
    return Sparse(weights.indices, weights.values)
