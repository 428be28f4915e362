"""Keeps the terms of versions: the spans in which they may be served."""

from __future__ import annotations

from datetime import datetime

from governance.errors import LaterVersionScheduled, NeverInForce
from governance.lifecycle import Status, end_of_term, start_of_term
from governance.models import Term, Version
from governance.trail import Changes


def begin(version: Version, changes: Changes) -> Term:
    """Open the term that an approval, or a late reaffirmation, gives, and end the one before it.

    Refused where it would hold nothing, or where another version takes effect at the same instant.
    """
    starts_at = start_of_term(decided_at=changes.at, effective_from=version.effective_from)
    ends_at = _end(version, starts_at)
    if ends_at <= starts_at:
        raise NeverInForce
    others = Term.objects.filter(source=version.source_id).exclude(version=version)
    if others.filter(starts_at=starts_at).exists():
        raise LaterVersionScheduled
    for running in others.filter(starts_at__lt=starts_at, ends_at__gt=starts_at):
        running.ends_at = starts_at
        running.save(update_fields=["ends_at"])
        changes.note("version.term_moved", running.version)
    return Term.objects.create(
        version=version, source_id=version.source_id, starts_at=starts_at, ends_at=ends_at
    )


def settle(version: Version) -> bool:
    """Move the end of the latest term to where the rows say it is, and say whether it moved.

    A term that ends before it begins to hold is taken away.
    """
    term = version.latest_term
    if term is None:
        return False
    ends_at = _end(version, term.starts_at)
    if ends_at == term.ends_at:
        return False
    if ends_at <= term.starts_at:
        term.delete()
    else:
        term.ends_at = ends_at
        term.save(update_fields=["ends_at"])
    return True


def give_back(source_id: int, changes: Changes) -> None:
    """Let run on what a successor had ended that was retired before it took effect."""
    for version in Version.objects.filter(source=source_id, status=Status.ACTIVE):
        if settle(version):
            changes.note("version.term_moved", version)


def _end(version: Version, starts_at: datetime) -> datetime:
    """The end of a term that starts at the instant, from the rows of the version and its source."""
    assert version.review_due is not None  # noqa: S101  (only approved versions have terms)
    followed = Term.objects.filter(source=version.source_id, starts_at__gt=starts_at)
    ended = followed.exclude(version=version).values_list("starts_at", flat=True)
    retired = version.retirements.values_list("at", flat=True)
    return end_of_term(
        review_due=version.review_due,
        effective_until=version.effective_until,
        ended=[*ended, *retired],
    )
