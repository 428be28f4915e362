"""The corpus as files: content-addressed objects, manifests, and which manifest is the newest."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from governance import canonical

LEVEL = 9


class Damaged(Exception):
    """A file is not what its name says."""


@dataclass(frozen=True)
class CorpusFolder:
    """Every file is written under a temporary name, synced and renamed: never half there."""

    path: Path

    def put_object(self, content: bytes) -> str:
        """Keep the bytes, compressed, under the SHA-256 of what they were before. Repairs."""
        sha256 = self.name_of(content)
        if not self.is_sound(sha256):
            _write(self._object(sha256), zstandard.compress(content, LEVEL))
        return sha256

    def stored_object(self, sha256: str) -> bytes:
        """The bytes as they are stored, checked. `FileNotFoundError`, or `Damaged`."""
        stored = self._object(sha256).read_bytes()
        if not _is_named(stored, sha256):
            raise Damaged(sha256)
        return stored

    def is_sound(self, sha256: str) -> bool:
        try:
            self.stored_object(sha256)
        except (FileNotFoundError, Damaged):
            return False
        return True

    def drop_object(self, sha256: str) -> None:
        """Take an object away; twice is once."""
        self._object(sha256).unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Take away a file by its path inside the folder."""
        (self.path / name).unlink(missing_ok=True)

    def objects(self) -> set[str]:
        return {p.name.removesuffix(".zst") for p in self.path.glob("objects/??/*.zst")}

    def strays(self) -> set[Path]:
        """What lies among the objects and is none."""
        return {p for p in self.path.glob("objects/**/*") if p.is_file() and p.suffix != ".zst"}

    def publish(self, manifest: dict[str, Any]) -> str:
        """Write a manifest and make it the newest. Returns its root."""
        root = canonical.digest(manifest)
        content = self.bytes_of(manifest)
        _write(self.manifest_path(root), content)
        _write(self.path / "manifest.json", content)
        return root

    @staticmethod
    def bytes_of(manifest: dict[str, Any]) -> bytes:
        return canonical.dumps(manifest | {"root": canonical.digest(manifest)})

    @staticmethod
    def name_of(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def manifest_path(self, root: str) -> Path:
        return self.path / "manifests" / f"{root}.json"

    def newest(self) -> bytes | None:
        """The newest manifest, or None if there is none or it is damaged."""
        try:
            content = (self.path / "manifest.json").read_bytes()
            manifest = json.loads(content)
            root = manifest.pop("root")
        except (FileNotFoundError, ValueError, KeyError, AttributeError):
            return None
        return content if canonical.digest(manifest) == root else None

    def _object(self, sha256: str) -> Path:
        return self.path / "objects" / sha256[:2] / f"{sha256}.zst"


def lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """JSON lines in canonical form, so that the same rows are the same bytes."""
    return b"".join(canonical.dumps(row) + b"\n" for row in rows)


def _is_named(stored: bytes, sha256: str) -> bool:
    try:
        content = zstandard.ZstdDecompressor().decompress(stored)
    except zstandard.ZstdError:
        return False
    return CorpusFolder.name_of(content) == sha256


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".writing-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(place)
    descriptor = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
