"""How work grows with what it is done on; said as a ratio within one run, never in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(do: Callable[[int], object], small: int, times: int) -> float:
    """Processor time for `times` as much over that for `small`: about `times` where it is linear,
    its square where everything is compared with everything. The best of three for each."""
    return min(_spent(do, small * times) for _ in range(3)) / min(
        _spent(do, small) for _ in range(3)
    )


def _spent(do: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    do(size)
    return time.process_time() - began
