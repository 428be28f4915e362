"""The one door to OpenVINO: nothing is reported to anybody, and all are out before the end."""

from __future__ import annotations

import atexit
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Importing OpenVINO imports its converter of models, and that reports the import to its maker
# over the network and leaves a file in the user's home. We convert nothing; with the converter
# barred, OpenVINO imports without a word.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino import opset13 as op  # noqa: E402

__all__ = ["inside", "op", "openvino"]

_changed = threading.Condition()
_threads_inside = 0
_closed = False


@contextmanager
def inside() -> Iterator[None]:
    """Around each call of native code. A daemon thread that comes back from one into an interpreter
    that has ended aborts the process. So the end waits for those inside, and who comes later
    stays outside for good, as good as killed.
    """
    global _threads_inside
    with _changed:
        _changed.wait_for(lambda: not _closed)
        _threads_inside += 1
    try:
        yield
    finally:
        with _changed:
            _threads_inside -= 1
            _changed.notify_all()


def _close() -> None:
    global _closed
    with _changed:
        _closed = True
        _changed.wait_for(lambda: _threads_inside == 0)


atexit.register(_close)
