"""What people are told, worked out from the trail and the calendar; each thing once.

The trail is read from where it was read last, in one transaction with what is written, so that
nothing is told twice or forgotten, whatever is killed in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from governance import clock
from governance.duties import MAY, Deed
from governance.following import left
from governance.lifecycle import Status
from governance.models import (
    Absence,
    AuditEntry,
    ChangeSet,
    ChangeSetComment,
    Comment,
    Notice,
    NoticesTold,
    Person,
    Retirement,
    Upload,
    Version,
)
from governance.stored_trail import content_of

AT_ONCE = 500
# Days before the review at which the owner and whoever is asked to review are reminded.
REMINDED = (60, 30, 14, 7, 1)


@dataclass(frozen=True)
class News:
    """Something to tell certain people of a version or a change set, never the one who did it."""

    code: str
    about: Version | ChangeSet
    people: frozenset[int]
    facts: dict[str, Any] = field(default_factory=dict)


def tell() -> int:
    """Turn what the trail says since last time into notices. Returns how many were written."""
    written = 0
    while (batch := _tell_some()) is not None:
        written += batch
    return written


def _tell_some() -> int | None:
    """None at the end of the trail."""
    with transaction.atomic(durable=True):
        told, _made = NoticesTold.objects.select_for_update().get_or_create(pk=1)
        entries = list(AuditEntry.objects.after(told.number)[:AT_ONCE])
        if not entries:
            return None
        found = [(entry, news) for entry in entries for news in _news(entry)]
        written = sum(_write(news, f"#{e.number}", e) for e, news in found)
        told.number = entries[-1].number
        told.save(update_fields=["number"])
    return written


def remind(today: date) -> int:
    """Tell owners and those asked to review of what falls due; at each of `REMINDED` once."""
    written = 0
    with transaction.atomic(durable=True):
        for version in _due(today):
            assert version.review_due is not None  # noqa: S101  (asked for in the query)
            left = (version.review_due - today).days
            mark = min((d for d in REMINDED if left <= d), default=REMINDED[0])
            code = "overdue" if left < 0 else "due"
            key = f"due:{version.pk}:{version.review_due}:{'over' if left < 0 else mark}"
            facts = {"due": version.review_due.isoformat()}
            written += _write(News(code, version, _keepers(version), facts), key)
    return written


def tell_of(news: News, key: str) -> int:
    """Tell of something that no entry of the trail brings; under one key once a person."""
    with transaction.atomic(durable=True):
        return _write(news, key)


def mark_read(*, person: Person, pk: int | None = None) -> int:
    """One of a person's own notices, or all of them."""
    mine = Notice.objects.filter(person=person, read_at=None)
    return (mine.filter(pk=pk) if pk else mine).update(read_at=clock.now())


def told_to(person: Person) -> QuerySet[Notice]:
    """Unread ones first, then the newest."""
    rows = Notice.objects.filter(person=person).select_related("version__source", "change_set")
    return rows.order_by(F("read_at").desc(nulls_first=True), "-at", "-pk")


def unread(person: Person) -> QuerySet[Notice]:
    return Notice.objects.filter(person=person, read_at=None)


def _due(today: date) -> QuerySet[Version]:
    last = today + timedelta(days=REMINDED[0])
    rows = Version.objects.active().filter(review_due__lte=last)
    return rows.select_related("source", "source__department").order_by("pk")


def _news(entry: AuditEntry) -> Iterator[News]:
    teller = _TELLERS.get(entry.action)
    if teller:
        yield from teller(entry)


def _version(pk: str) -> Version | None:
    rows = Version.objects.select_related("source", "source__department")
    return rows.filter(pk=pk).first()


def _about(code: str, whom: Callable[[Version], frozenset[int]]) -> Callable[..., Iterator[News]]:
    """News of the version an entry is about, for those named by `whom`."""

    def tell_of(entry: AuditEntry) -> Iterator[News]:
        version = _version(entry.governs_id)
        if version:
            yield News(code, version, whom(version))

    return tell_of


def _contributors(version: Version) -> frozenset[int]:
    return frozenset(version.contributors.values_list("person", flat=True))


