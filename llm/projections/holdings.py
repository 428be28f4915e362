"""What a store must hold of a version, from the truth alone and whatever the clock says.

A store holds what is active, whether its term has begun or ended: the term stands beside it, so
that what becomes due, or comes into force, needs no job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localtime

from governance.lifecycle import Status
from governance.models import Passage, Quarantine, Term, Version


@dataclass(frozen=True)
class Holding:
    """A version that belongs into the stores: its passages, its latest term, what it cites."""

    version: Version
    term: Term
    passages: list[Passage]


def held_versions() -> QuerySet[Version]:
    """The versions that belong into the stores: not those of which no passage is left to hold."""
    open_quarantine = Quarantine.objects.filter(version=OuterRef("pk"), passage=None, ends_at=None)
    term = Term.objects.filter(version=OuterRef("pk"))
    passage = _free(Passage.objects.filter(version=OuterRef("pk"), replacement=None))
    active = Version.objects.servable().filter(status=Status.ACTIVE)
    return active.filter(Exists(term), ~Exists(open_quarantine), Exists(passage)).order_by("pk")


def holding_of(version_id: int) -> Holding | None:
    """What the stores must hold of the version, or None if nothing."""
    version = held_versions().filter(pk=version_id).first()
    term = version.latest_term if version else None
    if version is None or term is None:
        return None
    passages = _free(version.passages.current().select_related("section"))
    return Holding(version, term, list(passages))


def all_holdings() -> Iterator[Holding]:
    """One version after another, so that memory does not grow with the whole."""
    for version_id in list(held_versions().values_list("pk", flat=True)):
        holding = holding_of(version_id)
        if holding:
            yield holding


def held_passages() -> QuerySet[Passage]:
    """Every passage that belongs into the stores."""
    return _free(Passage.objects.filter(replacement=None, version__in=held_versions()))


def latest_terms(versions: QuerySet[Version] | Collection[int]) -> dict[int, Term]:
    """The latest term of each of these that has any."""
    rows = Term.objects.filter(version__in=versions).order_by("starts_at")
    return {term.version_id: term for term in rows}


def _free(passages: QuerySet[Passage]) -> QuerySet[Passage]:
    """Without those that are quarantined by themselves."""
    own = Quarantine.objects.filter(passage=OuterRef("pk"), ends_at=None)
    return passages.filter(~Exists(own))


def citation_of(passage: Passage, version: Version) -> dict[str, Any]:
    """Everything a citation says but for the review's due day, which a reaffirmation moves."""
    cited = version.citation or {}
    return {
        "source": version.source_id,
        "title": cited["title"],
        "source_class": cited["source_class"],
        "authority": cited["authority"],
        "issuer": cited["issuer"],
        "identifiers": cited["identifiers"],
        "version": version.pk,
        "label": cited["label"],
        "published_on": cited["published_on"],
        "page": passage.page,
        "section": passage.section.path,
        "digest": passage.digest,
        "approved_at": shown(version.approved_at),
        "url": f"/passages/{passage.pk}/",
    }


def quoted(passage: Passage, version: Version) -> str | None:
    """The text, unless the licence lets it be cited only."""
    may = (version.citation or {})["licence"]["quote"]
    return passage.text if may else None


def shown(at: datetime | None) -> str | None:
    """An instant with the offset of the hospital's time zone."""
    return localtime(at).isoformat() if at else None
