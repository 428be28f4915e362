"""The folder of a mirror: every file in it is whole, and one file says which of them count.

current.json       which manifest holds, and what of it is not here: the one file that moves
manifests/         as they were sent, by their roots
objects/ab/        as they were sent, by the SHA-256 of what they unpack to
unfinished/        what is still coming
lock               held by the one mirror that writes here
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .errors import Busy, FolderAway, NoRoom

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Current:
    """Which manifest holds. `lacking` says of objects that it names why they are not here.

    `head` is how far the trail was last seen to reach, and its root there: whatever comes must
    continue it. `clock` is by how much this machine's clock is out, where that is too much.
    """

    root: str = ""
    epoch: str = ""
    trail: int = 0
    lacking: dict[str, str] = field(default_factory=dict)
    head: tuple[int, str] = (0, "")
    etag: str = ""
    acknowledged: str = ""
    clock: float = 0.0


class Folder:
    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the one mirror here. Raises `Busy`; the lock goes with the process that has it."""
        with _answering():
            for name in ("manifests", "objects", "unfinished"):
                (self.path / name).mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(f"Another mirror works on {self.path}.") from error
            yield

    def current(self) -> Current:
        """What holds; nothing where nothing was ever finished, or the file is not ours."""
        with _answering():
            try:
                told = json.loads((self.path / "current.json").read_bytes())
                size, root = told.pop("head")
                return Current(**told, head=(int(size), str(root)))
            except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
                return Current()

    def switch(self, current: Current) -> None:
        """From now on this holds: readers see the one or the other."""
        self._write(self.path / "current.json", json.dumps(asdict(current)).encode())

    def keep_manifest(self, root: str, content: bytes) -> None:
        self._write(self.manifest(root), content)

    def manifest(self, root: str) -> Path:
        return self.path / "manifests" / f"{root}.json"

    def object(self, sha256: str) -> Path:
        return self.path / "objects" / sha256[:2] / f"{sha256}.zst"

    def part(self, sha256: str) -> Path:
        return self.path / "unfinished" / f"{sha256}.part"

    def holds(self, sha256: str) -> bool:
        return self.object(sha256).exists()

    def add_to_part(self, sha256: str, piece: bytes, *, at: int) -> None:
        """Write what came, from this byte on, and forget what stood behind."""
        with _answering(), self.part(sha256).open("r+b" if at else "wb") as file:
            file.seek(at)
            file.write(piece)
            file.truncate()

    def finish_part(self, sha256: str) -> None:
        """What came is whole: give it its name, and let no power cut take it back."""
        place, part = self.object(sha256), self.part(sha256)
        with _answering():
            place.parent.mkdir(exist_ok=True)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(place)
            _sync(place.parent)

    def note_pass(self) -> None:
        """That everything was looked at just now."""
        with _answering():
            os.utime(self.path / "lock")

    def drop(self, sha256: str) -> None:
        with _answering():
            self.object(sha256).unlink(missing_ok=True)

    def drop_part(self, sha256: str) -> None:
        with _answering():
            self.part(sha256).unlink(missing_ok=True)

    def prune(self, *, root: str, objects: set[str]) -> int:
        """Take away every file but these, whoever put it there. Returns how many."""
        keep = {self.manifest(root), *map(self.object, objects)}
        gone = 0
        with _answering():
            for name in ("manifests", "objects", "unfinished"):
                for place in list((self.path / name).rglob("*")):
                    if place not in keep and not place.is_dir():
                        place.unlink(missing_ok=True)
                        gone += 1
        return gone

    def _write(self, place: Path, content: bytes) -> None:
        whole = self.path / "unfinished" / place.name
        with _answering():
            with whole.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            whole.replace(place)
            _sync(place.parent)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom(f"There is no room left: {error}") from error
        raise FolderAway(f"The folder does not answer: {error}") from error


def _sync(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
