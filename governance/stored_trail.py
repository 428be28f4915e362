"""The trail as it is stored, read in its order and a little at a time, for verifying."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Manager, Model

from governance import canonical
from governance.models import AuditEntry, AuditNode, AuditPayload

CHUNK = 500


class StoredPayloads:
    """Payloads beside the entries, asked for in the order of their numbers."""

    def __init__(self) -> None:
        self._rows = AuditPayload.objects.order_by("number").iterator(CHUNK)
        self._next = next(self._rows, None)

    def take(self, number: int) -> AuditPayload | None:
        while self._next and self._next.number < number:
            self._next = next(self._rows, None)
        return self._next if self._next and self._next.number == number else None


class StoredNodes:
    """The nodes of the tree: each level in its own order, and of each only the next one held.

    Nodes become complete in the order of their index on each level, so a tree of n entries
    costs log2(n) places and not n.
    """

    def __init__(self, model: type[Model] = AuditNode) -> None:
        rows = model._default_manager
        levels = rows.order_by("level").values_list("level", flat=True).distinct()
        self._levels = {level: _of_level(rows, level) for level in levels}
        self._next = {level: next(rows, None) for level, rows in self._levels.items()}
        self._strays: list[tuple[int, int]] = []

    def take(self, level: int, index: int) -> bytes:
        """The digest stored at this place; nothing where there is none."""
        while (found := self._next.get(level)) and found[0] < index:
            self._strays.append((level, found[0]))
            self._step(level)
        if found is None or found[0] != index:
            return b""
        self._step(level)
        return found[1]

    def left_over(self) -> Iterator[tuple[int, int]]:
        """The places that nobody asked for."""
        yield from self._strays
        for level in self._levels:
            while found := self._next[level]:
                yield level, found[0]
                self._step(level)

    def _step(self, level: int) -> None:
        self._next[level] = next(self._levels[level], None)


def _of_level(rows: Manager[Any], level: int) -> Iterator[tuple[int, bytes]]:
    found = rows.filter(level=level).order_by("index").values_list("index", "digest")
    return ((index, bytes(digest)) for index, digest in found.iterator(CHUNK))


# What an entry's content holds, whoever wrote it: names, and what they stand for.
SHAPE: dict[str, type] = {
    "epoch": str,
    "number": int,
    "at": int,
    "by": dict,
    "action": str,
    "subject": dict,
    "governs": dict,
    "facts": dict,
    "commitments": dict,
}


def content_of(entry: AuditEntry) -> dict[str, Any] | None:
    """What an entry says, or None where its bytes cannot be interpreted or are not canonical."""
    leaf = bytes(entry.leaf)
    try:
        content = json.loads(leaf)
        well_formed = isinstance(content, dict) and canonical.dumps(content) == leaf
    except (ValueError, RecursionError):
        return None
    return content if well_formed and _has_shape(content) else None


def _has_shape(content: dict[str, Any]) -> bool:
    if {k: type(v) for k, v in content.items()} != SHAPE or "kind" not in content["by"]:
        return False
    return all({"type", "id"} == set(content[name]) for name in ("subject", "governs"))
