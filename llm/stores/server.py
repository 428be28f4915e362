"""A Qdrant server or cluster, spoken to over HTTP."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from json import JSONDecodeError
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from llm.stores.port import (
    DENSE,
    HIT_FIELDS,
    WORDS,
    Hit,
    NoCollection,
    NotBuilt,
    Payload,
    Point,
    Sparse,
    StillLive,
    StoreAway,
    Stored,
    Vector,
    Wanted,
    WrongDimension,
    batches,
    check_points,
    check_vector,
    checked_limit,
    checked_name,
    engine_id,
    hits,
)

_BATCH = 256
_PAGE = 256
_NOT_FOUND = 404
_SERVER_ERRORS = 500
# Refused key, timeout, too many requests: nothing that another question would cure.
_AWAY = {401, 403, 408, 429}


class ServerStore:
    """A VectorStore on a server; see `VectorStore` for what each method promises.

    On the server a collection is called `NAMESPACE_NAME`, and the alias that readers use
    `NAMESPACE`: several installations may share a server, and see only their own.
    """

    def __init__(
        self, url: str, *, api_key: str | None = None, timeout: int = 10, namespace: str = "kb"
    ) -> None:
        """`timeout` is in seconds, for each request. Nothing is sent yet."""
        if not re.fullmatch(r"[a-z0-9-]+", namespace):
            raise ValueError(f"Not a namespace: {namespace!r}")
        # As a header, because the client warns when a key goes to a plain http address.
        headers = {"api-key": api_key} if api_key else None
        self._client = QdrantClient(
            url=url, timeout=timeout, headers=headers, check_compatibility=False
        )
        self._alias = namespace
        self._prefix = f"{namespace}_"
        self._closed = False

    def check(self) -> str | None:
        """What is wrong with the server's version, in one sentence, or None."""
        with self._asking():
            server = self._client.info().version
        return _unlike(version("qdrant-client"), server)

    def live(self) -> str | None:
        with self._asking():
            aliases = self._client.get_aliases().aliases
        for alias in aliases:
            if alias.alias_name == self._alias:
                return self._own(alias.collection_name)
        return None

    def collections(self) -> set[str]:
        with self._asking():
            found = self._client.get_collections().collections
        return {name for each in found if (name := self._own(each.name)) is not None}

    def create(self, name: str, dimension: int) -> None:
        full = self._full(name)
        with self._asking(name):
            if self._client.collection_exists(full):
                self._check_dimension(full, dimension)
            else:
                self._client.create_collection(full, **_layout(dimension))
            for field, index in _indexes().items():
                self._client.create_payload_index(full, field, index, wait=True)

    def switch(self, name: str) -> None:
        full = self._full(name)
        point = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=full, alias_name=self._alias)
        )
        forget = models.DeleteAliasOperation(
            delete_alias=models.DeleteAlias(alias_name=self._alias)
        )
        with self._asking(name):
            self._client.update_collection_aliases([forget, point])

    def discard(self, name: str) -> None:
        full = self._full(name)
        if self.live() == name:
            raise StillLive(f"Readers use {name}.")
        with self._asking():
            self._client.delete_collection(full)

    def put(self, name: str, points: Sequence[Point]) -> None:
        full = self._full(name)
        with self._asking(name):
            check_points(points, self._dimension(full))
            for batch in batches(points, _BATCH):
                self._client.upsert(full, [_draft(point) for point in batch], wait=True)

    def stamp(self, name: str, version: int, starts: int, ends: int) -> None:
        term = {"starts": starts, "ends": ends}
        with self._asking(name):
            self._client.set_payload(
                self._full(name), payload=term, points=_of_versions([version]), wait=True
            )

    def drop_versions(self, name: str, versions: Collection[int]) -> None:
        if versions:
            self._drop(name, models.FilterSelector(filter=_of_versions(versions)))

    def drop_points(self, name: str, ids: Collection[str]) -> None:
        for batch in batches([engine_id(id_) for id_ in ids], _BATCH):
            self._drop(name, models.PointIdsList(points=list(batch)))

    def count(self, name: str, version: int | None = None) -> int:
        chosen = None if version is None else _of_versions([version])
        with self._asking(name):
            return self._client.count(self._full(name), count_filter=chosen, exact=True).count

    def ids(self, name: str, version: int) -> set[str]:
        chosen = _of_versions([version])
        found = self._pages(name, scroll_filter=chosen, with_payload=False)
        return {str(record.id) for record in found}

    def scan(self, name: str, *, vectors: bool = False) -> Iterator[Stored]:
        for record in self._pages(name, with_payload=True, with_vectors=vectors):
            yield _stored(record)

    def nearest(self, vector: Vector, wanted: Wanted, limit: int, exact: bool = True) -> list[Hit]:
        try:
            return self._hits(vector.tolist(), DENSE, wanted, limit, exact)
        except UnexpectedResponse:
            self._blame(vector)
            raise

    def matching(self, words: Sparse, wanted: Wanted, limit: int) -> list[Hit]:
        return self._hits(_sparse(words), WORDS, wanted, limit, exact=True)

    def close(self) -> None:
        self._closed = True
        self._client.close()

    def _full(self, name: str) -> str:
        return self._prefix + checked_name(name)

    def _own(self, full: str) -> str | None:
        return full.removeprefix(self._prefix) if full.startswith(self._prefix) else None

    def _dimension(self, full: str) -> int:
        vectors = self._client.get_collection(full).config.params.vectors
        dense = vectors.get(DENSE) if isinstance(vectors, dict) else None
        if dense is None:
            raise WrongDimension(f"{full} on the server was not made by this store.")
        return dense.size

    def _check_dimension(self, full: str, dimension: int) -> None:
        if self._dimension(full) != dimension:
            raise WrongDimension(f"{full} has {self._dimension(full)} numbers a vector.")

    def _blame(self, vector: Vector) -> None:
        """Say so if the vector is why the server refused a search; asked only after that."""
        with self._asking():
            check_vector(vector, self._dimension(self._alias))

    def _drop(self, name: str, chosen: models.FilterSelector | models.PointIdsList) -> None:
        with self._asking(name):
            self._client.delete(self._full(name), points_selector=chosen, wait=True)

    def _pages(self, name: str, **request: Any) -> Iterator[models.Record]:
        offset = None
        while True:
            with self._asking(name):
                records, offset = self._client.scroll(
                    self._full(name), limit=_PAGE, offset=offset, **request
                )
            yield from records
            if offset is None:
                return

    def _hits(
        self,
        query: list[float] | models.SparseVector,
        using: str,
        wanted: Wanted,
        limit: int,
        exact: bool,
    ) -> list[Hit]:
        with self._asking():
            found = self._client.query_points(
                self._alias,
                query=query,
                using=using,
                query_filter=_permitted(wanted),
                search_params=models.SearchParams(exact=exact),
                limit=checked_limit(limit),
                with_payload=HIT_FIELDS,
            )
        return hits(((point.payload, point.score) for point in found.points), wanted.at)

    @contextmanager
    def _asking(self, name: str | None = None) -> Iterator[None]:
        """Turn the client's errors into ours; what is our own fault rises as it is."""
        if self._closed:
            raise StoreAway("The vector store is closed.")
        try:
            yield
        except (ResponseHandlingException, ResourceExhaustedResponse, JSONDecodeError) as error:
            raise StoreAway(f"The vector store did not answer: {error!r}") from error
        except UnexpectedResponse as error:
            raise _meaning(error, name) from error


