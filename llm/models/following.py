"""What following the trail needs to remember: cursors, caches, and what lies in the stores.

Nothing here is truth: all of it can be made again from `governance`.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least, Now
from numpy.typing import NDArray

from governance.models import Version

# Longer than a store may take to answer one write, so that nobody's write is still on its way
# when somebody else takes over.
LEASE = timedelta(seconds=20)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)


class LostLease(Exception):
    """Another worker has taken over; what this one was doing must not be written down."""


class CursorQuerySet(models.QuerySet["Cursor"]):
    def lease(self, name: str) -> Cursor | None:
        """Take the cursor for a while, or return None if another worker has it."""
        self.get_or_create(name=name)
        holder = uuid.uuid4()
        free = Q(leased_until=None) | Q(leased_until__lt=Now())
        taken = self.filter(free, name=name).update(
            holder=holder, leased_until=Now() + LEASE, fence=F("fence") + 1, seen_at=Now()
        )
        # By holder: who was held up until the lease ran out must not get a successor's fence.
        return self.filter(name=name, holder=holder).first() if taken else None

    def rewind(self, name: str, number: int) -> None:
        """Have everything after this number settled again, whoever holds the cursor now."""
        self.filter(name=name).update(
            number=Least(F("number"), number), fence=F("fence") + 1, holder=None, leased_until=None
        )


class Cursor(models.Model):
    """How far along the trail one derived store has come, and who may move it.

    `fence` rises with every lease; whoever writes down progress names the one it was given.
    """

    name = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField(default=0)
    epoch = models.CharField(max_length=16, blank=True)
    fence = models.BigIntegerField(default=0)
    holder = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = CursorQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} at #{self.number}"

    def hold(self) -> None:
        """Say that this worker is alive. Raises `LostLease` if it has been taken over."""
        self._mine(leased_until=Now() + LEASE)

    def move(self, number: int, *, epoch: str) -> None:
        self._mine(number=number, epoch=epoch, moved_at=Now(), error="", leased_until=Now() + LEASE)
        self.number, self.epoch = number, epoch

    def release(self, *, error: str = "") -> None:
        """Give the cursor back. If the lease was lost meanwhile, nothing happens."""
        mine = Cursor.objects.filter(name=self.name, fence=self.fence)
        mine.update(holder=None, leased_until=None, error=error[:2000])

    def _mine(self, **values: Any) -> None:
        if not Cursor.objects.filter(name=self.name, fence=self.fence).update(**values):
            raise LostLease(self.name)


class ParkedQuerySet(models.QuerySet["Parked"]):
    def due(self, projection: str, at: datetime) -> list[Parked]:
        """What was parked and whose pause is over."""
        ready = self.filter(projection=projection, retry_at__lte=at)
        return list(ready.order_by("retry_at", "pk"))

    def park(
        self,
        projection: str,
        number: int,
        error: Exception,
        *,
        at: datetime,
        kind: str = "version",
    ) -> None:
        """Count a failure. The pause doubles with each, up to a quarter of an hour."""
        parked, _new = self.get_or_create(
            projection=projection,
            kind=kind,
            number=number,
            defaults={"since": at, "retry_at": at, "error": ""},
        )
        # The pause stops growing long before the power would outgrow what a timedelta can hold.
        pause = min(FIRST_PAUSE * 2 ** min(parked.attempts, 20), LONGEST_PAUSE)
        parked.attempts, parked.error = parked.attempts + 1, repr(error)[:2000]
        parked.retry_at = at + pause
        parked.save(update_fields=["attempts", "error", "retry_at"])

    def look_again(self, projection: str, number: int, *, kind: str, at: datetime) -> None:
        """Have it settled anew: somebody who had lost the lease may have written to it."""
        why = "The lease was lost while it was settled."
        self.update_or_create(
            projection=projection,
            kind=kind,
            number=number,
            defaults={"error": why, "retry_at": at},
            create_defaults={"error": why, "retry_at": at, "since": at},
        )


class Parked(models.Model):
    """What a projection could not settle, say a version, until when to wait, and why."""

    projection = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, default="version")
    number = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField()
    since = models.DateTimeField()
    retry_at = models.DateTimeField()

    objects = ParkedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["projection", "kind", "number"], name="parked_once"),
        ]

    def __str__(self) -> str:
        return f"{self.projection}: {self.kind} {self.number}"


class CachedVector(models.Model):
    """The vector of a text under an embedding profile, whichever passages have that text."""

    profile = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    vector = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "digest"], name="one_vector_per_text"),
        ]

    def __str__(self) -> str:
        return f"{self.profile} {self.digest[:12]}"

    @property
    def numbers(self) -> NDArray[np.float32]:
        return np.frombuffer(bytes(self.vector), np.float32)


class VersionWords(models.Model):
    """How many passages of a version were counted, and how they were cut into terms."""

    version = models.OneToOneField(Version, models.CASCADE, primary_key=True, related_name="+")
    passages = models.PositiveIntegerField()
    profile = models.CharField(max_length=60)
    content_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"words of {self.version_id}"


class WordCount(models.Model):
    """In how many passages of a version a term stands."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="+", db_index=False)
    term = models.BigIntegerField()
    passages = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="one_count_per_term"),
        ]
        indexes = [models.Index(fields=["version"], name="word_count_by_version")]

    def __str__(self) -> str:
        return f"{self.term} × {self.passages}"


class CorpusObject(models.Model):
    """An object file that the corpus holds or held, so that what is gone can be told from what
    never was."""

    sha256 = models.CharField(max_length=64)
    version = models.ForeignKey(Version, models.CASCADE, related_name="corpus_objects")
    passages = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    is_held = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "version"], name="one_object_per_version"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(is_held=True), name="one_held_object_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class FactsObject(models.Model):
    """An object file of relations that the corpus holds or held; `shard` says which of them."""

    sha256 = models.CharField(max_length=64)
    shard = models.PositiveIntegerField()
    facts = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    is_held = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sha256", "shard"], name="one_object_per_shard"),
            models.UniqueConstraint(
                fields=["shard"], condition=Q(is_held=True), name="one_held_object_a_shard"
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Exit(models.Model):
    """A version, or passages of it, that left force, and when a store was read back empty of it."""

    projection = models.CharField(max_length=20)
    version = models.ForeignKey(Version, models.CASCADE, related_name="exits")
    number = models.BigIntegerField()
    left_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["projection", "version", "number"], name="one_exit"),
        ]

    def __str__(self) -> str:
        return f"{self.projection}: exit of {self.version_id}"


class Job(models.Model):
    """Work on a store that a command leaves to the process that owns it, and waits for."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"

    verb = models.CharField(max_length=20)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    outcome = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"{self.verb}: {self.state}"
