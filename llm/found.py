"""What retrieval finds: passages with their ranks, and what is said beside them."""

from __future__ import annotations

from dataclasses import dataclass

from governance.models import Passage


@dataclass(frozen=True)
class Found:
    """A passage that may be served. `score` is fused of both lists, from 0 to 1.

    The ranks are its places in the two lists, counted from one; None where it stands in none.
    `alike` are passages that say the same and may be served too, the most authoritative first.
    """

    passage: Passage
    score: float
    similarity: float | None
    rank_by_meaning: int | None = None
    rank_by_words: int | None = None
    alike: tuple[Passage, ...] = ()


def tie(passage: Passage) -> tuple[int, int]:
    """What orders passages of one score: authority, then their number."""
    return (passage.version.citation or {})["authority"], passage.pk
