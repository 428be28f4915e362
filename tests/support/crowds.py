"""Many who ask of one bucket in the same moment, whichever cache keeps it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from governance.rates import Bucket

NOON = 1_900_000_000_000_000


def let_in(cache: Any, *, of: int, burst: int) -> int:
    """How many of so many that come at once are let in."""
    bucket, together = Bucket(60, burst), Barrier(of)
    key = f"bucket-of-a-test-{os.getpid()}"

    def ask(_number: int) -> bool:
        together.wait()
        old = cache.swap(key, lambda old: bucket.asked(old, NOON).full_at, 60)
        return not bucket.asked(old, NOON).wait

    with ThreadPoolExecutor(of) as crowd:
        return sum(crowd.map(ask, range(of)))
