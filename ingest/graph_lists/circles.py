"""Which of many new steps of a hierarchy lead back to where they began."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Edge = tuple[N, N]
# Nodes looked at for each edge of one circle, beyond which its edges are not told apart any more.
WORK_FOR_EACH = 50


def closing(standing: Iterable[Edge[N]], new: Sequence[Edge[N]]) -> list[int]:
    """The places in `new` of those that would close a circle, were each added after the other.

    What lies on no circle at all is found in one walk; only within one are edges tried in turn.
    Where that would take too long, every new edge of the circle is told.
    """
    before = list(standing)
    parts = _parts([*before, *new])
    inner = [at for at, (a, b) in enumerate(new) if parts[a] == parts[b]]
    ways: dict[N, list[N]] = {}
    for a, b in before:
        if parts[a] == parts[b]:
            ways.setdefault(a, []).append(b)
    left = WORK_FOR_EACH * len(inner) + sum(map(len, ways.values()))
    found = []
    for at in inner:
        a, b = new[at]
        looked_at, leads = _leads(ways, b, a, left)
        left -= looked_at
        if leads:
            found.append(at)
        else:
            ways.setdefault(a, []).append(b)
    return found


def _leads(ways: dict[N, list[N]], start: N, wanted: N, most: int) -> tuple[int, bool]:
    """How many steps were looked at, and whether one comes there; taken for so beyond `most`."""
    seen, edge, looked_at = {start}, [start], 0
    while edge:
        here = edge.pop()
        further = ways.get(here, [])
        looked_at += 1 + len(further)
        if here == wanted or looked_at > most:
            return looked_at, True
        edge += [there for there in further if there not in seen]
        seen.update(further)
    return looked_at, False


def _parts(edges: Sequence[Edge[N]]) -> dict[N, int]:
    """A number for each node, the same for those that lead to each other (Kosaraju 1978)."""
    ways: dict[N, list[N]] = {}
    back: dict[N, list[N]] = {}
    for a, b in edges:
        ways.setdefault(a, []).append(b)
        back.setdefault(b, []).append(a)
    part: dict[N, int] = {}
    for number, node in enumerate(reversed(_left(ways))):
        edge = [node] if node not in part else []
        while edge:
            here = edge.pop()
            part[here] = number
            edge += [there for there in back.get(here, ()) if there not in part]
    return part


def _left(ways: dict[N, list[N]]) -> list[N]:
    """Every node, in the order in which a walk in depth leaves it for good."""
    order: list[N] = []
    seen: set[N] = set()
    for start in ways:
        path: list[tuple[N, Iterator[N]]] = [] if start in seen else [(start, iter(ways[start]))]
        seen.add(start)
        while path:
            here, further = path[-1]
            there = next((each for each in further if each not in seen), here)
            if there is here:
                order.append(path.pop()[0])
            else:
                seen.add(there)
                path.append((there, iter(ways.get(there, ()))))
    return order
