"""What every vector store promises, whichever engine is behind it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, get_type_hints

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
T = TypeVar("T")

DENSE = "dense"
WORDS = "words"
HIT_FIELDS = ["passage", "starts", "ends"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_HIGHEST_INDEX = 2**32 - 1


class StoreAway(Exception):
    """The store did not answer; asking again later may help."""


class NotBuilt(StoreAway):
    """No collection is live yet, so there is nothing that could answer."""


class NoCollection(LookupError):
    """There is no collection of this name."""


class StillLive(ValueError):
    """Readers use this collection, so it cannot be discarded."""


class WrongDimension(ValueError):
    """A vector has another length than the vectors of the collection."""


@dataclass(frozen=True)
class Sparse:
    """Term numbers (unsigned, 32 bits, each once) and the weight of each."""

    indices: tuple[int, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.indices) != len(self.values):
            raise ValueError("A sparse vector needs one value for each index.")
        if len(set(self.indices)) != len(self.indices):
            raise ValueError("An index stands in a sparse vector twice.")
        if not all(0 <= index <= _HIGHEST_INDEX for index in self.indices):
            raise ValueError("An index of a sparse vector is no unsigned 32-bit number.")


@dataclass(frozen=True)
class Payload:
    """What a point says of its passage.

    `starts` and `ends` are microseconds since the epoch, of the latest term of the version.
    The engines compare numbers as doubles: exact up to 2**53, which is the year 2255.
    """

    passage: str
    version: int
    source: int
    source_class: str
    language: str
    starts: int
    ends: int

    @staticmethod
    def read(raw: Mapping[str, object] | None) -> Payload | None:
        """The payload as it was put, or None if anything in it is missing, foreign or odd."""
        if raw is None or raw.keys() != _KINDS.keys():
            return None
        if any(type(raw[name]) is not kind for name, kind in _KINDS.items()):
            return None
        return Payload(**raw)  # type: ignore[arg-type]

    def raw(self) -> dict[str, object]:
        return dict(vars(self))


_KINDS: dict[str, type] = get_type_hints(Payload)


@dataclass(frozen=True, eq=False)
class Point:
    """A passage as it is put: `id` is a UUID in its usual form."""

    id: str
    dense: Vector
    words: Sparse
    payload: Payload


@dataclass(frozen=True, eq=False)
class Stored:
    """A point as it was found.

    `payload` is None where it is not one of ours. The vectors are None where they were not
    asked for or are not there; `dense` comes back with length one, as cosine wants it.
    """

    id: str
    payload: Payload | None
    dense: Vector | None = None
    words: Sparse | None = None


@dataclass(frozen=True)
class Wanted:
    """Which points may be found: those with starts <= at < ends, and the rest.

    An empty tuple, or None, leaves that field free. `but_versions` are those of which no point may
    be found.
    """

    at: int
    source_classes: tuple[str, ...] = ()
    language: str | None = None
    sources: tuple[int, ...] = ()
    but_versions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Hit:
    passage: str
    score: float


class VectorStore(Protocol):
    """Collections of points, one of which is live: the one that is searched.

    Many threads may read while one writes. What a writing method did is on the disk when it
    returns. Every method raises StoreAway when the store does not answer, and those that name
    a collection raise NoCollection when there is none.
    """

    def live(self) -> str | None:
        """The name of the collection that readers use."""

    def collections(self) -> set[str]: ...

    def create(self, name: str, dimension: int) -> None:
        """Make an empty collection; nothing happens if it is there with that dimension."""

    def switch(self, name: str) -> None:
        """Move all readers to this collection, at once."""

    def discard(self, name: str) -> None:
        """Remove a collection and all its points, unless it is live; twice is once."""

    def put(self, name: str, points: Sequence[Point]) -> None:
        """Add points, or replace those with the same ids, payload included."""

    def stamp(self, name: str, version: int, starts: int, ends: int) -> None:
        """Set the term on every point of a version."""

    def drop_versions(self, name: str, versions: Collection[int]) -> None: ...

    def drop_points(self, name: str, ids: Collection[str]) -> None:
        """Remove points by the ids that `scan` gives, foreign ones too."""

    def count(self, name: str, version: int | None = None) -> int: ...

    def ids(self, name: str, version: int) -> set[str]: ...

    def scan(self, name: str, *, vectors: bool = False) -> Iterator[Stored]:
        """Everything that is there, page by page, in the order of the ids."""

    def nearest(self, vector: Vector, wanted: Wanted, limit: int, exact: bool = True) -> list[Hit]:
        """The points of the live collection with the highest cosine, the best first.

        Where scores tie at the limit, which of them are left out is the engine's whim:
        who needs the same answer each time asks for more and cuts between two scores.
        """

    def matching(self, words: Sparse, wanted: Wanted, limit: int) -> list[Hit]:
        """The points that share a term, by the sum of the products of the weights.

        The engine adds no statistics of its own, so a score does not depend on what else is
        or was in the collection. Ties at the limit are cut as in `nearest`.
        """

    def close(self) -> None:
        """Let go of everything; what is asked later raises StoreAway."""


def checked_name(name: str) -> str:
    """The name itself, if a folder and a server can both bear it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"Not a name for a collection: {name!r}")
    return name


def checked_limit(limit: int) -> int:
    if limit < 1:
        raise ValueError("A search needs a limit of at least one.")
    return limit


def check_points(points: Sequence[Point], dimension: int) -> None:
    """Refuse all of them before the first is written, so that a put is not half done."""
    for point in points:
        check_vector(point.dense, dimension)


def check_vector(vector: Vector, dimension: int) -> None:
    if vector.shape != (dimension,):
        raise WrongDimension(f"Vectors here have {dimension} numbers, this is {vector.shape}.")
    if not np.isfinite(vector).all():
        raise ValueError("A vector holds something that is no finite number.")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def hits(found: Iterable[tuple[Mapping[str, object] | None, float]], at: int) -> list[Hit]:
    """Hits of the points that name a passage and a term that holds `at`.

    The engine has filtered already; what somebody else put there may slip through it.
    """
    read = ((_passage_in_force(payload or {}, at), score) for payload, score in found)
    return [Hit(passage, score) for passage, score in read if passage is not None]


def _passage_in_force(payload: Mapping[str, object], at: int) -> str | None:
    passage, starts, ends = (payload.get(field) for field in HIT_FIELDS)
    if not (isinstance(passage, str) and isinstance(starts, int) and isinstance(ends, int)):
        return None
    return passage if starts <= at < ends else None


def engine_id(id_: str) -> int | str:
    """The id as the engines know it: ours are UUIDs, somebody else's may be numbers."""
    return int(id_) if id_.isdecimal() else id_
