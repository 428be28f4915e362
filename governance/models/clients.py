"""Programs of the inference tier: what they may be given, their keys, and how much they ask."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import OperationalError, models
from django.db.models import Q

from governance.duties import Scope
from governance.models.governed import Governed, plain

# How exactly it is known when a key was used last. Not every call writes.
USE_GRAIN = timedelta(minutes=1)


class ClientQuerySet(models.QuerySet["Client"]):
    def with_key(self, key: str, *, at: datetime) -> Client | None:
        found = ClientKey.objects.opening(key, at=at)
        return found.client if found else None

    def living(self, at: datetime) -> ClientQuerySet:
        """Those that can call at all: not revoked, and with a key that still opens."""
        keys = ClientKey.objects.living(at).values("client")
        return self.filter(revoked_at=None, pk__in=keys)


class Client(Governed):
    """A program. `source_classes` is empty where every class may be given to it; `rate` is in
    requests a minute, `burst` in requests at once, and both are None where there is no limit.
    """

    parts = ("keys",)
    ungoverned = frozenset({"last_used_at"})
    # What a client had not when a client was one key.
    LATER: ClassVar[tuple[str, ...]] = ("source_classes", "rate", "burst")

    name = models.CharField(max_length=60, unique=True)
    scopes = models.JSONField()
    source_classes = models.JSONField(default=list)
    rate = models.PositiveIntegerField(null=True)
    burst = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                # Said of both, for a comparison with nothing is no refusal.
                condition=Q(rate=None, burst=None)
                | Q(rate__isnull=False, burst__isnull=False, rate__gte=1, burst__gte=1),
                name="client_rate_comes_with_burst",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Programs pass through the same doors as people.
    is_authenticated = True
    is_active = True

    @property
    def named_in_logs(self) -> str:
        return f"client:{self.pk}"

    def state(self) -> dict[str, Any]:
        """As the trail has it. A client of one key without limits is written as it was when a
        client was a key, so that what older entries commit to is still what stands here.
        """
        state, keys = super().state(), list(self.keys.order_by("pk"))
        for told in state["keys"]:
            del told["last_used_at"]
        if len(keys) != 1 or self.is_limited or not keys[0].is_as_made_with(self):
            return state
        older = {k: v for k, v in state.items() if k not in ("keys", *self.LATER)}
        return older | keys[0].as_of_the_client()

    @property
    def is_limited(self) -> bool:
        return bool(self.source_classes) or self.rate is not None or self.burst is not None

    def opens(self, scope: Scope) -> bool:
        return scope.value in self.scopes

    def may_be_given(self, source_class: str) -> bool:
        return not self.source_classes or source_class in self.source_classes

    def not_open(self, source_classes: Collection[str]) -> list[str]:
        """Which of these classes it may be given nothing of."""
        return [each for each in source_classes if not self.may_be_given(each)]

    def note_use(self, *, at: datetime) -> None:
        """Remember when a key was used, to the minute. Whoever calls never fails by it."""
        if self.last_used_at and at - self.last_used_at < USE_GRAIN:
            return
        with suppress(OperationalError):
            Client.objects.filter(pk=self.pk).update(last_used_at=at)


class ClientKeyQuerySet(models.QuerySet["ClientKey"]):
    def living(self, at: datetime) -> ClientKeyQuerySet:
        ends = Q(expires_at__isnull=True) | Q(expires_at__gt=at)
        return self.filter(ends, revoked_at__isnull=True)

    def opening(self, key: str, *, at: datetime) -> ClientKey | None:
        rows = self.living(at).filter(client__revoked_at=None).select_related("client")
        return rows.filter(digest=digest_of_key(key)).first()


class ClientKey(models.Model):
    """What opens the door to a program: shown once, kept as a digest. A program has another
    beside it while the programs on its machines change over from one to the other.
    """

    ungoverned = frozenset({"last_used_at"})

    client = models.ForeignKey(Client, models.PROTECT, related_name="keys")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ClientKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.hint}…"

    def opens_at(self, at: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def note_use(self, *, at: datetime) -> None:
        """Remember when it was used, to the minute, and that its client called by it."""
        self.client.note_use(at=at)
        if self.last_used_at and at - self.last_used_at < USE_GRAIN:
            return
        with suppress(OperationalError):
            ClientKey.objects.filter(pk=self.pk).update(last_used_at=at)

    def is_as_made_with(self, client: Client) -> bool:
        return self.revoked_at is None and self.created_at == client.created_at

    def as_of_the_client(self) -> dict[str, Any]:
        """The columns that a client had when it was a key."""
        ends = plain(self.expires_at)
        return {"key_digest": self.digest, "key_hint": self.hint, "expires_at": ends}


class ClientUse(models.Model):
    """How often a program went through a door on a day with the same outcome, and when last.

    `code` is that of the error, and empty where it was answered.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="uses")
    day = models.DateField()
    door = models.CharField(max_length=40)
    code = models.CharField(max_length=40, blank=True)
    times = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "day", "door", "code"], name="one_count_of_client_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.door} {self.code or 'answered'} × {self.times}"


def new_key() -> str:
    return f"kb_{secrets.token_urlsafe(32)}"


def digest_of_key(key: str) -> str:
    """A plain SHA-256 is enough: the key is 256 random bits, nothing to be guessed."""
    return hashlib.sha256(key.encode()).hexdigest()
