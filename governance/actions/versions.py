"""What may be done to a version. Nothing else writes to one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from governance.actions import evidence, passages, terms, uploads
from governance.actions.contributors import credit, reread
from governance.clock import now, today
from governance.confirmation import Confirmed
from governance.duties import Deed
from governance.errors import (
    AlreadySuperseded,
    AmendingNeedsActive,
    ApprovalNeedsReview,
    DigestChanged,
    IdentifierNeeded,
    Malformed,
    NotParsed,
    PredecessorChanged,
    ReaffirmingNeedsActive,
    SecondPersonNeeded,
    SuccessorNeeded,
    TextQuarantined,
)
from governance.lifecycle import (
    APPROVED,
    NEEDS_SUCCESSOR,
    RetirementReason,
    Status,
    check_dates,
    start_of_term,
)
from governance.models import (
    Account,
    ParseState,
    Person,
    Quarantine,
    Retirement,
    Review,
    Source,
    Term,
    Version,
    numbering_digest,
)
from governance.originals import Original
from governance.trail import SYSTEM, Changes, changing, needs_reason


@dataclass(frozen=True)
class Edition:
    """What a person says of a version when registering it."""

    label: str
    published_on: str
    effective_from: date | None = None
    effective_until: date | None = None


def register(*, source: Source, edition: Edition, original: Original, by: Account) -> Version:
    """Draft a version over a file that was received, and have the file read."""
    check(edition)
    with changing(by=by, may=Deed.CURATE) as changes:
        return enter(source, edition, original, by=by, changes=changes)


def check(edition: Edition) -> None:
    """Raises `Malformed` where `register` would for what is said of an edition."""
    dates = edition.published_on, edition.effective_from, edition.effective_until
    check_dates(*dates, today=today())
    _label(edition.label)


def enter(
    source: Source,
    edition: Edition,
    original: Original,
    *,
    by: Account,
    changes: Changes,
    brought_by: Person | None = None,
) -> Version:
    """Register a version among other changes of one block; the edition was checked before.

    Whoever brought the file in has contributed to it too.
    """
    uploads.refuse_duplicate(original)
    upload = uploads.receive(original, by=by, changes=changes)
    version = Version.objects.create(
        source=source,
        upload=upload,
        label=_label(edition.label),
        published_on=edition.published_on,
        effective_from=edition.effective_from,
        effective_until=edition.effective_until,
        registered_at=changes.at,
    )
    people = source.contributors.values_list("person_id", flat=True)
    credit(version, [*people, (brought_by or by.person).pk, by.person_id])
    changes.note("version.registered", version, file=upload.sha256, label=version.label)
    return version


def submit(*, version: Version, reason: str, by: Account) -> Version:
    with changing(by=by, may=Deed.CURATE, reason=reason) as changes:
        version = reread(version)
        _refuse_unread(version)
        if not version.source.has_needed_identifier():
            raise IdentifierNeeded(kinds=_(", ").join(version.source.policy.identified_by))
        version.submit(at=changes.at, predecessor=predecessor_of(version))
        version.save(update_fields=["status", "submitted_at", "predecessor"])
        changes.note("version.submitted", version, digest=version.digest_now())
    return version


def send_back(*, version: Version, reason: str, by: Account) -> Version:
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        version = reread(version)
        version.return_to_draft()
        version.save(update_fields=["status", "submitted_at"])
        changes.note("version.sent_back", version)
    return version


def withdraw(*, version: Version, reason: str, by: Account) -> Version:
    """Abandon a draft. Its bytes may then be uploaded again."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        version = reread(version)
        version.withdraw()
        version.save(update_fields=["status"])
        changes.note("version.withdrawn", version)
    return version


