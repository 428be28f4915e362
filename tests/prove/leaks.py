"""Bugs that let something out that has left force, or lose it; `tests.prove.moves` must see each.

Planted into the process under trial, before anything is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from governance.lifecycle import Status
from governance.models import Version
from governance.models.passages import PassageQuerySet
from llm import citations
from llm.api import corpus as corpus_doors
from llm.api.changes import ChangesDoor
from llm.client.folder import Current
from llm.client.manifests import Manifest
from llm.client.mirror import Mirror
from llm.projections.corpus import Corpus
from llm.projections.holdings import holding_of
from tests.prove.plants import no_fence


def believing_checks() -> None:
    """The citation check trusts what it said before."""
    check, said = citations.check, dict[Any, Any]()

    def remembering(asked: Any, *, at: Any) -> list[Any]:
        told = check(asked, at=at)
        return [said.setdefault(each.asked, each) if each.is_in_force else each for each in told]

    def believing(asked: Any, *, at: Any) -> list[Any]:
        new = remembering([each for each in asked if each not in said], at=at)
        fresh = {each.asked: each for each in new}
        return [said.get(each) or fresh[each] for each in asked]

    citations.check = believing


def timeless_fence() -> None:
    """What was approved is in force until somebody ends it, whatever its term says."""

    def approved(self: PassageQuerySet, at: Any) -> PassageQuerySet:
        active = Version.objects.filter(status=Status.ACTIVE).servable()
        away = Version.objects.filter(quarantines__ends_at=None, quarantines__starts_at__lte=at)
        kept = active.exclude(pk__in=away.filter(quarantines__passage=None))
        return self.filter(version__in=kept, replacement=None).unquarantined(at)

    PassageQuerySet.in_force = approved  # type: ignore[method-assign]


def forgetful_corpus() -> None:
    """The corpus does not let go of what is quarantined."""
    settle = Corpus.settle

    def keeping(self: Corpus, version_id: int, beat: Any) -> None:
        if holding_of(version_id) is not None:
            settle(self, version_id, beat)

    Corpus.settle = keeping  # type: ignore[method-assign]


def open_objects() -> None:
    """An object is given out for as long as the corpus holds it."""
    is_in_force = corpus_doors._is_in_force

    def held(sha256: str) -> bool:
        return corpus_doors._is_held(sha256) or is_in_force(sha256)

    corpus_doors._is_in_force = held


def deaf_mirror() -> None:
    """A mirror waits for the next manifest with what has been withdrawn."""

    def waiting(self: Mirror, manifest: Manifest, held: Current) -> Current:
        return held

    Mirror._without_withdrawn = waiting  # type: ignore[method-assign]


def lossy_feed() -> None:
    """One change in fifty is never told."""
    get = ChangesDoor.get

    def losing(self: ChangesDoor, request: Any) -> Any:
        answer = get(self, request)
        answer.data["changes"] = [c for c in answer.data["changes"] if c["number"] % 50]
        return answer

    ChangesDoor.get = losing  # type: ignore[method-assign]


def silent_feed() -> None:
    """The feed tells nothing of passages that are quarantined."""
    get = ChangesDoor.get

    def sparing(self: ChangesDoor, request: Any) -> Any:
        answer = get(self, request)
        told = answer.data["changes"]
        answer.data["changes"] = [c for c in told if c["action"] != "passage.quarantined"]
        return answer

    ChangesDoor.get = sparing  # type: ignore[method-assign]


@dataclass(frozen=True)
class Leak:
    """A bug, and who must see it: a client, or the comparison of the stores."""

    plant: Callable[[], None]
    seen_by: str


LEAKS = {
    "no-fence": Leak(no_fence, "retrieving"),
    "timeless-fence": Leak(timeless_fence, "checking"),
    "believing-checks": Leak(believing_checks, "checking"),
    "forgetful-corpus": Leak(forgetful_corpus, "a store"),
    "open-objects": Leak(open_objects, "mirroring"),
    "deaf-mirror": Leak(deaf_mirror, "mirroring"),
    "lossy-feed": Leak(lossy_feed, "following"),
    "silent-feed": Leak(silent_feed, "following"),
}
