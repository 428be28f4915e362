"""What a release lets through of what is in force now, for the stores and for the fence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from governance.graph import Subgraph
from governance.models import Passage, Version
from llm.errors import ReleaseNotPublished, ReleaseWithdrawn
from llm.models import Release, ReleaseStatus
from llm.releases.manifests import frozen

CURRENT = "current"


@dataclass(frozen=True, eq=False)
class Held:
    """The versions of a release, and the passages of them that it lacks. `since` is when it was
    cut: what is said in the graph since then is not in it.
    """

    release: Release
    versions: frozenset[int]
    without: frozenset[int]

    @property
    def since(self) -> datetime:
        return self.release.cut_at

    def holds(self, passage: Passage) -> bool:
        return passage.version_id in self.versions and passage.pk not in self.without

    def came_since(self) -> tuple[int, ...]:
        """Active versions that it lacks. A store is told these, for they are few: ten thousand
        numbers that it holds would cost the engine twice the time of the search itself.
        """
        active = Version.objects.active().values_list("pk", flat=True)
        return tuple(sorted(set(active) - self.versions))

    def narrowed(self, facts: Subgraph, asked: Iterable[int]) -> Subgraph:
        """Of what is said in the graph, what was said then and is carried by what it holds.

        `asked` are the concepts that stay, whether anything is said of them or not.
        """
        evidence = {
            relation: kept
            for relation, told in facts.evidence.items()
            if (kept := [e for e in told if e.added_at <= self.since and self.holds(e.passage)])
        }
        relations = [r for r in facts.relations if r.pk in evidence and r.added_at <= self.since]
        ends = {*asked, *(n for r in relations for n in (r.subject_id, r.object_id))}
        concepts = [c for c in facts.concepts if c.pk in ends]
        told = {r.pk: evidence[r.pk] for r in relations}
        return Subgraph(concepts, relations, told, facts.is_cut)


def held_by(release: Release) -> Held:
    versions = _versions(release.pk, release.root)
    return Held(release, versions, frozenset(release.without))


def named(name: str) -> Release | None:
    """The release of this name, or the current one; None where there is none."""
    if name == CURRENT:
        return Release.objects.current()
    return Release.objects.filter(name=name).first()


def refuse_unpublished(release: Release) -> None:
    """What nobody has published is no program's yet, and what was withdrawn no more."""
    if release.status == ReleaseStatus.WITHDRAWN:
        raise ReleaseWithdrawn(name=release.name)
    if release.status != ReleaseStatus.PUBLISHED:
        raise ReleaseNotPublished(name=release.name)


@lru_cache(maxsize=8)
def _versions(release: int, root: str) -> frozenset[int]:
    """Remembered, for a manifest never changes and its root says which it is."""
    return frozenset(frozen(Release.objects.get(pk=release)).versions)
