"""What turns texts into vectors, whoever does the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llm.embedding.profile import Profile

Rows = NDArray[np.float32]


class Unavailable(Exception):
    """The encoder cannot answer now; the same call may succeed later."""


class Encoder(Protocol):
    """One row a text, of length 1, in the texts' order, whatever other texts stand beside it.

    Safe to call from several threads. The first use may take seconds, while a model is loaded.
    """

    @property
    def profile(self) -> Profile: ...

    def passages(self, texts: Sequence[str]) -> Rows: ...

    def queries(self, texts: Sequence[str]) -> Rows: ...

    def tokens(self, texts: Sequence[str]) -> list[int] | None:
        """How many each text has, however long; None where the encoder does not say."""
        ...


def unit_rows(rows: Rows) -> Rows:
    """Each row divided by its length; a row of zeros stays one."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