def _reviewer(version: Version) -> frozenset[int]:
    rows = Version.objects.filter(pk=version.pk, assignment__isnull=False)
    return frozenset(rows.values_list("assignment__reviewer", flat=True))


def _keepers(version: Version) -> frozenset[int]:
    """The owner, the department's lead, and whoever is asked to review."""
    source = version.source
    lead = source.department.lead_id if source.department else None
    named = {source.owner_id, lead} if lead else {source.owner_id}
    return frozenset(named) | _reviewer(version)


def _lifters(version: Version) -> frozenset[int]:
    reviewers = Person.objects.filter(is_reviewer=True, accounts__is_active=True)
    return frozenset(reviewers.values_list("pk", flat=True)) | _keepers(version)


def _submitted(entry: AuditEntry) -> Iterator[News]:
    """To whoever was asked; where nobody was, to the lead of the department."""
    version = _version(entry.governs_id)
    if version:
        lead = version.source.department.lead_id if version.source.department else None
        people = _reviewer(version) or (frozenset({lead}) if lead else frozenset())
        yield News("to_review", version, people)


def _asked(entry: AuditEntry) -> Iterator[News]:
    rows = Version.objects.select_related("source", "assignment", "source__department")
    version = rows.filter(assignment=int(entry.subject_id)).first()
    if version and version.status in (Status.IN_REVIEW, Status.ACTIVE):
        yield News("asked_to_review", version, _reviewer(version))


def _once_a_version(
    code: str, whom: Callable[[Version], frozenset[int]]
) -> Callable[..., Iterator[News]]:
    """As `_about`, but once for however many of its passages were meant in one block."""

    def tell_of(entry: AuditEntry) -> Iterator[News]:
        governed = {"governs_type": entry.governs_type, "governs_id": entry.governs_id}
        same = AuditEntry.objects.filter(action=entry.action, at=entry.at, **governed)
        if not same.filter(number__lt=entry.number).exists():
            yield from _about(code, whom)(entry)

    return tell_of


def _unread(entry: AuditEntry) -> Iterator[News]:
    upload = Upload.objects.filter(pk=entry.subject_id).first()
    if upload:
        for version in upload.versions.filter(status=Status.DRAFT).select_related("source"):
            yield News("not_read", version, frozenset({upload.received_from_id}))


def _commented(entry: AuditEntry) -> Iterator[News]:
    comment = Comment.objects.filter(pk=entry.subject_id).select_related("version__source").first()
    if comment:
        yield News("commented", comment.version, _contributors(comment.version))


def _of_set(
    code: str, whom: Callable[[ChangeSet], frozenset[int]]
) -> Callable[..., Iterator[News]]:
    """News of the change set an entry is about, for those named by `whom`."""

    def tell_of(entry: AuditEntry) -> Iterator[News]:
        change_set = ChangeSet.objects.filter(pk=entry.governs_id).first()
        if change_set:
            yield News(code, change_set, whom(change_set))

    return tell_of


def _authors(change_set: ChangeSet) -> frozenset[int]:
    return frozenset({change_set.author_id, *change_set.edits.values_list("person", flat=True)})


def _deciders(change_set: ChangeSet) -> frozenset[int]:
    """Who may have it applied."""
    can = Q(pk__in=[])
    for role in MAY[Deed.APPLY]:
        can |= Q(**{f"is_{role}": True})
    people = Person.objects.filter(can, accounts__is_active=True)
    return frozenset(people.values_list("pk", flat=True)) - _authors(change_set)


def _commented_set(entry: AuditEntry) -> Iterator[News]:
    rows = ChangeSetComment.objects.filter(pk=entry.subject_id).select_related("change_set")
    comment = rows.first()
    if comment:
        yield News("commented", comment.change_set, _authors(comment.change_set))


def _left_behind(version: Version | None) -> Iterator[News]:
    """That evidence in the graph did not follow a version that is in force now."""
    count = len(left(clock.now(), source=version.source_id)) if version else 0
    if version and count and version.is_in_force(clock.now()):
        yield News("evidence_left", version, _keepers(version), {"count": count})


