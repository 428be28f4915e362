"""Holds callers until something is new: so many at a time and no more, so long and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# Seconds. A proxy between gives up later than this.
LONGEST_WAIT = 30
# How often whoever waits has the truth asked whether there is anything.
GLANCE = 0.5
# A caller who waits keeps a thread of the server; the server has as many more than it needs.
MOST_WAITING = 8
# What who finds no place is told to wait before asking again.
NO_PLACE_PAUSE = 5


class NoPlace(Exception):
    """As many wait already as may."""


class Places:
    """As many as may wait in this process at a time."""

    def __init__(self, many: int = MOST_WAITING) -> None:
        self._free = threading.BoundedSemaphore(many)

    def wait_until(self, is_so: Callable[[], bool], *, seconds: float) -> bool:
        """Whether it was so in time. Raises `NoPlace`, unless it is so at once.

        No transaction is open between one glance and the next: each asks anew.
        """
        if is_so():
            return True
        if not self._free.acquire(blocking=False):
            raise NoPlace
        try:
            return _glance_until(is_so, time.monotonic() + seconds)
        finally:
            self._free.release()


def _glance_until(is_so: Callable[[], bool], end: float) -> bool:
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(GLANCE, left))
        if is_so():
            return True
    return False
