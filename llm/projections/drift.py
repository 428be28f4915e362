"""What a comparison of a store with the truth finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drift:
    """One thing in which a store differs from the truth. `number` is that of the version, or of
    the concept or relation that `what` begins with; 0 where there is none.
    """

    store: str
    kind: str
    what: str
    number: int = 0

    def __str__(self) -> str:
        return f"{self.store}: {self.kind} {self.what}"