def approve(*, version: Version, by: Confirmed, reason: str, digest: str) -> Version:
    """Approve exactly what was read; with the last person needed, bring it into force.

    What is in force before it ends at the instant it takes effect.
    """
    account = by.account
    with changing(by=account, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        version = reread(version)
        _refuse_unread(version)
        if version.status != Status.IN_REVIEW:
            raise ApprovalNeedsReview(now=version.get_status_display())
        if digest != version.digest_now():
            raise DigestChanged
        if version.predecessor != predecessor_of(version):
            raise PredecessorChanged
        if repeats_quarantined_text(version):
            raise TextQuarantined
        review = _decide(version, Review.Kind.APPROVE, account, changes)
        review.save()
        if review.review_due:
            _bring_into_force(version, changes)
        _note_decision(version, review, changes)
        if review.review_due:
            evidence.carry_over(version, changes)
    return version


def reaffirm(*, version: Version, by: Confirmed, reason: str, searched: str) -> Version:
    """Reviewed, no change. In time the running term goes on; late, a new one begins now."""
    account = by.account
    with changing(by=account, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        version = reread(version)
        _refuse_what_ended(version, changes)
        review = _decide(version, Review.Kind.REAFFIRM, account, changes)
        review.searched = needs_reason(searched, field="searched")
        review.save()
        if review.review_due:
            _renew(version, changes)
        _note_decision(version, review, changes)
    return version


def amend(*, version: Version, reason: str, by: Account) -> Version:
    """Draft over the same upload, with the text as it stands, to correct our reading of it."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        version = reread(version)
        if version.status != Status.ACTIVE:
            raise AmendingNeedsActive(now=version.get_status_display())
        draft = Version.objects.create(
            source=version.source,
            upload=version.upload,
            label=version.label,
            published_on=version.published_on,
            effective_from=version.effective_from,
            effective_until=version.effective_until,
            registered_at=changes.at,
            amends=version,
        )
        contributors = version.contributors.values_list("person_id", flat=True)
        editors = version.source.contributors.values_list("person_id", flat=True)
        credit(draft, [*contributors, *editors, by.person_id])
        passages.copy(version, draft)
        changes.note("version.amended", draft, amends=version.pk)
    return draft


@dataclass(frozen=True)
class RetirementOrder:
    reason_code: RetirementReason
    note: str
    successor: Version | None = None


def retire(*, version: Version, order: RetirementOrder, by: Confirmed) -> Version:
    """Take a version out for good. What it would have replaced later runs on."""
    account = by.account
    note = needs_reason(order.note, field="note")
    with changing(by=account, may=Deed.REVIEW, reason=note) as changes:
        version = reread(version)
        if order.reason_code in NEEDS_SUCCESSOR and order.successor is None:
            raise SuccessorNeeded
        _check_successor(version, order)
        _retire(version, order, changes, person=account.person)
        changes.note("version.retired", version, reason_code=order.reason_code.value)
    return version


def _check_successor(version: Version, order: RetirementOrder) -> None:
    """Readers are sent to it, so it must be something that was approved, and fit the reason."""
    successor = order.successor
    if successor is None:
        return
    same_source = successor.source_id == version.source_id
    superseded = order.reason_code == RetirementReason.SUPERSEDED
    fits = successor != version and successor.status in APPROVED
    takes_over = same_source and successor.status == Status.ACTIVE
    if not fits or (superseded and not takes_over):
        problem = _("Name another version that was approved; an active one if it supersedes.")
        raise Malformed(field="successor", problem=problem)


def write_down_superseded() -> int:
    """Retire what a scheduled successor has taken over from. It left force at that instant."""
    with changing(by=SYSTEM) as changes:
        taken = Term.objects.filter(
            source=OuterRef("source"),
            starts_at__gt=OuterRef("starts_at"),
            starts_at__lte=changes.at,
        ).exclude(version=OuterRef("version"))
        ended = Term.objects.filter(Exists(taken), version__status=Status.ACTIVE)
        for version in Version.objects.filter(terms__in=ended).distinct():
            _supersede(reread(version), changes)
    return sum(note.action == "version.superseded" for note in changes.notes)


def note_left_force() -> int:
    """Note in the trail what the clock alone took out of force since it was last noted."""
    with changing(by=SYSTEM) as changes:
        overdue = Version.objects.active().exclude(pk__in=Version.objects.in_force(changes.at))
        for version in overdue.filter(terms__ends_at__lte=changes.at).distinct():
            term = version.latest_term
            if term and term.ends_at <= changes.at and not term.end_noted:
                term.end_noted = True
                term.save(update_fields=["end_noted"])
                changes.note("version.left_force", version, review_due=version.review_due)
    return len(changes.notes)


def predecessor_of(version: Version) -> Version | None:
    """The active version that this one would take over from."""
    starts_at = start_of_term(decided_at=now(), effective_from=version.effective_from)
    before = Term.objects.filter(
        source=version.source_id, starts_at__lte=starts_at, version__status=Status.ACTIVE
    )
    term = before.exclude(version=version).order_by("starts_at").last()
    return term.version if term else None


def _label(label: str) -> str:
    longest = Version._meta.get_field("label").max_length or 0
    if not label.strip() or not label.isprintable() or len(label.strip()) > longest:
        problem = _("Give one line of text of at most %(longest)s characters.")
        raise Malformed(field="label", problem=problem % {"longest": longest})
    return label.strip()


def repeats_quarantined_text(version: Version) -> bool:
    """What is quarantined comes back by two persons ending it, not under another number."""
    standing = Quarantine.objects.filter(version__source=version.source_id, ends_at=None)
    whole = standing.filter(passage=None, version__content_digest=version.content_digest)
    repeated = version.passages.current().values("digest")
    return whole.exists() or standing.filter(passage__digest__in=repeated).exists()


def _refuse_unread(version: Version) -> None:
    if version.upload.parse_state != ParseState.DONE or not version.passages.exists():
        raise NotParsed


def _decide(version: Version, kind: Review.Kind, account: Account, changes: Changes) -> Review:
    """One person's decision, not yet saved; due on a day if it is the last one needed."""
    decided = version.decided_since_submission(kind).filter(person=account.person)
    if version.contributed_to_by(account.person) or decided.exists():
        raise SecondPersonNeeded
    review = Review(
        version=version,
        kind=kind,
        person=account.person,
        account=account,
        at=changes.at,
        day=changes.today,
        digest=version.digest_now(),
        reason=changes.reason,
    )
    if _is_last_needed(version, review):
        review.review_due = version.due_after(changes.today)
    return review


def _is_last_needed(version: Version, review: Review) -> bool:
    before = version.decided_since_submission(review.kind).filter(digest=review.digest)
    return before.count() + 1 >= version.persons_needed(review.kind)


def _note_decision(version: Version, review: Review, changes: Changes) -> None:
    word = {"approve": "approved", "reaffirm": "reaffirmed"}[review.kind]
    action = f"version.{word}" if review.review_due else f"version.partly_{word}"
    changes.note(
        action,
        version,
        digest=review.digest,
        numbering=numbering_digest(version.passages.current()),
        review_due=review.review_due,
    )


def _bring_into_force(version: Version, changes: Changes) -> None:
    version.approve(at=changes.at, today=changes.today)
    version.save(
        update_fields=[
            "status",
            "approved_at",
            "reviewed_on",
            "review_due",
            "digest",
            "citation",
        ]
    )
    term = terms.begin(version, changes)
    if version.predecessor and term.starts_at <= changes.at:
        _supersede(reread(version.predecessor), changes)


def _supersede(version: Version, changes: Changes) -> None:
    """Retire what another version of its source has taken over from."""
    own = version.latest_term
    later = Term.objects.filter(source=version.source_id, starts_at__lte=changes.at)
    if own:
        later = later.filter(starts_at__gt=own.starts_at)
    successor = later.exclude(version=version).order_by("starts_at").first()
    if successor is None:
        return
    order = RetirementOrder(RetirementReason.SUPERSEDED, "", successor.version)
    _retire(version, order, changes, person=None)
    changes.note("version.superseded", version, successor=successor.version_id)


def _refuse_what_ended(version: Version, changes: Changes) -> None:
    if version.status != Status.ACTIVE:
        raise ReaffirmingNeedsActive(now=version.get_status_display())
    own = version.latest_term
    taken = Term.objects.filter(source=version.source_id, starts_at__lte=changes.at)
    if own and taken.filter(starts_at__gt=own.starts_at).exclude(version=version).exists():
        raise AlreadySuperseded


def _renew(version: Version, changes: Changes) -> None:
    term = version.latest_term
    version.renew(today=changes.today)
    version.save(update_fields=["reviewed_on", "review_due"])
    if term and term.ends_at > changes.at:
        terms.settle(version)
    else:
        terms.begin(version, changes)


def _retire(
    version: Version, order: RetirementOrder, changes: Changes, *, person: Person | None
) -> None:
    version.retire()
    version.save(update_fields=["status"])
    Retirement.objects.create(
        version=version,
        at=changes.at,
        by=person,
        reason_code=order.reason_code,
        note=order.note,
        successor=order.successor,
    )
    terms.settle(version)
    terms.give_back(version.source_id, changes)
