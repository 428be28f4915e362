"""A version as a FHIR R5 `Library`, with the names that HL7 CRMI gives to what we keep of it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localtime

from governance.identifiers import IdentifierKind
from governance.lifecycle import APPROVED, Status
from governance.models import Quarantine, Term, Version
from llm.corpus import CorpusFolder, Damaged
from llm.models import CorpusObject
from llm.projections.holdings import shown

LIBRARY_TYPES = "http://terminology.hl7.org/CodeSystem/library-type"
CLASSES = "urn:kb:source-class"
URI = "urn:ietf:rfc:3986"
# Kinds whose numbers are URIs already: system and what stands before the value.
SYSTEMS: dict[str, tuple[str, str]] = {
    IdentifierKind.DOI: ("https://doi.org", ""),
    IdentifierKind.PMID: ("https://pubmed.ncbi.nlm.nih.gov", ""),
    IdentifierKind.ISBN: (URI, "urn:isbn:"),
    IdentifierKind.ISSN: (URI, "urn:issn:"),
    IdentifierKind.SPL_SET_ID: (URI, "urn:uuid:"),
    IdentifierKind.NDC: ("http://hl7.org/fhir/sid/ndc", ""),
}
_SOURCE = re.compile(r"api/v1/sources/([0-9]{1,18})/(?:\|([0-9]{1,18}))?")
ACTIVE, RETIRED, UNKNOWN, DRAFT = "active", "retired", "unknown", "draft"
STATUSES = (ACTIVE, RETIRED, UNKNOWN, DRAFT)


@dataclass(frozen=True)
class Addresses:
    """Where a source is known by, whatever its edition, and where files of the corpus lie."""

    root: str

    def canonical(self, source: int) -> str:
        return f"{self.root}api/v1/sources/{source}/"

    def found(self, rows: QuerySet[Version], canonical: str) -> QuerySet[Version]:
        """Those that a canonical names: every version of the source, or the one behind the bar."""
        told = _SOURCE.fullmatch(canonical.removeprefix(self.root))
        if told is None:
            return rows.none()
        rows = rows.filter(source=int(told[1]))
        return rows.filter(pk=int(told[2])) if told[2] else rows

    def object(self, sha256: str) -> str:
        return f"{self.root}api/v1/corpus/objects/{sha256}"


def known() -> QuerySet[Version]:
    """What was ever approved: no program learns of a draft."""
    rows = Version.objects.filter(status__in=APPROVED)
    return rows.select_related("source", "predecessor").order_by("pk")


def with_status(rows: QuerySet[Version], status: str, *, at: datetime) -> QuerySet[Version]:
    """`active` is in force, or will be by a term that has been given; what is active by its life
    but quarantined, overdue or past its end is `unknown`: nobody may rely on it now.
    """
    mine = {"version": OuterRef("pk")}
    term = Exists(Term.objects.filter(ends_at__gt=at, **mine))
    doubt = Exists(Quarantine.objects.holding(at).filter(passage=None, **mine))
    chosen = {
        ACTIVE: Q(status=Status.ACTIVE) & Q(term) & ~Q(doubt),
        RETIRED: Q(status=Status.RETIRED),
        UNKNOWN: Q(status=Status.ACTIVE) & (~Q(term) | Q(doubt)),
        DRAFT: Q(pk=None),
    }
    return rows.filter(chosen[status])


def status_of(version: Version, *, at: datetime) -> str:
    rows = Version.objects.filter(pk=version.pk)
    return next((s for s in STATUSES if with_status(rows, s, at=at).exists()), UNKNOWN)


def with_identifier(rows: QuerySet[Version], token: str) -> QuerySet[Version]:
    """`system|value` or a value alone, as FHIR's tokens are; a value with or without its URN."""
    if not token.isprintable():
        return rows.none()
    system, bar, value = token.rpartition("|")
    kinds = [k for k, (known_as, _p) in SYSTEMS.items() if known_as == system] if bar else None
    if kinds is not None and not kinds:
        kinds = [system] if system in IdentifierKind.values else []
    wanted = Q()
    for prefix in {"", *(prefix for _s, prefix in SYSTEMS.values())}:
        if value.startswith(prefix):
            wanted |= Q(source__identifiers__value__iexact=value.removeprefix(prefix))
    if kinds is not None:
        wanted &= Q(source__identifiers__kind__in=kinds)
    return rows.filter(wanted).distinct()


