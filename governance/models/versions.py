"""Versions: one edition of a source each, what was decided about it, and when it is in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from governance import canonical
from governance.classes import MOST_MONTHS
from governance.lifecycle import (
    APPROVED,
    OPEN,
    RetirementReason,
    Status,
    check_move,
    review_due_after,
)
from governance.models.calendar import MonthsLater
from governance.models.doubts import QuarantineQuerySet
from governance.models.governed import FieldHistory, Governed
from governance.models.people import Account, Person
from governance.models.sources import Source
from governance.models.spans import Span, SpanQuerySet
from governance.models.uploads import Upload


class VersionQuerySet(models.QuerySet["Version"]):
    def in_force(self, at: datetime) -> VersionQuerySet:
        """One of its terms holds the instant, and no quarantine of the whole version does."""
        mine = {"version": OuterRef("pk")}
        term = Term.objects.holding(at).filter(**mine)
        quarantine = Quarantine.objects.holding(at).filter(passage=None, **mine)
        return self.filter(Exists(term), ~Exists(quarantine))

    def servable(self) -> VersionQuerySet:
        """What its licence lets into a store."""
        return self.filter(citation__licence__serve=True)

    def active(self) -> VersionQuerySet:
        return self.filter(status=Status.ACTIVE)

    def open(self) -> VersionQuerySet:
        return self.filter(status__in=OPEN)

    def overdue(self, today: date) -> VersionQuerySet:
        return self.active().filter(review_due__lt=today)


class Version(Governed):
    """One edition of a source. Once active it never changes again, but for its terms."""

    parts = ("contributors", "reviews", "terms", "quarantines", "retirements")

    source = models.ForeignKey(Source, models.PROTECT, related_name="versions")
    upload = models.ForeignKey(Upload, models.PROTECT, related_name="versions")
    label = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    # A year, a month or a day: YYYY, YYYY-MM or YYYY-MM-DD, as the issuer gives it.
    published_on = models.CharField(max_length=10)
    effective_from = models.DateField(null=True)
    effective_until = models.DateField(null=True)
    registered_at = models.DateTimeField()
    # The version before this one when it was submitted: what the reviewer compares with.
    predecessor = models.ForeignKey("self", models.PROTECT, null=True, related_name="successors")
    amends = models.ForeignKey("self", models.PROTECT, null=True, related_name="amendments")
    content_digest = models.CharField(max_length=64, blank=True)

    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    reviewed_on = models.DateField(null=True)
    review_due = models.DateField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    citation = models.JSONField(null=True)

    objects = VersionQuerySet.as_manager()
    history = FieldHistory()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_known"),
            models.CheckConstraint(
                condition=Q(
                    status__in=APPROVED,
                    approved_at__isnull=False,
                    reviewed_on__isnull=False,
                    review_due__isnull=False,
                    citation__isnull=False,
                )
                & ~Q(digest="")
                & ~Q(content_digest="")
                | ~Q(status__in=APPROVED)
                & Q(
                    approved_at__isnull=True,
                    reviewed_on__isnull=True,
                    review_due__isnull=True,
                    citation__isnull=True,
                    digest="",
                ),
                name="version_is_approved_if_and_only_if_it_was_active",
            ),
            models.CheckConstraint(
                condition=Q(review_due__isnull=True)
                | Q(review_due__lte=MonthsLater("reviewed_on", MOST_MONTHS)),
                name="version_is_due_within_half_a_year",
            ),
            models.CheckConstraint(
                condition=Q(effective_from__isnull=True)
                | Q(effective_until__isnull=True)
                | Q(effective_from__lte=F("effective_until")),
                name="version_takes_effect_before_it_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "review_due"], name="version_by_due"),
            models.Index(
                fields=["source", "status", "review_due"], name="version_of_source_by_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} · {self.label}"

    # Questions about itself.

    def is_in_force(self, at: datetime) -> bool:
        return Version.objects.in_force(at).filter(pk=self.pk).exists()

    def is_overdue(self, today: date) -> bool:
        due = self.review_due
        return self.status == Status.ACTIVE and due is not None and due < today

    def is_quarantined(self, at: datetime) -> bool:
        return self.quarantines.holding(at).filter(passage=None).exists()

    @property
    def latest_term(self) -> Term | None:
        return self.terms.order_by("starts_at").last()

    @property
    def retirement(self) -> Retirement | None:
        return self.retirements.first()

    def scheduled_start(self) -> datetime | None:
        """When its latest term begins; of use where that is later than now."""
        term = self.latest_term
        return term.starts_at if term else None

    def cited(self) -> dict[str, Any]:
        """What a reader is told of the version, as it stands now. Frozen by approval."""
        source = self.source
        return {
            "title": source.title,
            "source_class": source.source_class,
            "authority": source.policy.rank,
            "issuer": source.issuer,
            "language": source.language,
            "identifiers": source.identified(),
            "licence": source.licence,
            "label": self.label,
            "published_on": self.published_on,
            "effective_from": self.effective_from and self.effective_from.isoformat(),
            "effective_until": self.effective_until and self.effective_until.isoformat(),
        }

    def digest_now(self) -> str:
        """SHA-256 of the canonical form of everything that will be served and cited.

        Of an approved version this is its digest; empty while there is no text.
        """
        if self.digest or not self.content_digest:
            return self.digest
        return self._digest_with(self.cited())

    def digest_as_approved(self) -> str:
        """The digest worked out again from the frozen citation, for verifying."""
        return self._digest_with(self.citation or {})

    def _digest_with(self, citation: dict[str, Any]) -> str:
        file_and_text = {"file": self.upload.sha256, "content": self.content_digest}
        return canonical.digest(file_and_text | citation)

    def due_after(self, day: date) -> date:
        """When a version that is reviewed on this day must be reviewed again."""
        return review_due_after(day, months=self.source.months)

    def contributed_to_by(self, person: Person) -> bool:
        return self.contributors.filter(person=person).exists()

    def decided_since_submission(self, kind: str) -> models.QuerySet[Review]:
        """The reviews that stand, where more than one person is needed."""
        waiting = self.reviews.filter(kind=kind, review_due=None)
        if kind == Review.Kind.APPROVE:
            return waiting.filter(at__gte=self.submitted_at)
        completed = self.reviews.exclude(review_due=None).order_by("pk").last()
        # By row and not by instant: two decisions can fall on the same one.
        return waiting.filter(pk__gt=completed.pk) if completed else waiting

    def persons_needed(self, kind: str) -> int:
        """How many must decide. Two approve while a version of the source is quarantined as a
        whole, or was when it was retired, and what repeats text that is quarantined anywhere:
        it brings back what two persons would have to bring back, changed by a word or more."""
        needed = self.source.policy.approvals
        standing = Quarantine.objects.standing()
        doubted = kind == Review.Kind.APPROVE and (
            standing.followed_by(self).exists() or standing.repeated_by(self).exists()
        )
        return max(needed, 2) if doubted else needed

    # Moves change this object only. Saving it, and telling the trail, is an action's job.

    def submit(self, *, at: datetime, predecessor: Version | None) -> None:
        self._move_to(Status.IN_REVIEW)
        self.submitted_at = at
        self.predecessor = predecessor

    def return_to_draft(self) -> None:
        self._move_to(Status.DRAFT)
        self.submitted_at = None

    def withdraw(self) -> None:
        self._move_to(Status.WITHDRAWN)

    def approve(self, *, at: datetime, today: date) -> None:
        self.digest, self.citation = self.digest_now(), self.cited()
        self._move_to(Status.ACTIVE)
        self.approved_at = at
        self.renew(today=today)

    def renew(self, *, today: date) -> None:
        self.reviewed_on = today
        self.review_due = self.due_after(today)

    def retire(self) -> None:
        self._move_to(Status.RETIRED)

    def _move_to(self, status: Status) -> None:
        check_move(self.status, status)
        self.status = status


class Contributor(models.Model):
    """Who registered or edited the source, uploaded the file or changed anything in a version."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="contributors")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="once_a_contributor"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.version}"


