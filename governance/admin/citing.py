"""Where a citation leads: whether what it cites is still served, and if not, why and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from governance import clock
from governance.admin.passage_pages import place_of, shown_for
from governance.admin.row_numbers import number_of_row
from governance.admin.standing import moment
from governance.admin.version_pages import address_of_version
from governance.lifecycle import APPROVED
from governance.models import (
    AuditEntry,
    Passage,
    Quarantine,
    Retirement,
    Term,
    Version,
)

PARAMETER = "cited"


@dataclass(frozen=True)
class Cited:
    """What to say beside a passage that a citation led to. `stands_at` is the passage beside
    which it stands: its own, or the one that took its place. `instead` is a name and address.
    `is_said` where the page says so of the passage anyway."""

    number: int
    stands_at: int
    why: str
    instead: tuple[str, str] | None = None
    is_said: bool = False


def cited_in(version: Version, request: HttpRequest) -> Cited | None:
    """None where nothing was cited, or what was cited is in force."""
    rows = Passage.objects.filter(version=version).select_related("version__source")
    passage = rows.filter(pk=number_of_row(request.GET.get(PARAMETER, ""))).first()
    return standing_of(passage, at=clock.now()) if passage else None


def is_marked(passage: Passage) -> bool:
    """Whether something has to be said beside it. A draft says of itself what it is."""
    is_replaced = Passage.objects.filter(replaces=passage).exists()
    was_served = passage.version.status in APPROVED
    return (is_replaced or was_served) and standing_of(passage, at=clock.now()) is not None


def standing_of(passage: Passage, *, at: datetime) -> Cited | None:
    """The first reason that holds; None where the passage may be served now."""
    if Passage.objects.in_force(at).filter(pk=passage.pk).exists():
        return None
    current = shown_for(passage)
    if current.pk != passage.pk:
        return _corrected(passage, current)
    why, instead = _of_version(passage, at)
    quarantine = _quarantine(passage, at)
    is_said = bool(quarantine and quarantine.passage_id and why == _quarantined(quarantine))
    return Cited(passage.pk, passage.pk, why, instead, is_said)


def _corrected(passage: Passage, current: Passage) -> Cited:
    first = Passage.objects.filter(replaces=passage).values_list("pk", flat=True).first()
    entry = AuditEntry.objects.filter(
        subject_type="passage", subject_id=str(first), action="passage.corrected"
    ).first()
    why = _("Passage %(number)s was replaced by a correction on %(at)s and is not served.") % {
        "number": passage.pk,
        "at": moment(entry.at) if entry else "–",
    }
    instead = (_("passage %(number)s") % {"number": current.pk}, place_of(current))
    return Cited(passage.pk, current.pk, why, instead)


def _of_version(passage: Passage, at: datetime) -> tuple[str, tuple[str, str] | None]:
    version = passage.version
    if version.status not in APPROVED:
        return _("Its version was never in force."), None
    retirement = version.retirements.select_related("successor__source").first()
    term = version.terms.filter(starts_at__lte=at).order_by("starts_at").last()
    if taken_over := _taken_over(version, term, retirement, at):
        return taken_over[0], _instead(passage, taken_over[1])
    if retirement:
        return _retired(retirement), _instead(passage, retirement.successor)
    if quarantine := _quarantine(passage, at):
        return _quarantined(quarantine), None
    return _unserved(version, term, at), None


def _taken_over(
    version: Version, term: Term | None, retirement: Retirement | None, at: datetime
) -> tuple[str, Version] | None:
    """Of an edition that another one of its source has followed."""
    if term is None:
        return None
    followed = Term.objects.filter(source=version.source_id, starts_at__gt=term.starts_at)
    begun = followed.filter(starts_at__lte=at).exclude(version=version).order_by("starts_at")
    follower = begun.select_related("version__source").last()
    if follower is None or (retirement and retirement.reason_code != "superseded"):
        return None
    since = moment(min(term.ends_at, at))
    return _("Not in force since %(at)s: a newer version took over.") % {
        "at": since
    }, follower.version


def _retired(retirement: Retirement) -> str:
    return _("Not in force since %(at)s: retired. %(reason)s. %(note)s") % {
        "at": moment(retirement.at),
        "reason": retirement.get_reason_code_display(),
        "note": retirement.note,
    }


def _quarantine(passage: Passage, at: datetime) -> Quarantine | None:
    rows = Quarantine.objects.holding(at).filter(version=passage.version_id)
    whole = rows.filter(passage=None) | rows.filter(passage=passage)
    found: Quarantine | None = whole.select_related("begun_by").order_by("starts_at").first()
    return found


def _quarantined(quarantine: Quarantine) -> str:
    return _("Not in force since %(at)s: quarantined by %(name)s. %(reason)s") % {
        "at": moment(quarantine.starts_at),
        "name": quarantine.begun_by,
        "reason": quarantine.reason,
    }


def _unserved(version: Version, term: Term | None, at: datetime) -> str:
    if term is None:
        start = version.scheduled_start()
        return _("Approved; takes effect on %(start)s.") % {"start": moment(start) if start else ""}
    if not term.holds(at):
        return _("Not in force since %(at)s: its time was over and nobody reaffirmed it.") % {
            "at": moment(term.ends_at)
        }
    return _("Its licence does not let it be served: it is in no store.")


def _instead(passage: Passage, successor: Version | None) -> tuple[str, str] | None:
    """The same words in what took over, where they stand there; else what took over."""
    if successor is None:
        return None
    same = successor.passages.current().filter(digest=passage.digest).first()
    return str(successor), place_of(same) if same else address_of_version(successor.pk)
