"""Keeping a version or a passage from being served: begun by one person, ended by two."""

from __future__ import annotations

from governance.duties import Deed
from governance.errors import (
    AlreadyQuarantined,
    NotQuarantined,
    QuarantineNeedsActive,
    SecondPersonNeeded,
)
from governance.lifecycle import Status
from governance.models import Account, Passage, Quarantine, Version
from governance.trail import Changes, changing, needs_reason


def begin(*, subject: Version | Passage, reason: str, by: Account) -> Quarantine:
    """Take out of service at once. Only what is active can be quarantined.

    With it goes what has been approved to take over later and repeats the text: else it would
    come back by itself, ended by nobody.
    """
    with changing(by=by, may=Deed.QUARANTINE, reason=needs_reason(reason)) as changes:
        version, passage = _both(subject)
        if version.status != Status.ACTIVE:
            raise QuarantineNeedsActive(now=version.get_status_display())
        if _open(version, passage):
            raise AlreadyQuarantined
        quarantine = begin_within(changes, subject=passage or version, by=by)
        for each in _repeating(version, passage):
            begin_within(changes, subject=each, by=by)
        return quarantine


def _repeating(version: Version, passage: Passage | None) -> list[Version | Passage]:
    """What else is active of the source with the same passage, or with any of the version's."""
    others = Version.objects.active().filter(source=version.source_id).exclude(pk=version.pk)
    others = others.exclude(quarantines__in=Quarantine.objects.filter(passage=None, ends_at=None))
    alike = Passage.objects.current().filter(version__in=others).select_related("version")
    if passage:
        free = alike.exclude(quarantines__in=Quarantine.objects.filter(ends_at=None))
        return list(free.filter(digest=passage.digest).order_by("pk"))
    texts = version.passages.current().values("digest")
    return list(others.filter(passages__in=alike.filter(digest__in=texts)).distinct())


def begin_within(changes: Changes, *, subject: Version | Passage, by: Account) -> Quarantine:
    """For an action that takes more than one thing out of service, and has looked at each."""
    passage = subject if isinstance(subject, Passage) else None
    version = subject.version if isinstance(subject, Passage) else subject
    quarantine = Quarantine.objects.create(
        version=version,
        passage=passage,
        starts_at=changes.at,
        begun_by=by.person,
        reason=changes.reason,
    )
    changes.note(_action(passage, "quarantined"), subject, version=version.pk)
    return quarantine


def lift(*, subject: Version | Passage, reason: str, by: Account) -> Quarantine:
    """Take part in ending a quarantine. The second person's call ends it."""
    with changing(by=by, may=Deed.LIFT_QUARANTINE, reason=needs_reason(reason)) as changes:
        version, passage = _both(subject)
        quarantine = _open(version, passage)
        if quarantine is None:
            raise NotQuarantined
        return lift_within(changes, quarantine=quarantine, by=by)


def lift_within(changes: Changes, *, quarantine: Quarantine, by: Account) -> Quarantine:
    """For an action that takes part in ending more than one, all of them open."""
    if quarantine.first_lift_by is None:
        _lift_first(quarantine, by, changes)
    elif quarantine.first_lift_by == by.person:
        raise SecondPersonNeeded
    else:
        _end(quarantine, by, changes)
    return quarantine


def _lift_first(quarantine: Quarantine, by: Account, changes: Changes) -> None:
    quarantine.first_lift_by = by.person
    quarantine.first_lift_at = changes.at
    quarantine.first_lift_reason = changes.reason
    quarantine.save(update_fields=["first_lift_by", "first_lift_at", "first_lift_reason"])
    changes.note(
        _action(quarantine.passage, "quarantine_lift_begun"),
        quarantine.passage or quarantine.version,
    )


def _end(quarantine: Quarantine, by: Account, changes: Changes) -> None:
    quarantine.ends_at = changes.at
    quarantine.ended_by = by.person
    quarantine.end_reason = changes.reason
    quarantine.save(update_fields=["ends_at", "ended_by", "end_reason"])
    changes.note(
        _action(quarantine.passage, "quarantine_ended"),
        quarantine.passage or quarantine.version,
    )


def _both(subject: Version | Passage) -> tuple[Version, Passage | None]:
    if isinstance(subject, Passage):
        passage = Passage.objects.select_related("version").get(pk=subject.pk)
        return passage.version, passage
    return Version.objects.get(pk=subject.pk), None


def _open(version: Version, passage: Passage | None) -> Quarantine | None:
    rows = Quarantine.objects.select_related("first_lift_by", "passage", "version")
    return rows.filter(version=version, passage=passage, ends_at=None).first()


def _action(passage: Passage | None, past: str) -> str:
    return f"passage.{past}" if passage else f"version.{past}"
