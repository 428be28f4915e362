"""Releases: cut by a reviewer, tested, waived by two others where it must be, published, withdrawn.

What a release holds is frozen when it is cut. Publishing an earlier one again is how to roll back.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import zstandard
from django.utils.translation import gettext as _

from governance.confirmation import Confirmed
from governance.duties import Deed
from governance.errors import (
    AlreadyExists,
    AlreadyOrdered,
    Malformed,
    SecondPersonNeeded,
)
from governance.models import Account, AuditEntry, Person
from governance.trail import Changes, changing, needs_reason
from llm.corpus import LEVEL
from llm.errors import (
    CannotBeTested,
    CorpusBehind,
    GateChangedByPublisher,
    GateNotPassed,
    NothingToWaive,
    ReleaseCannotBecome,
    ReleaseIsCurrent,
    WaiverNeedsTest,
)
from llm.models import (
    Job,
    Release,
    ReleaseCheck,
    ReleaseManifest,
    ReleasePublication,
    ReleaseStatus,
    ReleaseWaiver,
)
from llm.models.releases import LONGEST_NAME
from llm.projections.advance import last_knowledge
from llm.releases import notes
from llm.releases.gate import Finding, title_of
from llm.releases.held import CURRENT
from llm.releases.manifests import Manifest, newest, quarantined_by_themselves

LONGEST_NOTES = 100_000
VERB = "test_release"
# What may let a release pass that did not.
GATE_CHANGES = ("question_set.least_set", "question_set.retired", "question.retired")

_NAME = re.compile(rf"\w[\w.-]{{0,{LONGEST_NAME - 1}}}")


def cut(*, name: str, reason: str, by: Account) -> Release:
    """Freeze the corpus as it stands under a name.

    Refused while the corpus is behind the truth: what is cut is what was published as a corpus.
    """
    name, manifest = _checked(name), newest()
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        if Release.objects.filter(name__iexact=name).exists():
            raise AlreadyExists(name=name)
        if last_knowledge() != manifest.trail:
            raise CorpusBehind
        made = _made(name, manifest, by, changes)
        packed = zstandard.compress(manifest.content, LEVEL)
        ReleaseManifest.objects.create(release=made, root=made.root, packed=packed)
        changes.note("release.cut", made, name=name, number=made.number, root=made.root)
    return made


def order_test(*, release: Release, by: Account) -> Job:
    """Leave its test to the process that owns the stores, and never wait for it."""
    with changing(by=by, may=Deed.REVIEW) as changes:
        release = _to_test(release)
        arguments = {"release": release.pk, "by": by.pk}
        if _waiting(release):
            raise AlreadyOrdered
        job = Job.objects.create(verb=VERB, arguments=arguments, asked_at=changes.at)
        changes.note("release.test_ordered", release)
    return job


def record_test(*, release: Release, found: Mapping[str, Finding], by: Account) -> Release:
    """Write down what a test found. Whatever was waived before was waived of another test."""
    with changing(by=by, may=Deed.REVIEW) as changes:
        release = _to_test(release)
        run = max((check.run for check in release.last_checks()), default=0) + 1
        ReleaseCheck.objects.bulk_create(
            ReleaseCheck(
                release=release, run=run, name=name, person=by.person, at=changes.at, **vars(each)
            )
            for name, each in found.items()
        )
        if release.status == ReleaseStatus.DRAFT:
            _move(release, ReleaseStatus.TESTED)
        failed = [name for name, each in found.items() if not each.passed]
        changes.note("release.tested", release, run=run, failed=failed)
    return release


def waive(*, release: Release, check: str, reason: str, by: Confirmed) -> ReleaseWaiver:
    """Want it published although its last test has not passed this check: two persons must.

    Neither is who cut it. Persons count, not accounts.
    """
    account = by.account
    with changing(by=account, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        release = _fresh(release)
        if release.status != ReleaseStatus.TESTED:
            raise WaiverNeedsTest(now=release.get_status_display())
        failed = next((c for c in release.last_checks() if c.name == check and not c.passed), None)
        if failed is None:
            raise NothingToWaive
        mine = failed.waivers.filter(person=account.person)
        if release.cut_by == account.person or mine.exists():
            raise SecondPersonNeeded
        made = ReleaseWaiver.objects.create(
            release=release,
            failed=failed,
            person=account.person,
            reason=changes.reason,
            at=changes.at,
        )
        changes.note("release.waived", release, check=check, run=failed.run)
    return made


def publish(*, release: Release, reason: str, by: Confirmed) -> Release:
    """Make it the current one, for the first time or again.

    What has left force since it was cut stays out: a release only narrows what is in force now.
    """
    account = by.account
    with changing(by=account, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        release = _fresh(release)
        is_again = release.status == ReleaseStatus.PUBLISHED
        if not is_again:
            _refuse_move(release, ReleaseStatus.PUBLISHED)
        if failed := release.in_the_way():
            raise GateNotPassed(checks=_(", ").join(title_of(check.name) for check in failed))
        if release == Release.objects.current():
            raise ReleaseIsCurrent
        if not is_again and has_changed_the_gate(account.person):
            raise GateChangedByPublisher
        ReleasePublication.objects.create(
            release=release, person=account.person, reason=changes.reason, at=changes.at
        )
        if not is_again:
            _move(release, ReleaseStatus.PUBLISHED)
        changes.note("release.published", release, root=release.root, again=is_again)
    return release


def has_changed_the_gate(person: Person) -> bool:
    """Whether they changed what a release must reach since the last one came out: whoever lets a
    release through that way waives by themselves what two persons must.
    """
    last = ReleasePublication.objects.order_by("-at").values_list("at", flat=True).first()
    rows = AuditEntry.objects.filter(person_id=person.pk, action__in=GATE_CHANGES)
    return (rows.filter(at__gt=last) if last else rows).exists()


def withdraw(*, release: Release, reason: str, by: Account) -> Release:
    """Have nobody ask within it any more, for good. Its manifest stays, for whoever traces."""
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        release = _fresh(release)
        _refuse_move(release, ReleaseStatus.WITHDRAWN)
        release.withdrawn_at = changes.at
        release.status = ReleaseStatus.WITHDRAWN
        release.save(update_fields=["status", "withdrawn_at"])
        changes.note("release.withdrawn", release)
    return release


def write_notes(*, release: Release, zh: str, en: str, by: Account) -> Release:
    """Set the notes in both languages. What they said before stays in the trail."""
    with changing(by=by, may=Deed.REVIEW) as changes:
        release = _fresh(release)
        if release.status == ReleaseStatus.WITHDRAWN:
            raise ReleaseCannotBecome(now=release.get_status_display(), wanted=_("edited"))
        zh, en = _text(zh, "zh"), _text(en, "en")
        if (zh, en) != (release.notes_zh, release.notes_en):
            release.notes_zh, release.notes_en = zh, en
            release.save(update_fields=["notes_zh", "notes_en"])
            changes.note("release.notes_written", release, private={"notes_zh": zh, "notes_en": en})
    return release


def _made(name: str, manifest: Manifest, by: Account, changes: Changes) -> Release:
    before = Release.objects.newest_first().first()
    told = notes.written(manifest, before)
    return Release.objects.create(
        number=before.number + 1 if before else 1,
        name=name,
        trail=manifest.trail,
        epoch=manifest.told["epoch"],
        root=manifest.root,
        versions=len(manifest.versions),
        passages=manifest.passages,
        relations=manifest.relations,
        without=quarantined_by_themselves(manifest.versions),
        cut_by=by.person,
        cut_at=changes.at,
        reason=changes.reason,
        notes_zh=told["zh"],
        notes_en=told["en"],
    )


def _checked(name: str) -> str:
    """A name that stands in an address and on a command line alike."""
    name = unicodedata.normalize("NFKC", name.strip())
    if not _NAME.fullmatch(name) or name.casefold() == CURRENT:
        problem = _(
            "Give a name of letters, digits, dots and hyphens, up to %(most)s of them, such as"
            " 2026-11; “current” is the one that was published last."
        )
        raise Malformed(field="name", problem=problem % {"most": LONGEST_NAME})
    return name


def _text(text: str, field: str) -> str:
    if len(text) > LONGEST_NOTES or "\0" in text:
        raise Malformed(field=field, problem=_("Give plain text that is not that long."))
    return text.replace("\r\n", "\n").strip()


def _fresh(release: Release) -> Release:
    return Release.objects.get(pk=release.pk)


def _to_test(release: Release) -> Release:
    release = _fresh(release)
    if release.status not in (ReleaseStatus.DRAFT, ReleaseStatus.TESTED):
        raise CannotBeTested(now=release.get_status_display())
    return release


def _waiting(release: Release) -> bool:
    jobs = Job.objects.filter(verb=VERB).exclude(state=Job.State.DONE)
    return jobs.filter(arguments__release=release.pk).exists()


def _refuse_move(release: Release, status: ReleaseStatus) -> None:
    if not release.can_become(status):
        raise ReleaseCannotBecome(now=release.get_status_display(), wanted=status.label)


def _move(release: Release, status: ReleaseStatus) -> None:
    _refuse_move(release, status)
    release.status = status
    release.save(update_fields=["status"])
