"""Child processes that tests write themselves, in the place of the one that reads a file."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import sandbox
from ingest.parsing.document import Unreadable
from ingest.sandbox import Limits, supervise

ROOT = Path(sandbox.__file__).resolve().parent.parent
MIB = 2**20
SMALL = Limits(memory=512 * MIB, cpu_seconds=5, seconds=10)
DOCUMENT: dict[str, Any] = {"media_type": "text/plain", "pages": None, "blocks": [], "warnings": []}
GOOD = json.dumps({"document": DOCUMENT, "parsed": {"sections": [], "passages": []}})


def nothing(share: float) -> None:
    """Progress nobody looks at."""


def program(source: str) -> list[str]:
    """A child that is ours to write, in the place of the one that reads."""
    return [sys.executable, "-c", textwrap.dedent(source)]


def outcome(source: str, limits: Limits = SMALL) -> str:
    with pytest.raises(Unreadable) as caught:
        supervise(program(source), limits=limits, progress=nothing)
    return caught.value.code


def wait_until(condition: Callable[[], bool], seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_gone(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"
