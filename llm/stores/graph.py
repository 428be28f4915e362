"""What a graph store promises: generations of concepts and relations, one of which is read.

A generation is a whole graph. One is built beside the one that is read, and read from the moment
of the switch; a reader asks which one that is and looks at nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

# An end that has not come: later than any instant, and exact as a double.
NO_END = 2**53


@dataclass(frozen=True)
class Node:
    """A concept. `review_until` is the instant until which it holds by its own review."""

    id: int
    type: str
    name_zh: str
    name_en: str
    names: tuple[str, ...]
    codes: tuple[str, ...]
    review_until: int


@dataclass(frozen=True)
class Edge:
    """A relation and its supports: of each, in the same place of four lists, its passage, the
    version of that, and from when until when it is in force, in microseconds since the epoch.
    `qualifiers` are `name=value`.
    """

    id: int
    type: str
    subject: int
    object: int
    qualifiers: tuple[str, ...]
    passages: tuple[int, ...]
    versions: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """Something as it was read back: what it says, or None where it is none of ours, and what
    the store itself knows it by.

    `kinds` are the labels of a node or the type of an edge; `ends` the numbers that the two nodes
    of an edge bear, whatever they are, and None for a node or where one of the two is none of ours.
    """

    row: Node | Edge | None
    what: str
    raw: dict[str, Any]
    kinds: tuple[str, ...] = ()
    is_edge: bool = False
    ends: tuple[Any, Any] | None = None


class GraphStore(Protocol):
    """One graph database. Whatever may be asked again may be asked twice."""

    def generation(self) -> int | None:
        """The generation that is read, or None where there is none."""

    def generations(self) -> set[int]:
        """Those of which anything is there."""

    def create(self, generation: int) -> None:
        """Make ready for rows; whatever is left of an earlier try is cleared away."""

    def switch(self, generation: int) -> None:
        """Have it read from now on."""

    def tell(self, number: int) -> None:
        """Say how far along the trail the one that is read has come."""

    def discard(self, generation: int) -> None:
        """Take it away. Raises `StillLive` for the one that is read."""

    def put_nodes(self, generation: int, nodes: Sequence[Node]) -> None: ...

    def put_edges(self, generation: int, edges: Sequence[Edge]) -> None:
        """Both their concepts are there."""

    def drop_nodes(self, generation: int, ids: Collection[int]) -> None:
        """With whatever is joined to them."""

    def drop_edges(self, generation: int, ids: Collection[int]) -> None: ...

    def nodes(self, generation: int) -> Iterator[Found]:
        """Every concept of it, as it stands."""

    def edges(self, generation: int) -> Iterator[Found]:
        """Everything that begins or ends at a concept of it."""

    def strays(self) -> Iterator[Found]:
        """What looks like a concept and is in no generation."""

    def edges_of_version(self, generation: int, version: int) -> set[int]:
        """The relations that a passage of the version supports."""

    def drop_found(self, found: Sequence[Found]) -> None:
        """Take away what was read back, by what the store knows it by."""

    def close(self) -> None: ...
