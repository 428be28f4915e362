"""Programs that are told what happened, and every message to them until it was taken."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.models import Governed

# The pause after the first failure; it doubles with each, up to the longest.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)
# What was not taken for so long is parked until a person has it sent again.
TRIED_FOR = timedelta(days=1)
OVERLAP = timedelta(days=1)


class Kind(models.TextChoices):
    """What may be told."""

    LEFT_FORCE = "left_force", _("A version left force")
    RELEASED = "released", _("A release was published")
    QUARANTINED = "quarantined", _("A version or passage was quarantined")
    RECALLED = "recalled", _("Training rows were called back")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def living(self) -> WebhookQuerySet:
        return self.filter(ended_at=None)


class Webhook(Governed):
    """An address that is told of some kinds of events from `since`, a number of the trail, on.

    The secret follows from `salt`; for a day after it was renewed the one before signs as well.
    """

    name = models.CharField(max_length=60, unique=True)
    url = models.CharField(max_length=500)
    kinds = models.JSONField()
    since = models.BigIntegerField()
    salt = models.CharField(max_length=64)
    salt_before = models.CharField(max_length=64, blank=True)
    renewed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def salts(self, at: datetime) -> list[str]:
        """Of the secrets that sign now, the newest first."""
        overlaps = self.renewed_at is not None and at < self.renewed_at + OVERLAP
        return [self.salt, self.salt_before] if overlaps else [self.salt]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    PARKED = "parked", _("Parked")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> DeliveryQuerySet:
        """What is to be sent now, to those that are still told."""
        waiting = self.filter(state=DeliveryState.WAITING, due_at__lte=at)
        return waiting.filter(webhook__ended_at=None).order_by("due_at", "pk")


class Delivery(models.Model):
    """One message to one address. `name` stays with it however often it is sent; `number` is that
    of the entry of the trail, and None for a test. The bytes of `body` are what is signed.
    """

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    number = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    # Since when it is tried: again from the start where a person has it sent again.
    tried_since = models.DateTimeField()
    due_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "number"], name="told_once"),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]

    def __str__(self) -> str:
        return self.name

    def taken(self, status: int, *, at: datetime) -> None:
        self.state, self.delivered_at = DeliveryState.DELIVERED, at
        self.attempts, self.status, self.error = self.attempts + 1, status, ""

    def failed(self, status: int, error: str, *, at: datetime) -> None:
        """Wait twice as long as before, or give it up where a day is over."""
        pause = min(FIRST_PAUSE * 2 ** min(self.attempts, 20), LONGEST_PAUSE)
        self.attempts, self.status, self.error = self.attempts + 1, status, error
        self.due_at = at + pause
        if at - self.tried_since >= TRIED_FOR:
            self.state = DeliveryState.PARKED
