"""A row before it is written: what it says, by which template, and what it was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from governance import canonical
from governance.models import Passage
from llm.models import Release, RowKind

# What of a row a passage is.
SUPPORT, NEGATIVE, REJECTED = "support", "negative", "rejected"


@dataclass(frozen=True)
class Made:
    """`says` are the columns that a trainer reads. `keys` name what must not be told in two parts:
    a question, a relation, an answer's text. `origin` is whatever else it comes from.
    """

    kind: RowKind
    template: str
    language: str
    says: dict[str, Any]
    support: Sequence[Passage]
    keys: tuple[str, ...] = ()
    negatives: Sequence[Passage] = ()
    rejected: Sequence[Passage] = ()
    origin: dict[str, Any] = field(default_factory=dict)

    def roles(self) -> list[tuple[Passage, str]]:
        """Each passage once, as the first that it is."""
        told = [(self.support, SUPPORT), (self.negatives, NEGATIVE), (self.rejected, REJECTED)]
        found: dict[int, tuple[Passage, str]] = {}
        for passages, role in told:
            for passage in passages:
                found.setdefault(passage.pk, (passage, role))
        return list(found.values())

    def sources(self) -> set[int]:
        return {passage.version.source_id for passage, _role in self.roles()}


def written(made: Made, release: Release) -> dict[str, Any]:
    """The row as it stands in a file. `id` is the SHA-256 of all the rest of it."""
    lineage = {
        "template": made.template,
        "release": release.name,
        "root": release.root,
        "passages": [_origin(passage, role) for passage, role in made.roles()],
        **made.origin,
    }
    row = {"kind": made.kind.value, "language": made.language, **made.says, "lineage": lineage}
    return {"id": canonical.digest(row), **row}


def _origin(passage: Passage, role: str) -> dict[str, Any]:
    version = passage.version
    return {
        "passage": passage.pk,
        "digest": passage.digest,
        "page": passage.page,
        "role": role,
        "version": version.pk,
        "version_digest": version.digest,
        "source": version.source_id,
        "licence": (version.citation or {}).get("licence", {}).get("text", ""),
        "source_class": (version.citation or {}).get("source_class", ""),
    }
