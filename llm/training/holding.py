"""What else holds a version or a passage: training rows, adapters, releases and mirrors."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from llm import tracing
from llm.corpus import CorpusFolder, root_of
from llm.models import Acknowledgement, AdapterSet, Release, TrainingRowPassage
from llm.releases.held import held_by
from llm.releases.manifests import Manifest, bytes_by_root

Told = list[dict[str, Any]]
# Manifests that one program said it held, the newest first; of what is older nobody is told.
MOST_ROOTS = 200


def tell_all() -> None:
    """Have every trace ask these too."""
    tracing.also_told_by("training_sets", training_sets)
    tracing.also_told_by("adapters", adapters)
    tracing.also_told_by("releases", releases)
    tracing.also_told_by("mirrors", mirrors)


def training_sets(versions: Collection[int], passages: Collection[int]) -> Told:
    """With how many of their rows were made of it."""
    rows = _rows(versions, passages).values_list("set__pk", "set__name")
    counted = rows.annotate(n=Count("row", distinct=True)).order_by("set__pk")
    return [{"training_set": pk, "name": name, "rows": n} for pk, name, n in counted]


def adapters(versions: Collection[int], passages: Collection[int]) -> Told:
    """Trained on a set that has such a row."""
    sets = _rows(versions, passages).values("set__pk")
    rows = AdapterSet.objects.filter(set__in=sets).order_by("adapter", "set")
    found: dict[int, dict[str, Any]] = {}
    for each in rows.select_related("adapter", "set"):
        told = {"adapter": each.adapter_id, "name": each.adapter.name}
        told |= {"digest": each.adapter.digest, "training_sets": []}
        found.setdefault(each.adapter_id, told)["training_sets"].append(each.set.name)
    return list(found.values())


def releases(versions: Collection[int], passages: Collection[int]) -> Told:
    """Whatever became of them: a manifest never changes."""
    found = []
    for release in Release.objects.order_by("number"):
        has = held_by(release).versions & set(versions)
        if has and not (passages and set(passages) <= set(release.without)):
            found.append({"release": release.pk, "name": release.name, "status": release.status})
    return found


def mirrors(versions: Collection[int], passages: Collection[int]) -> Told:
    """Programs that said they held a corpus with it: until when, and whether they do by the last
    word that they gave."""
    found: dict[int, dict[str, Any]] = {}
    last: set[int] = set()
    rows = Acknowledgement.objects.select_related("client").order_by("-last_at", "-pk")
    for said in rows[:MOST_ROOTS]:
        is_last = said.client_id not in last
        last.add(said.client_id)
        if said.client_id not in found and _versions_in(said.root) & set(versions):
            found[said.client_id] = {
                "name": said.client.name,
                "root": said.root,
                "trail": said.trail,
                "holds_it_still": is_last,
            }
    return sorted(found.values(), key=lambda each: str(each["name"]))


def _rows(versions: Collection[int], passages: Collection[int]) -> QuerySet[TrainingRowPassage]:
    if passages:
        return TrainingRowPassage.objects.filter(passage__in=passages)
    return TrainingRowPassage.objects.filter(version__in=versions)


@lru_cache(maxsize=MOST_ROOTS)
def _versions_in(root: str) -> frozenset[int]:
    """Of a manifest that is still there, sound; nothing of one that is not."""
    path = CorpusFolder(settings.KB_HOME / "corpus").manifest_path(root)
    content = path.read_bytes() if path.exists() else bytes_by_root(root) or b""
    return frozenset(Manifest(content).versions) if root_of(content) == root else frozenset()
