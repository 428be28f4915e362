"""Reads a manifest, and believes nothing of it that it does not prove."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from . import canonical
from .errors import Tampered

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Named:
    """An object as a manifest names it: its bytes before compression, and when it may be read.

    No instants: it is read whenever what it tells of is (`relations`).
    """

    sha256: str
    bytes: int
    starts: datetime | None = None
    ends: datetime | None = None

    def is_wanted(self, at: datetime) -> bool:
        return not self.is_early(at) and not (self.ends and self.ends <= at)

    def is_early(self, at: datetime) -> bool:
        return self.starts is not None and self.starts > at


@dataclass(frozen=True)
class Manifest:
    """The corpus at a number of the trail. `content` are the bytes as they were sent."""

    content: bytes
    root: str
    epoch: str
    trail: int
    trail_root: bytes
    versions: tuple[Mapping[str, Any], ...]
    relations: tuple[Mapping[str, Any], ...]

    @cached_property
    def objects(self) -> dict[str, Named]:
        """Every object that is named, by its name."""
        return {named.sha256: named for named in self._named()}

    def _named(self) -> Iterator[Named]:
        for row in self.versions:
            starts, ends = instant(row["from"]), instant(row["until"])
            yield Named(row["object"], row["bytes"], starts, ends)
        for row in self.relations:
            yield Named(row["object"], row["bytes"])


def parse(content: bytes) -> Manifest:
    """Raises `Tampered` where the root is not that of the rest, or the rest is no manifest."""
    try:
        told = canonical.loads(content)
        rest = {name: value for name, value in told.items() if name != "root"}
        root = canonical.digest(rest)
        if root != told["root"] or canonical.dumps(told) != content:
            raise Tampered("The manifest is not what its root says.")
        return _checked(content, root, rest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Tampered(f"This is no manifest: {error!r}") from error


def _checked(content: bytes, root: str, told: Mapping[str, Any]) -> Manifest:
    manifest = Manifest(
        content=content,
        root=root,
        epoch=_typed(told["epoch"], str),
        trail=_typed(told["trail"], int),
        trail_root=bytes.fromhex(told["trail_root"]),
        versions=tuple(_version(row) for row in _typed(told["versions"], list)),
        relations=tuple(_object(row) for row in _typed(told["relations"], list)),
    )
    if len(manifest.objects) != len(manifest.versions) + len(manifest.relations):
        raise ValueError("an object is named twice")
    return manifest


def _version(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if not instant(row["from"]) < instant(row["until"]):
        raise ValueError("a version ends before it begins")
    _typed(row["version"], int)
    return _object(row)


def _object(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if not _SHA256.fullmatch(row["object"]) or _typed(row["bytes"], int) < 0:
        raise ValueError("an object has no proper name or size")
    return row


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise ValueError(f"{value!r:.40} is no {kind.__name__}")
    return value


def instant(text: str) -> datetime:
    """With its offset, or it would be another instant in another place. Raises `ValueError`."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} names no offset")
    return at