def _approved(entry: AuditEntry) -> Iterator[News]:
    yield from _about("approved", _contributors)(entry)
    yield from _left_behind(_version(entry.governs_id))


def _superseded(entry: AuditEntry) -> Iterator[News]:
    """By the clock: what supersedes at once is told of with its approval."""
    if entry.by_kind == "system":
        retired = Retirement.objects.filter(version=int(entry.governs_id)).first()
        if retired and retired.successor_id:
            yield from _left_behind(_version(str(retired.successor_id)))


def _ticket(entry: AuditEntry) -> Iterator[News]:
    """To whose turn it is, as the entry says; the truth does not keep tickets."""
    told = (content_of(entry) or {}).get("facts", {})
    version = _version(str(told["version"])) if told.get("version") else None
    if version:
        people = frozenset({told["owner"]}) if told["owner"] else _keepers(version)
        facts = {"ticket": int(entry.subject_id), "due": told["due"]}
        yield News("ticket_opened", version, people, facts)


def _called_back(entry: AuditEntry) -> Iterator[News]:
    """To whoever cut the set or registered what was trained on it; the truth keeps neither."""
    told = (content_of(entry) or {}).get("facts", {})
    version = _version(str(told["version"]))
    if version:
        facts = {"training_set": int(entry.subject_id), "name": told["training_set"]}
        people = frozenset(told["people"])
        yield News("training_recalled", version, people, facts | {"rows": told["rows"]})


_TELLERS: dict[str, Callable[[AuditEntry], Iterable[News]]] = {
    "version.submitted": _submitted,
    "version.sent_back": _about("sent_back", _contributors),
    "version.submission_voided": _about("reopened", _contributors),
    "version.partly_approved": _about("second_needed", _reviewer),
    "version.approved": _approved,
    "version.superseded": _superseded,
    "version.reaffirmed": _about("reaffirmed", _keepers),
    "version.quarantine_ended": _about("freed", _keepers),
    "passage.quarantine_ended": _once_a_version("passage_freed", _keepers),
    "version.retired": _about("retired", _keepers),
    "version.left_force": _about("left_force", _keepers),
    "version.quarantined": _about("quarantined", _lifters),
    "version.quarantine_lift_begun": _about("lift_begun", _lifters),
    "passage.quarantined": _once_a_version("passage_quarantined", _lifters),
    "passage.quarantine_lift_begun": _once_a_version("passage_lift_begun", _lifters),
    "assignment.made": _asked,
    "upload.reading_failed": _unread,
    "comment.made": _commented,
    "change_set.submitted": _of_set("to_decide", _deciders),
    "change_set.sent_back": _of_set("sent_back", _authors),
    "change_set.reopened": _of_set("reopened", _authors),
    "change_set.applied": _of_set("applied", _authors),
    "change_set.commented": _commented_set,
    "ticket.opened": _ticket,
    "training_set.recalled": _called_back,
}


def _write(news: News, key: str, entry: AuditEntry | None = None) -> int:
    """One row for each who is told and, while one is away, for who stands in."""
    did_it, number, at = (
        (entry.person_id, entry.number, entry.at) if entry else (None, None, clock.now())
    )
    key = f"{key}:{news.code}:{news.about.pk}"
    told = Notice.objects.filter(Q(key=key) | _unread_of(news)).values_list("person", flat=True)
    people = _with_stand_ins(news.people - {did_it}) - set(told)
    subject = "version" if isinstance(news.about, Version) else "change_set"
    what = {"code": news.code, subject: news.about, "facts": news.facts}
    Notice.objects.bulk_create(
        Notice(person_id=person, number=number, key=key, at=at, **what) for person in sorted(people)
    )
    return len(people)


def _unread_of(news: News) -> Q:
    """The same said before of the same change set: until that is read it is not said again."""
    if isinstance(news.about, Version):
        return Q(pk__in=[])
    return Q(code=news.code, change_set=news.about, read_at=None)


def _with_stand_ins(people: frozenset[int]) -> frozenset[int]:
    away = Absence.objects.holding(clock.today()).filter(person__in=people)
    return people | frozenset(away.values_list("stand_in", flat=True))
