"""What a vector came from: vectors of different profiles are never compared with each other."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

import rfc8785

_SUFFIXES = {".json", ".safetensors", ".bin", ".txt", ".model"}
# The same weights once more, for other programs than ours.
_ELSEWHERE = {"onnx", "openvino"}


@dataclass(frozen=True)
class Profile:
    """`max_tokens` is 0 where the length is an endpoint's own affair."""

    model_digest: str
    precision: str
    query_prompt: str
    passage_prompt: str
    max_tokens: int
    dimension: int

    @property
    def name(self) -> str:
        """16 hexadecimal digits, the same everywhere; part of cache keys and collections' names."""
        return hashlib.sha256(rfc8785.dumps(asdict(self))).hexdigest()[:16]


def digest_of(folder: Path) -> str:
    """SHA-256 over names and bytes of the files that decide what a model answers."""
    return hashlib.sha256(rfc8785.dumps(file_digests(folder))).hexdigest()


def file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 by name, relative to the folder; read-me and hidden files are left out."""
    paths = [path for path in sorted(folder.rglob("*")) if _matters(path.relative_to(folder))]
    # Where a folder holds its weights in both forms, the pickled one is not read.
    if any(path.suffix == ".safetensors" for path in paths):
        paths = [path for path in paths if path.suffix != ".bin"]
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in paths if path.is_file()}


def _matters(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix in _SUFFIXES and not hidden and path.parts[0] not in _ELSEWHERE


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
