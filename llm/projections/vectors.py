"""Passages as points of the vector store."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from governance.models import Passage
from llm import words
from llm.caching import count_words, vectors_of
from llm.embedding import Encoder
from llm.projections.advance import Beat, Settle
from llm.projections.holdings import Holding, held_versions, holding_of
from llm.stores.port import NotBuilt, Payload, Point, Sparse, VectorStore

# Of our own making; a change of it would make every point another.
NAMESPACE = uuid.UUID("6f0f0d5c-6a55-5f0e-9d57-0a2f3d6f7e11")


class RebuildDue(Exception):
    """The collection was made with another embedding model, or from words that were cut
    otherwise, so nothing can be added to it."""


class Vectors:
    """Holds one point a passage. Collections are named by profile and generation."""

    name = "vectors"

    def __init__(self, store: VectorStore, encoder: Encoder) -> None:
        self.store = store
        self.encoder = encoder

    @property
    def settlers(self) -> Mapping[str, Settle]:
        return {"version": self.settle}

    @property
    def profile(self) -> str:
        """What a collection made now is made with: the encoder, and how words are cut."""
        return f"{self.encoder.profile.name}-{words.profile_name()}"

    def is_missing(self) -> bool:
        return self.store.live() is None

    def prepare(self, beat: Beat) -> bool:
        """Where nothing is live yet, begin with an empty collection."""
        if self.is_missing():
            name = self.new_name()
            self.store.create(name, self.encoder.profile.dimension)
            self.store.switch(name)
        return False

    def drop_unknown(self, beat: Beat) -> None:
        """Points of versions that the truth does not want, or does not know at all."""
        live, wanted = self._live(), set(held_versions().values_list("pk", flat=True))
        unknown = []
        for stored in self.store.scan(live):
            beat()
            if stored.payload is None or stored.payload.version not in wanted:
                unknown.append(stored.id)
        self.store.drop_points(live, unknown)

    def settle(self, version_id: int, beat: Beat) -> None:
        self.settle_in(self._live(), version_id, beat)

    def settle_in(self, collection: str, version_id: int, beat: Beat) -> None:
        """Make one collection agree with the truth about one version."""
        holding = holding_of(version_id)
        if holding is None:
            self.store.drop_versions(collection, [version_id])
            return
        there = self.store.ids(collection, version_id)
        wanted = ids_of(holding, profile_of(collection))
        self.store.drop_points(collection, there - wanted.keys())
        term = holding.term
        self.store.stamp(
            collection, version_id, microseconds(term.starts_at), microseconds(term.ends_at)
        )
        count_words(holding.version)
        if missing := [passage for id_, passage in wanted.items() if id_ not in there]:
            points = self._points(collection, holding, missing, beat)
            beat()
            self.store.put(collection, points)

    def finish(self, number: int) -> None:
        """The cursor says how far the store has come; there is nothing more to write."""

    def is_gone(self, version_id: int) -> bool:
        live, holding = self._live(), holding_of(version_id)
        wanted = ids_of(holding, profile_of(live)) if holding else {}
        return self.store.ids(live, version_id) <= wanted.keys()

    def new_name(self) -> str:
        """The next free generation of this profile."""
        there = self.store.collections()
        names = (f"{self.profile}-{n}" for n in itertools.count(1))
        return next(name for name in names if name not in there)

    def _live(self) -> str:
        live = self.store.live()
        if live is None:
            raise NotBuilt
        return live

    def _points(
        self, collection: str, holding: Holding, passages: Sequence[Passage], beat: Beat
    ) -> list[Point]:
        """From the cache where the vectors are there. Vectors of two profiles never mix."""
        profile = self.profile
        if profile_of(collection) != profile:
            raise RebuildDue(collection)
        texts = [p.embedded_text() for p in passages]
        vectors = vectors_of(texts, self.encoder, beat=beat)
        return [
            Point(point_id(p.pk, p.digest, profile), v, sparse_of(text), payload_of(holding, p.pk))
            for p, text, v in zip(passages, texts, vectors, strict=True)
        ]


def profile_of(collection: str) -> str:
    """What a collection is made with; see `Vectors.profile`."""
    return collection.rpartition("-")[0]


def embeds_as(collection: str, encoder: Encoder) -> bool:
    """Whether its dense vectors may be compared with the encoder's."""
    return collection.startswith(f"{encoder.profile.name}-")


def cuts_words_as_now(collection: str) -> bool:
    """Whether its sparse vectors may be compared with those of a query."""
    return profile_of(collection).endswith(f"-{words.profile_name()}")


def ids_of(holding: Holding, profile: str) -> dict[str, Passage]:
    """The points that a version must have, and the passage of each."""
    return {point_id(p.pk, p.digest, profile): p for p in holding.passages}


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


def sparse_of(text: str) -> Sparse:
    weights = words.of_passage(text)
    return Sparse(weights.indices, weights.values)
