"""The folder of the in-process engine: one owner, a shard a collection, one of them live."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import qdrant_edge as edge

from llm.stores.port import (
    NoCollection,
    NotBuilt,
    StillLive,
    StoreAway,
    WrongDimension,
    checked_name,
)


class InUse(Exception):
    """Another process, or another store in this one, owns the folder."""


@dataclass(frozen=True)
class Shard:
    engine: edge.EdgeShard
    dimension: int


class Shards:
    """Opens, makes, switches and removes shards; lends them so that none is closed in use.

    In the folder: `lock`, held while a store is open; `live`, the name readers use;
    `collections/NAME/shard` with its `dimension` beside it; `unfinished/`, what is being made
    or removed, and is cleared at the next opening.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = _owned(folder / "lock")
        self._turn = threading.Condition()
        self._loaded: dict[str, Shard] = {}
        self._lent: Counter[str] = Counter()
        self._closed = False
        shutil.rmtree(self._unfinished, ignore_errors=True)
        for needed in (self._collections, self._unfinished):
            needed.mkdir(exist_ok=True)
        self._live = self._read_pointer()

    def live(self) -> str | None:
        with self._open():
            return self._live

    def names(self) -> set[str]:
        with self._open():
            return {path.name for path in self._collections.iterdir()}

    def create(self, name: str, dimension: int, build: Callable[[Path, int], None]) -> None:
        """Let `build` fill a folder out of sight, then show it whole."""
        target = self._collections / checked_name(name)
        with self._open():
            if target.exists():
                return _check_dimension(target, dimension)
            fresh = self._unfinished / name
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            build(fresh / "shard", dimension)
            _write_durably(fresh / "dimension", str(dimension))
            _rename_durably(fresh, target)
        return None

    def switch(self, name: str) -> None:
        with self._open():
            self._existing(name)
            fresh = self._unfinished / "live"
            _write_durably(fresh, name)
            _rename_durably(fresh, self._pointer)
            self._live = name

    def discard(self, name: str) -> None:
        doomed = self._unfinished / f"{checked_name(name)}.gone"
        with self._open():
            self._refuse_live(name)
            self._turn.wait_for(lambda: not self._lent[name])
            self._refuse_live(name)
            self._unload(name)
            if (self._collections / name).exists():
                _rename_durably(self._collections / name, doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    @contextmanager
    def lend(self, name: str | None = None) -> Iterator[Shard]:
        """The named shard, or the live one. Nobody closes or discards it until it is back.

        The lock is held while taking and giving back, not while the shard is used.
        """
        with self._open():
            chosen = self._chosen(name)
            shard = self._load(chosen)
            self._lent[chosen] += 1
        try:
            yield shard
        finally:
            with self._turn:
                self._lent[chosen] -= 1
                self._turn.notify_all()

    def close(self) -> None:
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._turn.wait_for(lambda: not self._lent.total())
            for name in list(self._loaded):
                self._unload(name)
            self._lock.close()

    @property
    def _collections(self) -> Path:
        return self._folder / "collections"

    @property
    def _unfinished(self) -> Path:
        return self._folder / "unfinished"

    @property
    def _pointer(self) -> Path:
        return self._folder / "live"

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._turn:
            if self._closed:
                raise StoreAway("The vector store is closed.")
            yield

    def _read_pointer(self) -> str | None:
        """What the pointer names, or None if that is not there (any more)."""
        if not self._pointer.exists():
            return None
        name = self._pointer.read_text(encoding="utf-8")
        return name if (self._collections / checked_name(name)).exists() else None

    def _chosen(self, name: str | None) -> str:
        if name is not None:
            return name
        if self._live is None:
            raise NotBuilt("The vector store has no live collection yet.")
        return self._live

    def _existing(self, name: str) -> Path:
        path = self._collections / checked_name(name)
        if not path.exists():
            raise NoCollection(name)
        return path

    def _load(self, name: str) -> Shard:
        if name not in self._loaded:
            path = self._existing(name)
            engine = edge.EdgeShard.load(str(path / "shard"))
            self._loaded[name] = Shard(engine, _dimension(path))
        return self._loaded[name]

    def _unload(self, name: str) -> None:
        shard = self._loaded.pop(name, None)
        if shard is not None:
            shard.engine.close()

    def _refuse_live(self, name: str) -> None:
        if name == self._live:
            raise StillLive(f"Readers use {name}.")


def _owned(path: Path) -> IO[str]:
    lock = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InUse(f"Another process uses {path.parent}.") from None
    return lock


def _dimension(collection: Path) -> int:
    return int((collection / "dimension").read_text(encoding="utf-8"))


def _check_dimension(collection: Path, dimension: int) -> None:
    if _dimension(collection) != dimension:
        raise WrongDimension(f"{collection.name} has {_dimension(collection)}.")


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _rename_durably(old: Path, new: Path) -> None:
    """A rename is on the disk only when both folders are."""
    old.replace(new)
    for folder in {old.parent, new.parent}:
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
