"""What other dialects call a knowledge base or a vector store: all, a class, or a release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils.translation import gettext as _

from governance.actions import refusals
from governance.calling_errors import ClassNotOpen
from governance.classes import SourceClass
from governance.models import Client, Version
from llm.api.dialects.conditions import NOTHING
from llm.api.questions import NoSuchRelease
from llm.models import Release, ReleaseStatus
from llm.releases import held
from llm.releases.held import CURRENT

ALL = "all"


@dataclass(frozen=True)
class Knowledge:
    """One of them by its name: "all", else a source class, else a release or "current"."""

    name: str
    source_class: str | None = None
    release: str | None = None

    def narrowed(self, filters: dict[str, Any]) -> dict[str, Any]:
        """What `retrieve/` is sent to ask within it. None of two different classes is left."""
        sent: dict[str, Any] = {"filters": filters}
        if self.release is not None:
            sent["release"] = self.release
        if self.source_class is not None:
            asked = filters.get("source_class", [self.source_class])
            inside = {"source_class": [self.source_class]}
            outside = {} if self.source_class in asked else {"source": NOTHING}
            sent["filters"] = filters | inside | outside
        return sent


@dataclass(frozen=True)
class Extent:
    """How much of it is in force now: versions, the bytes of their files, the first approval."""

    knowledge: Knowledge
    title: str
    versions: int
    bytes: int
    since: datetime | None


def named(name: str) -> Knowledge:
    """Which is meant; whether there is such a release is found when it is asked."""
    if name == ALL:
        return Knowledge(name)
    if name in SourceClass.values:
        return Knowledge(name, source_class=name)
    return Knowledge(name, release=name)


def extent(name: str, client: Client, *, at: datetime) -> Extent:
    """Raises `NoSuchRelease`; refused where the key does not open it."""
    known = named(name)
    if known.source_class and (closed := client.not_open([known.source_class])):
        refusals.refuse(by=client, why=ClassNotOpen(classes=", ".join(closed)))
    if known.release is None:
        rows = _open_to(client, at)
        return _extent(known, rows.filter(_of_class(known.source_class)))
    # No name has signs that cannot be seen, and a database may not take them.
    release = held.named(known.release) if name.isprintable() else None
    if release is None:
        raise NoSuchRelease
    held.refuse_unpublished(release)
    return _of_release(known, release, client, at)


def extents(client: Client, *, at: datetime) -> Iterator[Extent]:
    """All, the classes in force that the key opens, and the releases that are published."""
    rows = _open_to(client, at)
    yield _extent(named(ALL), rows)
    there = set(rows.values_list("source__source_class", flat=True))
    for source_class in SourceClass.values:
        if source_class in there:
            yield _extent(named(source_class), rows.filter(_of_class(source_class)))
    if Release.objects.current():
        yield extent(CURRENT, client, at=at)
    for release in Release.objects.filter(status=ReleaseStatus.PUBLISHED).newest_first():
        yield _of_release(Knowledge(release.name, release=release.name), release, client, at)


def _open_to(client: Client, at: datetime) -> Any:
    rows = Version.objects.in_force(at).servable()
    classes: Sequence[str] = client.source_classes
    return rows.filter(source__source_class__in=classes) if classes else rows


def _of_class(source_class: str | None) -> Q:
    return Q(source__source_class=source_class) if source_class else Q()


def _of_release(known: Knowledge, release: Release, client: Client, at: datetime) -> Extent:
    """What is left of it: of what it holds, what is in force."""
    within = held.held_by(release).versions
    numbers = set(_open_to(client, at).values_list("pk", flat=True)) & within
    return _extent(known, Version.objects.filter(pk__in=numbers), release.cut_at)


def _extent(known: Knowledge, rows: Any, since: datetime | None = None) -> Extent:
    told = rows.aggregate(n=Count("pk"), size=Sum("upload__size"), first=Min("approved_at"))
    return Extent(known, _title(known), told["n"], told["size"] or 0, since or told["first"])


def _title(known: Knowledge) -> str:
    if known.source_class:
        return str(SourceClass(known.source_class).label)
    return known.release or _("All knowledge in force")
