"""The manifest that a release freezes: the corpus as it is published, and as the truth has it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from governance.models import Quarantine
from llm.corpus import CorpusFolder
from llm.errors import CorpusBehind, NoCorpus
from llm.models import Cursor, Release, ReleaseManifest
from llm.projections.advance import last_knowledge
from llm.projections.registry import corpus


@dataclass(frozen=True)
class Manifest:
    """Read from its bytes, which are what counts."""

    content: bytes

    @cached_property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.content))

    @property
    def trail(self) -> int:
        return int(self.told["trail"])

    @property
    def root(self) -> str:
        return str(self.told["root"])

    @cached_property
    def versions(self) -> dict[int, dict[str, Any]]:
        return {row["version"]: row for row in self.told["versions"]}

    @property
    def passages(self) -> int:
        return sum(row["passages"] for row in self.told["versions"])

    @property
    def relations(self) -> int:
        return sum(row["facts"] for row in self.told["relations"])


def newest() -> Manifest:
    """The manifest of the truth as it stands, which must be the one that the corpus has published.

    Reads the folder, so it is asked for outside a transaction; whether the truth has moved since
    shows in the number. Raises `StoreAway` where the folder cannot be read.
    """
    number = last_knowledge()
    if not number:
        raise NoCorpus
    came = Cursor.objects.filter(name="corpus").values_list("number", flat=True).first() or 0
    if came < number:
        raise CorpusBehind
    kept = corpus()
    manifest = kept.manifest(number)
    if not kept.folder.is_published(manifest):
        raise CorpusBehind
    return Manifest(CorpusFolder.bytes_of(manifest))


def frozen(release: Release) -> Manifest:
    return Manifest(release.manifest_bytes())


def bytes_by_root(root: str) -> bytes | None:
    """Those of a release, which outlast the folder."""
    kept = ReleaseManifest.objects.filter(root=root).first()
    return kept.content if kept else None


def quarantined_by_themselves(versions: Collection[int]) -> list[int]:
    """Passages of these that no store holds, though their versions are held."""
    rows = Quarantine.objects.filter(ends_at=None).exclude(passage=None)
    found = rows.values_list("passage", "version").order_by("passage")
    return [passage for passage, version in found if passage and version in versions]
