"""The corpus as files: content-addressed objects, manifests, and which manifest is the newest."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from governance import canonical
from llm.stores.port import StoreAway

LEVEL = 9

_OURS = re.compile(
    r"manifest\.json|manifests/[0-9a-f]{64}\.json|unfinished/\w+"
    r"|objects/([0-9a-f]{2})/(\1[0-9a-f]{62})\.zst"
)


class Damaged(Exception):
    """A file is not what its name says."""


@dataclass(frozen=True)
class CorpusFolder:
    """Every file is written in `unfinished/`, synced and renamed: never half there.

    What writes or takes away raises `StoreAway` where the folder does not let it.
    """

    path: Path

    def put_object(self, content: bytes) -> str:
        """Keep the bytes, compressed, under the SHA-256 of what they were before. Repairs."""
        sha256 = self.name_of(content)
        if not self.is_sound(sha256):
            self._write(self._object(sha256), zstandard.compress(content, LEVEL))
        return sha256

    def stored_object(self, sha256: str) -> bytes:
        """The bytes as they are stored, checked. `FileNotFoundError`, or `Damaged`."""
        try:
            stored = self._object(sha256).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            # A bad sector, or a folder that is away: writing the object again tells.
            raise Damaged(sha256) from error
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
        """Take an object away, for good and not until a power cut; twice is once."""
        place = self._object(sha256)
        with _answering():
            if place.exists():
                place.unlink()
                _sync(place.parent)

    def remove(self, name: str) -> None:
        """Take away a file by its path inside the folder."""
        with _answering():
            (self.path / name).unlink(missing_ok=True)

    def clear_unfinished(self) -> None:
        """Take away what killed writers left; for whoever holds the lease.

        Somebody who has lost it and writes still fails, as they should.
        """
        with _answering():
            for left in self._unfinished.glob("*"):
                left.unlink(missing_ok=True)

    def holds(self, sha256: str) -> bool:
        return self._object(sha256).exists()

    def objects(self) -> set[str]:
        """Read from the disk, so ask once and keep the answer."""
        return {match[2] for name in self._files() if (match := _OURS.fullmatch(name)) and match[2]}

    def strays(self) -> set[str]:
        """What lies in the folder under a name that is none of ours."""
        return {name for name in self._files() if not _OURS.fullmatch(name)}

    def unsound_manifests(self) -> set[str]:
        """The manifests of any age that are not what their names say."""
        paths = self.path.glob("manifests/*.json")
        return {f"manifests/{p.name}" for p in paths if root_of(p.read_bytes()) != p.stem}

    def keep_manifest(self, root: str, content: bytes) -> None:
        """Put a manifest in its place, whichever is the newest."""
        self._write(self.manifest_path(root), content)

    def publish(self, manifest: dict[str, Any]) -> str:
        """Write a manifest and make it the newest. Returns its root."""
        root = canonical.digest(manifest)
        content = self.bytes_of(manifest)
        self._write(self.manifest_path(root), content)
        self._write(self.path / "manifest.json", content)
        return root

    def is_published(self, manifest: dict[str, Any]) -> bool:
        """Whether it is the newest, and lies under its root too."""
        content, root = self.bytes_of(manifest), canonical.digest(manifest)
        kept = self.manifest_path(root)
        return self.newest() == content and kept.exists() and kept.read_bytes() == content

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
        place = self.path / "manifest.json"
        with _answering():
            content = place.read_bytes() if place.exists() else b""
        return content if root_of(content) else None

    def _files(self) -> Iterator[str]:
        for path in self.path.glob("**/*"):
            if not path.is_dir():
                yield path.relative_to(self.path).as_posix()

    def _write(self, place: Path, content: bytes) -> None:
        with _answering():
            for folder in (place.parent, self._unfinished):
                folder.mkdir(parents=True, exist_ok=True)
            _replace(place, content, by_way_of=self._unfinished)

    def _object(self, sha256: str) -> Path:
        return self.path / "objects" / sha256[:2] / f"{sha256}.zst"

    @property
    def _unfinished(self) -> Path:
        return self.path / "unfinished"


@functools.lru_cache(maxsize=2)
def root_of(content: bytes) -> str | None:
    """The root that a manifest names, or None if it is no manifest, or its root does not fit.

    Remembered, because the same manifest is asked for again and again.
    """
    try:
        manifest = json.loads(content)
        root = manifest.pop("root")
        fits = CorpusFolder.bytes_of(manifest) == content
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    return root if fits and isinstance(root, str) else None


def lines(rows: Iterable[dict[str, Any]]) -> bytes:
    """JSON lines in canonical form, so that the same rows are the same bytes."""
    return b"".join(canonical.dumps(row) + b"\n" for row in rows)


def _is_named(stored: bytes, sha256: str) -> bool:
    """Whether it is one whole frame of these bytes, and nothing behind it."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    try:
        content = frame.decompress(stored)
    except zstandard.ZstdError:
        return False
    is_whole = frame.eof and not frame.unused_data
    return is_whole and CorpusFolder.name_of(content) == sha256


@contextmanager
def _answering() -> Iterator[None]:
    """A folder that is full, or away, is a store that is away."""
    try:
        yield
    except OSError as error:
        raise StoreAway(f"The corpus folder does not take it: {error}") from error


def _replace(place: Path, content: bytes, *, by_way_of: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=by_way_of, prefix="", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(place)
    _sync(place.parent)


def _sync(folder: Path) -> None:
    """A name that came or went is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
