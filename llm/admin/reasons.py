"""Why a passage was not in force at an instant, in one sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.admin.standing import moment
from governance.clock import start_of
from governance.models import Passage, Quarantine, Retirement, Term, Version
from governance.models.spans import holds


def why_not(passage: Passage, at: datetime) -> str:
    """The first reason that holds, the strongest first; empty where it was in force."""
    version = passage.version
    if version.approved_at is None or version.approved_at > at:
        return _("Its version was not approved.")
    if not (version.citation or {})["licence"]["serve"]:
        return _("Its licence does not let it be served.")
    return _why_quarantined(passage, at) or _why_its_term_does_not_hold(version, at)


def _why_quarantined(passage: Passage, at: datetime) -> str:
    standing = Quarantine.objects.filter(holds(at), version=passage.version_id)
    if standing.filter(passage=None).exists():
        return _("Its version is quarantined.")
    if standing.filter(passage=passage).exists():
        return _("The passage itself is quarantined.")
    return ""


def _why_its_term_does_not_hold(version: Version, at: datetime) -> str:
    terms = version.terms.order_by("starts_at")
    if terms.holding(at).exists():
        return ""
    last: Term | None = terms.filter(starts_at__lte=at).last()
    retirement = version.retirements.filter(at__lte=at).select_related("successor").first()
    if follower := _follower(version, last, at):
        return _("Superseded by “%(label)s”.") % {"label": follower.label}
    if retirement:
        return _("Retired: %(reason)s.") % {"reason": _reason(retirement)}
    if last is None:
        return _not_begun(version)
    return _run_out(version, last)


def _follower(version: Version, last: Term | None, at: datetime) -> Version | None:
    """The version of its source that took over from it."""
    if last is None:
        return None
    later = Term.objects.filter(source=version.source_id, starts_at__lte=at)
    later = later.filter(starts_at=last.ends_at).exclude(version=version)
    follower = later.select_related("version").first()
    return follower.version if follower else None


def _reason(retirement: Retirement) -> str:
    return str(retirement.get_reason_code_display())


def _not_begun(version: Version) -> str:
    start = version.scheduled_start()
    if start is None:
        return _("It was never in force.")
    return _("It takes effect on %(start)s.") % {"start": moment(start)}


def _run_out(version: Version, last: Term) -> str:
    ended = moment(last.ends_at)
    until = version.effective_until
    if until and last.ends_at == start_of(until + timedelta(days=1)):
        return _("By its own date it held until %(day)s.") % {"day": date_format(until, "Y-m-d")}
    return _("Overdue: nobody reaffirmed it before %(moment)s.") % {"moment": ended}
