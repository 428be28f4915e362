"""ZIP archives that come from strangers: guarded against bombs and tricks, never unpacked."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.parsing.document import Unreadable

LARGEST = 512 * 2**20
LARGEST_RATIO = 150
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)
_RATIO_MATTERS_FROM = 16 * 2**20
_ENCRYPTED = 0x1
_DRIVE = re.compile(r"[A-Za-z]:")


class Archive:
    """An opened archive, whose members are read into memory alone.

    What has a name that leads out of the archive is not even read: `unsafe` has those names.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        self.unsafe = [name for name in names if leads_out(name)]
        self._names = {name.lower(): name for name in names if not leads_out(name)}

    def names(self) -> list[str]:
        """Names of the members that may be read."""
        return list(self._names.values())

    def read(self, name: str) -> bytes | None:
        """A member, in whatever letters its name is written; None where there is none."""
        stored = self._names.get(name.lower())
        if stored is None:
            return None
        try:
            return self._archive.read(stored)
        except BROKEN as error:
            raise Unreadable("truncated_file") from error


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises `Unreadable`: truncated_file, encrypted_file, unpacks_too_large."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise Unreadable("truncated_file") from error
    with archive:
        _guard(archive.infolist())
        yield Archive(archive)


def leads_out(name: str) -> bool:
    """Whether unpacking this name would write elsewhere than below a folder."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or bool(_DRIVE.match(name))


def within(folder: str, target: str) -> str:
    """The name of what `target` points to from a folder; empty where it points out."""
    name = posixpath.normpath(posixpath.join(folder, target))
    return "" if leads_out(name) else name


def _guard(entries: list[zipfile.ZipInfo]) -> None:
    """A reader stops at the size that the archive declares, so what is declared binds."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("encrypted_file")
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > LARGEST or (size > _RATIO_MATTERS_FROM and size / packed > LARGEST_RATIO):
        raise Unreadable("unpacks_too_large", bytes=size)
