"""The ZIP that a DOCX is: guarded against bombs and tricks, and its XML parts."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from ingest.parsing.document import Unreadable
from ingest.parsing.markup import local, parse

LARGEST = 512 * 2**20
LARGEST_RATIO = 150
_RATIO_MATTERS_FROM = 16 * 2**20
_ENCRYPTED = 0x1
_MAIN = "officeDocument"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)


class Package:
    """An opened DOCX. Parts are found by what they are to the document, not by their names."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        self.main = self._related("").get(_MAIN, "word/document.xml")
        self._parts = self._related(self.main)

    def document(self) -> etree._Element:
        """The main part. Raises `Unreadable`: broken_file without one."""
        root = self._xml(self.main)
        if root is None:
            raise Unreadable("broken_file")
        return root

    def part(self, kind: str) -> etree._Element | None:
        """The root of a part such as styles or numbering; None where there is none."""
        name = self._parts.get(kind)
        return self._xml(name) if name else None

    def has(self, kind: str) -> bool:
        return kind in self._parts

    def _related(self, name: str) -> dict[str, str]:
        """Names of parts by the last word of their relation; what lies outside is no part."""
        folder, base = posixpath.split(name)
        root = self._xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, str] = {}
        for relation in root if root is not None else ():
            if local(relation) == "Relationship" and relation.get("TargetMode") != "External":
                kind = (relation.get("Type") or "").rpartition("/")[2]
                target = posixpath.join("/", folder, relation.get("Target") or "")
                found.setdefault(kind, posixpath.normpath(target).lstrip("/"))
        return found

    def _xml(self, name: str) -> etree._Element | None:
        stored = self._names.get(name.lower())
        if stored is None:
            return None
        try:
            data = self._archive.read(stored)
        except _BROKEN as error:
            raise Unreadable("truncated_file") from error
        return parse(data)


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Raises `Unreadable`: truncated_file, encrypted_file, unpacks_too_large, unsafe_xml."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise Unreadable("truncated_file") from error
    with archive:
        _guard(archive.infolist())
        yield Package(archive)


def _guard(entries: list[zipfile.ZipInfo]) -> None:
    """A reader stops at the size that the archive declares, so what is declared binds."""
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("encrypted_file")
    size = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if size > LARGEST or (size > _RATIO_MATTERS_FROM and size / packed > LARGEST_RATIO):
        raise Unreadable("unpacks_too_large", bytes=size)
