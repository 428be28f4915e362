"""Points to put, and vector stores to put them in, with a way to meddle behind their back."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

import numpy as np
import pytest
import qdrant_edge as edge
from qdrant_client import QdrantClient, models

from llm.stores.edge import EdgeStore
from llm.stores.port import Hit, Payload, Point, Sparse, Vector, VectorStore, Wanted
from llm.stores.server import ServerStore
from tests.support.qdrant_standin import running_standin

STARTS = 1_789_000_000_000_001
ENDS = 1_804_000_000_000_003
NOW = Wanted(at=STARTS)
ONE_WORD = Sparse((1,), (1.0,))

CLASSES = ("law", "textbook", "drug_label")
LANGUAGES = ("zh", "en")


class Meddle(Protocol):
    def __call__(
        self, name: str, id_: int | str, payload: dict[str, Any], dense: list[float] | None = None
    ) -> None: ...


@dataclass
class Bench:
    """A store, and how to add a point to one of its collections without it."""

    store: VectorStore
    meddle: Meddle


def vector(*numbers: float) -> Vector:
    return np.array(numbers, dtype=np.float32)


def named(number: int) -> str:
    """The id of the point with this number."""
    return str(uuid.UUID(int=number))


def point(
    number: int,
    dense: Sequence[float] = (1, 0, 0),
    words: Sparse = ONE_WORD,
    **said: Any,
) -> Point:
    """A point in force from STARTS to ENDS, unless something else is said."""
    payload = {
        "passage": f"p{number}",
        "version": 1,
        "source": 1,
        "source_class": "law",
        "language": "zh",
        "starts": STARTS,
        "ends": ENDS,
    }
    return Point(named(number), vector(*dense), words, Payload(**{**payload, **said}))


def random_points(count: int, *, dimension: int = 3, seed: int = 7) -> list[Point]:
    dice = Random(seed)
    return [
        point(
            number,
            dense=[dice.gauss(0, 1) for _ in range(dimension)],
            words=random_words(dice),
            version=dice.randrange(5),
            source=dice.randrange(3),
            source_class=dice.choice(CLASSES),
            language=dice.choice(LANGUAGES),
            starts=STARTS + dice.randrange(10),
            ends=STARTS + 10 + dice.randrange(10),
        )
        for number in range(1, count + 1)
    ]


def random_words(dice: Random) -> Sparse:
    indices = tuple(dice.sample(range(2**32 - 12, 2**32), 5))
    return Sparse(indices, tuple(dice.random() for _ in indices))


def passages(found: Sequence[Hit]) -> list[str]:
    return [hit.passage for hit in found]


def filled(store: VectorStore, points: Sequence[Point], dimension: int = 3) -> VectorStore:
    """The same store with a live collection `a` that holds the points."""
    store.create("a", dimension)
    store.put("a", points)
    store.switch("a")
    return store


@contextmanager
def edge_bench(folder: Path) -> Iterator[Bench]:
    def meddle(
        name: str, id_: int | str, payload: dict[str, Any], dense: list[float] | None = None
    ) -> None:
        bench.store.close()
        shard = edge.EdgeShard.load(str(folder / "collections" / name / "shard"))
        foreign = edge.Point(id_, {"dense": dense} if dense else {}, payload)
        shard.update(edge.UpdateOperation.upsert_points([foreign]))
        shard.close()
        bench.store = EdgeStore.open(folder)

    bench = Bench(EdgeStore.open(folder), meddle)
    yield bench
    bench.store.close()


@contextmanager
def standin_bench(_folder: Path) -> Iterator[Bench]:
    with running_standin() as standin, _server_bench(standin.url) as bench:
        yield bench


@contextmanager
def server_bench(_folder: Path) -> Iterator[Bench]:
    """On the real server that QDRANT_URL names, in a namespace of its own."""
    with _server_bench(os.environ["QDRANT_URL"]) as bench:
        yield bench


@contextmanager
def _server_bench(url: str) -> Iterator[Bench]:
    namespace = f"test-{uuid.uuid4().hex}"
    store = ServerStore(url, namespace=namespace)
    client = QdrantClient(url=url, check_compatibility=False)

    def meddle(
        name: str, id_: int | str, payload: dict[str, Any], dense: list[float] | None = None
    ) -> None:
        foreign = models.PointStruct(
            id=id_, vector={"dense": dense} if dense else {}, payload=payload
        )
        client.upsert(f"{namespace}_{name}", [foreign], wait=True)

    yield Bench(store, meddle)
    for each in client.get_collections().collections:
        if each.name.startswith(f"{namespace}_"):
            client.delete_collection(each.name)
    client.close()
    store.close()


no_server = pytest.mark.skipif("QDRANT_URL" not in os.environ, reason="QDRANT_URL is not set")
ENGINES = [
    pytest.param(edge_bench, id="edge"),
    pytest.param(standin_bench, id="stand-in", marks=pytest.mark.long),
    pytest.param(server_bench, id="server", marks=[pytest.mark.servers, no_server]),
]
