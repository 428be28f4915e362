"""What people do around versions: who reviews, who stands in, what is pulled, what is told."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext

from governance.models.change_sets import ChangeSet
from governance.models.governed import Governed
from governance.models.people import Account, Person
from governance.models.versions import Quarantine, Version


class Assignment(Governed):
    """Who is asked to review a version, now and when it falls due. One at a time a version."""

    version = models.OneToOneField(Version, models.PROTECT, related_name="assignment")
    reviewer = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.reviewer} for {self.version}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def holding(self, day: date) -> AbsenceQuerySet:
        return self.filter(starts_on__lte=day, ends_on__gte=day, ended_at=None)


class Absence(Governed):
    """Days on which somebody else is told what waits for a person. Gives no right to anything."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(Person, models.PROTECT, related_name="standing_in")
    starts_on = models.DateField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="absence_begins_before_it_ends"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("stand_in")), name="nobody_stands_in_for_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stand_in} for {self.person}, {self.starts_on} – {self.ends_on}"


class Pull(Governed):
    """One person's withdrawal, at once, of whatever names a drug, a device or a phrase.

    Each item is a quarantine, ended by two persons like every other.
    """

    parts = ("items",)

    terms = models.JSONField()
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="pull_gives_a_reason"),
        ]

    def __str__(self) -> str:
        return gettext(", ").join(self.terms)


class PullItem(models.Model):
    pull = models.ForeignKey(Pull, models.PROTECT, related_name="items")
    quarantine = models.OneToOneField(Quarantine, models.PROTECT, related_name="pull_item")

    def __str__(self) -> str:
        return f"{self.quarantine} in {self.pull}"


class SavedView(models.Model):
    """A list as somebody wants to find it again: its filters, search and order, by a name."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_views")
    listed = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "listed", "name"], name="one_saved_view_a_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """Something a person is told once: on screen until read, and by mail where there is any.

    `code` names the sentence, `facts` what stands in it. `number` is the entry of the trail it
    comes from, none where the calendar brought it; the same thing is told nobody twice.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    code = models.CharField(max_length=40)
    version = models.ForeignKey(Version, models.CASCADE, null=True, related_name="+")
    change_set = models.ForeignKey(ChangeSet, models.CASCADE, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    number = models.BigIntegerField(null=True)
    key = models.CharField(max_length=100)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="nobody_is_told_twice"),
        ]
        indexes = [models.Index(fields=["person", "read_at"], name="notice_unread")]

    def __str__(self) -> str:
        return f"{self.code} for {self.person}"

    @property
    def about(self) -> Version | ChangeSet | None:
        """What it tells of."""
        return self.version or self.change_set


class NoticesTold(models.Model):
    """How far the trail has been read for notices. One row."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"told up to #{self.number}"


class PasswordLink(models.Model):
    """A way to a new password that works once and not for long. Kept as a digest."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="password_links")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"for {self.account}"