def library(version: Version, addresses: Addresses, *, at: datetime) -> dict[str, Any]:
    cited = version.citation or {}
    told = {
        "resourceType": "Library",
        "id": str(version.pk),
        "url": addresses.canonical(version.source_id),
        "identifier": [_identifier(each) for each in cited["identifiers"]],
        "version": str(version.pk),
        "name": f"Version{version.pk}",
        "title": cited["title"],
        "subtitle": cited["label"],
        "status": status_of(version, at=at),
        "type": {"coding": [{"system": LIBRARY_TYPES, "code": "asset-collection"}]},
        "date": shown(version.approved_at),
        "publisher": cited["issuer"],
        "topic": [{"coding": [{"system": CLASSES, "code": cited["source_class"]}]}],
        "copyright": cited["licence"]["text"],
        "approvalDate": _day(version.approved_at),
        "lastReviewDate": version.reviewed_on.isoformat() if version.reviewed_on else None,
        "effectivePeriod": _period(version),
        "relatedArtifact": _related(version, addresses),
        "content": _content(version, addresses),
        "language": cited["language"],
    }
    return {name: value for name, value in told.items() if value}


def _identifier(told: dict[str, str]) -> dict[str, Any]:
    """With its system where there is one that others know; else its kind says what it is."""
    kind = {"type": {"text": str(IdentifierKind(told["kind"]).label)}}
    if told["kind"] not in SYSTEMS:
        return kind | {"value": told["value"]}
    system, prefix = SYSTEMS[told["kind"]]
    return kind | {"system": system, "value": prefix + told["value"]}


def _period(version: Version) -> dict[str, Any] | None:
    term = version.latest_term
    return {"start": shown(term.starts_at), "end": shown(term.ends_at)} if term else None


def _related(version: Version, addresses: Addresses) -> list[dict[str, Any]]:
    """How it is cited, and what came before and behind it, of what was approved."""
    cited = version.citation or {}
    line = f"{cited['issuer']}. {cited['title']}. {cited['label']}, {cited['published_on']}."
    told: list[dict[str, Any]] = [{"type": "citation", "citation": line}]
    before = version.predecessor
    if before is not None and before.status in APPROVED:
        told.append(_artifact("predecessor", before, addresses))
    for after in version.successors.filter(status__in=APPROVED).order_by("pk"):
        told.append(_artifact("successor", after, addresses))
    return told


def _artifact(kind: str, version: Version, addresses: Addresses) -> dict[str, Any]:
    resource = f"{addresses.canonical(version.source_id)}|{version.pk}"
    return {"type": kind, "resource": resource}


def _content(version: Version, addresses: Addresses) -> list[dict[str, Any]]:
    """The object of the corpus, as it is sent; none where its licence or its end keeps it away.

    FHIR's hash is SHA-1 (R5, Attachment.hash); the address ends in the SHA-256 of the text within.
    """
    held = CorpusObject.objects.filter(version=version, is_held=True).first()
    if held is None:
        return []
    told = {"contentType": "application/zstd", "url": addresses.object(held.sha256)}
    try:
        sent = CorpusFolder(settings.KB_HOME / "corpus").stored_object(held.sha256)
    except (FileNotFoundError, Damaged):
        return [told]
    digest = base64.b64encode(hashlib.sha1(sent, usedforsecurity=False).digest()).decode()
    return [told | {"size": str(len(sent)), "hash": digest}]


def _day(at: datetime | None) -> str | None:
    return localtime(at).date().isoformat() if at else None