def _meaning(error: UnexpectedResponse, name: str | None) -> Exception:
    status = error.status_code or _SERVER_ERRORS
    if status == _NOT_FOUND:
        return NoCollection(name) if name else NotBuilt("No collection is live yet.")
    if status >= _SERVER_ERRORS or status in _AWAY:
        return StoreAway(f"The vector store answered {status} {error.reason_phrase}.")
    return error


def _unlike(client: str, server: str) -> str | None:
    """Qdrant keeps its promises over one minor version, either way."""
    ours, theirs = (re.match(r"(\d+)\.(\d+)", text) for text in (client, server))
    if ours is None or theirs is None:
        return f"The Qdrant server calls its version {server!r}, which says nothing."
    if ours[1] == theirs[1] and abs(int(ours[2]) - int(theirs[2])) <= 1:
        return None
    return (
        f"The Qdrant server is {server}, the client {client}: "
        "they are made for each other when at most one minor version apart."
    )


def _layout(dimension: int) -> dict[str, Any]:
    dense = models.VectorParams(size=dimension, distance=models.Distance.COSINE)
    return {
        "vectors_config": {DENSE: dense},
        # No modifier: the engine's IDF counts points that were deleted long ago.
        "sparse_vectors_config": {WORDS: models.SparseVectorParams()},
    }


def _indexes() -> dict[str, models.IntegerIndexParams | models.KeywordIndexParams]:
    """Fields that filter only: none of them earns a graph of its own."""
    return {
        "version": _number(lookup=True, range_=False),
        "source": _number(lookup=True, range_=False),
        "starts": _number(lookup=False, range_=True),
        "ends": _number(lookup=False, range_=True),
        "source_class": _keyword(),
        "language": _keyword(),
    }


def _number(*, lookup: bool, range_: bool) -> models.IntegerIndexParams:
    kind = models.IntegerIndexType.INTEGER
    return models.IntegerIndexParams(type=kind, lookup=lookup, range=range_, enable_hnsw=False)


def _keyword() -> models.KeywordIndexParams:
    return models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, enable_hnsw=False)


def _draft(point: Point) -> models.PointStruct:
    return models.PointStruct(
        id=point.id,
        vector={DENSE: point.dense.tolist(), WORDS: _sparse(point.words)},
        payload=point.payload.raw(),
    )


def _sparse(words: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=list(words.indices), values=list(words.values))


def _of_versions(versions: Collection[int]) -> models.Filter:
    return models.Filter(must=[_any_of("version", list(versions))])


def _any_of(field: str, values: list[int] | list[str]) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchAny(any=values))


def _permitted(wanted: Wanted) -> models.Filter:
    at = float(wanted.at)
    must: list[Any] = [models.FieldCondition(key="ends", range=models.Range(gt=at))]
    later = models.FieldCondition(key="starts", range=models.Range(gt=at))
    if wanted.source_classes:
        must.append(_any_of("source_class", list(wanted.source_classes)))
    if wanted.sources:
        must.append(_any_of("source", list(wanted.sources)))
    if wanted.language is not None:
        value = models.MatchValue(value=wanted.language)
        must.append(models.FieldCondition(key="language", match=value))
    # Not later, instead of earlier: the engine takes a third of the time, see `edge`.
    # It lets through points that say no start; `hits` looks again.
    but = [_any_of("version", list(wanted.but_versions))] if wanted.but_versions else []
    return models.Filter(must=must, must_not=[later, *but])


def _stored(record: models.Record) -> Stored:
    vectors = record.vector if isinstance(record.vector, dict) else {}
    dense, words = vectors.get(DENSE), vectors.get(WORDS)
    return Stored(
        id=str(record.id),
        payload=Payload.read(record.payload),
        dense=np.array(dense, dtype=np.float32) if isinstance(dense, list) else None,
        words=_words(words) if isinstance(words, models.SparseVector) else None,
    )


def _words(found: models.SparseVector) -> Sparse:
    return Sparse(tuple(found.indices), tuple(found.values))
