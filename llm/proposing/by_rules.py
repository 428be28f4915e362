"""Reading passages by the dictionary and the patterns that ship with us."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from governance import canonical
from governance.models import Passage
from llm.models import Reader
from llm.naming.meanings import Meaning
from llm.naming.mentions import Finder
from llm.proposing import patterns
from llm.proposing.rules import Allowed, Rules, Statement

# Passages between two signs of life.
A_BEAT = 100


@dataclass
class ByRules:
    known: Sequence[Meaning]
    allowed: Allowed
    reader = Reader.RULES

    def profile(self) -> str:
        """SHA-256 over all that decides what is found in a text."""
        pairs = sorted(
            (relation, *pair) for relation, each in self.allowed.items() for pair in each
        )
        names: list[Any] = [[t.type, t.concept or 0, *map(list, t.names)] for t in self.known]
        return canonical.digest([_shipped(), [list(pair) for pair in pairs], names])

    @cached_property
    def _rules(self) -> Rules:
        return Rules(Finder(self.known), self.allowed)

    def read(
        self, passages: Sequence[Passage], beat: Callable[[], None]
    ) -> tuple[list[tuple[Passage, Statement]], int]:
        found = []
        for place, passage in enumerate(passages):
            if place % A_BEAT == 0:
                beat()
            is_table = passage.kind == Passage.Kind.TABLE
            stated = self._rules.read(passage.text, passage.section.path, is_table=is_table)
            found += [(passage, statement) for statement in stated]
        return found, 0


@cache
def _shipped() -> str:
    """SHA-256 over the patterns and the code that reads by them."""
    folder = patterns.FOLDER.parent
    files = [*sorted(folder.glob("patterns/*.toml")), *sorted(folder.glob("*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