class Review(models.Model):
    """One person's decision about a version. Written once.

    `review_due` stands on the row that completes the decision; where two persons are needed the
    first one's row has none. A trigger refuses a row by a contributor (`governance.triggers`).
    """

    class Kind(models.TextChoices):
        APPROVE = "approve"
        REAFFIRM = "reaffirm"

    version = models.ForeignKey(Version, models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="reviews")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    day = models.DateField()
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    searched = models.TextField(blank=True)
    review_due = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(review_due__isnull=True)
                | Q(review_due__lte=MonthsLater("day", MOST_MONTHS)),
                name="review_is_due_within_half_a_year",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="review_gives_a_reason"),
            models.CheckConstraint(
                condition=~Q(kind="reaffirm") | ~Q(searched=""),
                name="reaffirming_says_what_was_searched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.version} by {self.person}"


class Term(Span):
    """A span in which a version may be served. Two terms of one source never overlap.

    On PostgreSQL an exclusion constraint, on SQLite a trigger (`governance.triggers`).
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="terms")
    source = models.ForeignKey(Source, models.PROTECT, related_name="terms")
    ends_at = models.DateTimeField()
    # Whether the trail says already that the clock has ended it.
    end_noted = models.BooleanField(default=False)

    objects = SpanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="term_begins_before_it_ends",
            ),
        ]
        indexes = [models.Index(fields=["version", "starts_at", "ends_at"], name="term_by_version")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"


class Quarantine(Span):
    """A version or a passage kept from being served. Begun by one person, ended by two."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="quarantines")
    passage = models.ForeignKey("Passage", models.PROTECT, null=True, related_name="quarantines")
    begun_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    first_lift_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    first_lift_at = models.DateTimeField(null=True)
    first_lift_reason = models.TextField(blank=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(ends_at__isnull=True, passage__isnull=True),
                name="one_open_quarantine_a_version",
            ),
            models.UniqueConstraint(
                fields=["passage"],
                condition=Q(ends_at__isnull=True, passage__isnull=False),
                name="one_open_quarantine_a_passage",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True, ended_by__isnull=True)
                | Q(
                    ends_at__isnull=False,
                    ended_by__isnull=False,
                    first_lift_by__isnull=False,
                )
                & ~Q(ended_by=F("first_lift_by")),
                name="quarantine_is_ended_by_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"quarantine of {self.passage or self.version}"


class Retirement(models.Model):
    """Why a version was taken out for good. Without a person where the clock did it."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="retirements")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason_code = models.CharField(max_length=20, choices=RetirementReason)
    note = models.TextField(blank=True)
    successor = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version"], name="one_retirement_a_version"),
            models.CheckConstraint(
                condition=~Q(reason_code__in=["superseded", "duplicate"])
                | Q(successor__isnull=False),
                name="retirement_names_a_successor_where_needed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.reason_code}"


def latest_of(source: Source) -> Version | None:
    """The active version whose term begins last: the one a new edition follows."""
    active = source.versions.filter(status=Status.ACTIVE)
    try:
        return active.annotate(starts=models.Max("terms__starts_at")).latest("starts", "pk")
    except ObjectDoesNotExist:
        return None
