"""Who has been served which passages: asked of whoever keeps the use, which the truth does not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True)
class Use:
    """In how many retrievals a program was given a passage of the version, and when last."""

    version: int
    program: str
    retrievals: int
    last_at: datetime


@dataclass(frozen=True)
class Uses:
    """`since` is from when on all were counted: later than was asked for, where there are many."""

    since: datetime
    found: Collection[Use]


# Given the passages by number with their versions' numbers, and since when.
Teller = Callable[[dict[int, int], datetime], Uses]
_teller: list[Teller] = []


def told_by(teller: Teller) -> None:
    """Have this one asked from now on."""
    _teller[:] = [teller]


def uses_of(passages: dict[int, int], *, at: datetime) -> Uses | None:
    """None where nobody keeps the use."""
    return _teller[0](passages, at - LOOKED_BACK) if _teller else None
