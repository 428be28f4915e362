"""Reads weights from a safetensors file, the big table of words without taking it into memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

_KINDS = {"F32": "<f4", "F16": "<f2"}


def read(path: Path, leave: str) -> dict[str, NDArray[Any]]:
    """Every array but the one to leave."""
    with safe_open(path, "numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys() if name != leave}  # noqa: SIM118 - no mapping


def mapped(path: Path, name: str) -> NDArray[Any]:
    """The array where it stands in the file: pages come in as used, once for all processes.

    The form is that of https://huggingface.co/docs/safetensors: the header's length in eight
    bytes, the header in JSON, then the arrays.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(length))[name]
    start = 8 + length + entry["data_offsets"][0]
    return np.memmap(path, _KINDS[entry["dtype"]], "r", start, tuple(entry["shape"]))
