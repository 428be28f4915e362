"""The ZIP that a DOCX is: guarded against bombs and tricks, and its XML parts."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from ingest.parsing.document import Unreadable
from ingest.parsing.markup import local, parse

LARGEST = 512 * 2**20
LARGEST_RATIO = 150
_RATIO_MATTERS_FROM = 16 * 2**20
_ENCRYPTED = 0x1
_MAIN = "officeDocument"
_MACROS = "vbaProject"
_EMBEDDED = frozenset({"aFChunk", "oleObject", "package"})
_DRIVE = re.compile(r"[A-Za-z]:")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)


@dataclass(frozen=True)
class _Relation:
    id: str
    kind: str
    target: str


class Package:
    """An opened DOCX. Parts are found by what they are to the document, not by their names.

    Nothing is ever unpacked into a file, and what has a name that leads out of the archive is not
    even read: `unsafe` has those names.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        self.unsafe = [name for name in names if _leads_out(name)]
        self._names = {name.lower(): name for name in names if not _leads_out(name)}
        self.main = _parts(self._related("")).get(_MAIN, "word/document.xml")
        self._relations = self._related(self.main)
        self._parts = _parts(self._relations)

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

    def macros(self) -> list[str]:
        """Names of members that are programs, whether or not anything refers to them."""
        found = [self._parts[_MACROS]] if self.has(_MACROS) else []
        lying = [name for name in self._names.values() if name.lower().endswith("/vbaproject.bin")]
        return _called({*found, *lying})

    def embedded(self, *, but: Collection[str]) -> list[str]:
        """Names of members that are files of their own, but for those of these relations."""
        known = {each.target.lower() for each in self._relations if each.id in but}
        targets = {each.target for each in self._relations if each.kind in _EMBEDDED}
        found = {name for name in targets if name.lower() in self._names}
        found |= {name for name in self._names.values() if _is_embedding(name)}
        return _called(name for name in found if name.lower() not in known)

    def _related(self, name: str) -> list[_Relation]:
        """What a part refers to; what lies outside is no part."""
        folder, base = posixpath.split(name)
        root = self._xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        found = []
        for relation in root if root is not None else ():
            if local(relation) == "Relationship" and relation.get("TargetMode") != "External":
                kind = (relation.get("Type") or "").rpartition("/")[2]
                target = posixpath.join("/", folder, relation.get("Target") or "")
                target = posixpath.normpath(target).lstrip("/")
                found.append(_Relation(relation.get("Id") or "", kind, target))
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
    """Raises `Unreadable`: truncated_file, encrypted_file, unpacks_too_large, unsafe_xml,
    nested_too_deeply."""
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


def _parts(relations: Iterable[_Relation]) -> dict[str, str]:
    """Names of parts by the last word of their relation; the first of a kind counts."""
    found: dict[str, str] = {}
    for each in relations:
        found.setdefault(each.kind, each.target)
    return found


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or bool(_DRIVE.match(name))


def _is_embedding(name: str) -> bool:
    *folders, last = name.lower().split("/")
    return bool(last) and folders[-1:] == ["embeddings"]


def _called(names: Iterable[str]) -> list[str]:
    """The same member once, in whatever letters it is written, without its folders."""
    return sorted({name.lower(): posixpath.basename(name) for name in names}.values())
