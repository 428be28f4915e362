"""Releases: corpora that people named, tested and froze; how each was tested, waived, published."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

import zstandard
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _said
from django.utils.translation import gettext_lazy as _

from governance.models import Governed, Person

LONGEST_NAME = 60
# Persons who must each waive what a test has not passed.
WAIVED_BY = 2


class ReleaseStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    TESTED = "tested", _("Tested")
    PUBLISHED = "published", _("Released")
    WITHDRAWN = "withdrawn", _("Withdrawn")


MOVES: dict[ReleaseStatus, frozenset[ReleaseStatus]] = {
    ReleaseStatus.DRAFT: frozenset({ReleaseStatus.TESTED, ReleaseStatus.WITHDRAWN}),
    ReleaseStatus.TESTED: frozenset({ReleaseStatus.PUBLISHED, ReleaseStatus.WITHDRAWN}),
    ReleaseStatus.PUBLISHED: frozenset({ReleaseStatus.WITHDRAWN}),
    ReleaseStatus.WITHDRAWN: frozenset(),
}


class ReleaseQuerySet(models.QuerySet["Release"]):
    def newest_first(self) -> ReleaseQuerySet:
        return self.order_by("-number")

    def current(self) -> Release | None:
        """What was published last. None once that is withdrawn, until one is published again."""
        last = ReleasePublication.objects.select_related("release").order_by("-pk").first()
        is_out = last is not None and last.release.status == ReleaseStatus.PUBLISHED
        return last.release if last and is_out else None


class Release(Governed):
    """The corpus as it was at a number of the trail, under a name. What it holds never changes.

    `without` names the passages that were quarantined by themselves then, in versions that it
    holds: they are no part of it, though their quarantine may end one day.
    """

    parts = ("checks", "waivers", "publications")
    # What is fixed from the first day on; a trigger refuses to change it.
    FIXED: ClassVar[tuple[str, ...]] = (
        "number",
        "name",
        "trail",
        "epoch",
        "root",
        "versions",
        "passages",
        "relations",
        "without",
        "cut_by_id",
        "cut_at",
        "reason",
    )

    number = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    status = models.CharField(
        max_length=9, choices=ReleaseStatus.choices, default=ReleaseStatus.DRAFT
    )
    trail = models.BigIntegerField()
    epoch = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    versions = models.PositiveIntegerField()
    passages = models.PositiveIntegerField()
    relations = models.PositiveIntegerField()
    without = models.JSONField(default=list)
    cut_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    cut_at = models.DateTimeField()
    reason = models.TextField()
    notes_zh = models.TextField(blank=True)
    notes_en = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ReleaseStatus.values), name="release_status_is_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="release_has_a_name"),
            models.CheckConstraint(
                condition=Q(status="withdrawn", withdrawn_at__isnull=False)
                | ~Q(status="withdrawn") & Q(withdrawn_at__isnull=True),
                name="release_is_withdrawn_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self) -> dict[str, Any]:
        """With the digest of the manifest's bytes, which are too many to repeat in each entry."""
        content = self.manifest_bytes()
        return super().state() | {"manifest": hashlib.sha256(content).hexdigest()}

    def manifest_bytes(self) -> bytes:
        """As they were frozen; none where somebody has taken them away."""
        kept = ReleaseManifest.objects.filter(release=self).first()
        return kept.content if kept else b""

    def can_become(self, status: ReleaseStatus) -> bool:
        return status in MOVES[ReleaseStatus(self.status)]

    def last_checks(self) -> list[ReleaseCheck]:
        """What its last test found, in the order of the gate, with who has waived what."""
        rows = list(self.checks.order_by("pk").prefetch_related("waivers__person"))
        last = max((row.run for row in rows), default=0)
        return [row for row in rows if row.run == last]

    def in_the_way(self) -> list[ReleaseCheck]:
        """What its last test has not passed and not two persons have waived."""
        return [check for check in self.last_checks() if not check.is_settled()]


class ReleaseManifest(models.Model):
    """The manifest of a release, byte by byte, whatever becomes of the folder of the corpus."""

    release = models.OneToOneField(
        Release, models.PROTECT, primary_key=True, related_name="manifest"
    )
    root = models.CharField(max_length=64, db_index=True)
    packed = models.BinaryField()

    def __str__(self) -> str:
        return self.root[:12]

    @property
    def content(self) -> bytes:
        """None of the bytes where what is kept is no whole frame any more."""
        try:
            return zstandard.decompress(bytes(self.packed))
        except zstandard.ZstdError:
            return b""


class ReleaseCheck(models.Model):
    """What one check of the gate found when a release was tested, in words and in numbers.

    `sentence` is written in English, with places for the numbers, and translated when it is read.
    """

    release = models.ForeignKey(Release, models.PROTECT, related_name="checks")
    run = models.PositiveIntegerField()
    name = models.CharField(max_length=40)
    passed = models.BooleanField()
    sentence = models.TextField()
    numbers = models.JSONField(default=dict)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "run", "name"], name="one_check_a_run"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {'passed' if self.passed else 'not passed'}"

    def told(self) -> str:
        return str(_said(self.sentence) % self.numbers)

    def is_settled(self) -> bool:
        return self.passed or len({w.person_id for w in self.waivers.all()}) >= WAIVED_BY


class ReleaseWaiver(models.Model):
    """That somebody wants a release published although one check was not passed, and why."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="waivers")
    failed = models.ForeignKey(ReleaseCheck, models.PROTECT, related_name="waivers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["failed", "person"], name="one_waiver_a_person"),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.failed.name} waived by {self.person}"


class ReleasePublication(models.Model):
    """That a release was made the current one, for the first time or again."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="publications")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.release} by {self.person}"
