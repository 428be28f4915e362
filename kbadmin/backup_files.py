"""What a backup is made of: files with their SHA-256, and a manifest that is written last.

DIR/originals/ab/ab12…      the bytes of uploads and of training sets, shared by every backup in
                            DIR, only added to
DIR/20260131T020000Z-123/   one backup: `manifest.json`, and a file a table in `tables/`
DIR/.unfinished/            what is being made; cleared by the next backup
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from governance import canonical

FORMAT = 1
MANIFEST = "manifest.json"
ORIGINALS = "originals"
TRAINING = "training"
UNFINISHED = ".unfinished"
NAME = re.compile(r"\d{8}T\d{6}Z-\d+(-\d+)?")
CHUNK = 1024 * 1024

Progress = Callable[[int, int], None]
# A file of a training set by its place under `KB_HOME/training`, an original by none; its SHA-256.
File = tuple[str, str]


def silent(_done: int, _all: int) -> None:
    """Shows nothing."""


class NoBackup(Exception):
    """A backup that is not there, not whole, not as it was written, or not for this place."""


class InUse(Exception):
    """Somebody else is at work where one alone may be."""


@dataclass(frozen=True)
class Backup:
    """One complete backup: its folder, and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def originals(self) -> Path:
        return self.folder.parent / ORIGINALS

    def file(self, name: str) -> Path:
        return self.folder / name

    def files(self) -> list[File]:
        """What is kept outside the tables. Earlier backups have no training sets."""
        training = [(each["path"], each["sha256"]) for each in self.manifest.get(TRAINING, [])]
        return [("", each["sha256"]) for each in self.manifest[ORIGINALS]] + training


def newest(place: Path) -> Backup:
    """The backup in this folder, or the newest of those in it. Raises `NoBackup`."""
    if (place / MANIFEST).is_file():
        return _opened(place.resolve())
    names = sorted(p.name for p in place.iterdir()) if place.is_dir() else []
    whole = [n for n in names if NAME.fullmatch(n) and (place / n / MANIFEST).is_file()]
    if not whole:
        raise NoBackup(f"There is no complete backup in {place}.")
    return _opened((place / max(whole, key=_made)).resolve())


def sealed(content: dict[str, Any]) -> bytes:
    """A manifest as bytes, with the digest that shows whether it is whole."""
    return canonical.dumps(content | {"digest": canonical.digest(content)}) + b"\n"


@contextmanager
def one_writer(place: Path) -> Iterator[None]:
    """Alone in this folder. Raises `InUse`. What killed writers left is taken away."""
    place.mkdir(parents=True, exist_ok=True)
    with (place / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"Another backup is being written to {place}.") from None
        shutil.rmtree(place / UNFINISHED, ignore_errors=True)
        yield


def finish(unfinished: Path, content: dict[str, Any], *, name: str) -> Backup:
    """Write the manifest, last of all, and only then let the folder be seen under its name."""
    target = _free(unfinished.parent / name)
    write(unfinished / MANIFEST, sealed(content))
    unfinished.replace(target)
    sync(target.parent)
    return Backup(target, content)


def write(place: Path, content: bytes) -> None:
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync(place.parent)


def copy(source: Path, target: Path, *, sha256: str) -> bool:
    """Copy durably, and only if the bytes are the ones named. Never half there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".receiving-", delete=False) as made:
        temporary = Path(made.name)
        try:
            with source.open("rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
                    made.write(chunk)
            made.flush()
            os.fsync(made.fileno())
        except BaseException:
            temporary.unlink()
            raise
    if digest.hexdigest() != sha256:
        temporary.unlink()
        return False
    temporary.replace(target)
    sync(target.parent)
    return True


def hash_of(path: Path) -> str | None:
    """The SHA-256 of a file; None where it cannot be read, which is as good as not there."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def place_of(sha256: str, folder: Path) -> Path:
    """Where an original lies, in a backup as in `KB_HOME/uploads`."""
    return folder / sha256[:2] / sha256


def place_in_home(path: str, sha256: str) -> Path:
    """Where a file lies here, or is to lie. Raises `NoBackup` where that is no place for it."""
    if not path:
        return place_of(sha256, settings.KB_HOME / "uploads")
    folder = Path(settings.KB_HOME / TRAINING).resolve()
    place = (folder / path).resolve()
    if not place.is_relative_to(folder):
        raise NoBackup(f"A file of the backup would lie outside of {folder}: {path}")
    return place


def sync(folder: Path) -> None:
    """A name that came or went is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(backup: Backup, progress: Progress = silent) -> list[str]:
    """Read every file that the backup needs; the names of those that are not as written."""
    wanted = {backup.file(t["file"]): t["sha256"] for t in backup.manifest["tables"]}
    wanted |= {place_of(sha256, backup.originals): sha256 for _path, sha256 in backup.files()}
    found = []
    for done, (path, sha256) in enumerate(wanted.items(), start=1):
        if hash_of(path) != sha256:
            found.append(str(path))
        progress(done, len(wanted))
    return found


def _opened(folder: Path) -> Backup:
    path = folder / MANIFEST
    try:
        raw = path.read_bytes()
        content = json.loads(raw)
        content.pop("digest")
        whole = sealed(content) == raw
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        whole = False
    if not whole:
        raise NoBackup(f"The manifest is damaged or cut short: {path}")
    if content["format"] != FORMAT:
        raise NoBackup(f"This backup is of format {content['format']}; only {FORMAT} is known.")
    return Backup(folder, content)


def _made(name: str) -> tuple[str, int, int]:
    moment, *numbers = name.split("-")
    return moment, int(numbers[0]), int(numbers[1]) if numbers[1:] else 0


def _free(target: Path) -> Path:
    """Two backups of one second and one trail are told apart by a number."""
    number = 1
    while target.exists():
        number += 1
        target = target.with_name("-".join(target.name.split("-")[:2]) + f"-{number}")
    return target
