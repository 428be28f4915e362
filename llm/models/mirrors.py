"""What mirrors of the corpus say that they have reached."""

from __future__ import annotations

from django.db import models

from governance.models import Client


class AcknowledgementQuerySet(models.QuerySet["Acknowledgement"]):
    def last_of(self, client: Client) -> Acknowledgement | None:
        """Where a program stands: what it said last, which may be what it said before."""
        return self.filter(client=client).order_by("-last_at", "-pk").first()


class Acknowledgement(models.Model):
    """That a program holds the corpus of a manifest: when it said so first, and when last.

    `trail` and `epoch` are the manifest's, so that they can be told without its file.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    root = models.CharField(max_length=64)
    trail = models.BigIntegerField()
    epoch = models.CharField(max_length=16)
    at = models.DateTimeField()
    last_at = models.DateTimeField()

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "root"], name="acknowledged_once"),
            models.CheckConstraint(
                condition=models.Q(last_at__gte=models.F("at")), name="acknowledged_first_then_last"
            ),
        ]
        indexes = [models.Index(fields=["client", "-last_at"], name="acknowledged_last")]

    def __str__(self) -> str:
        return f"{self.client_id} at #{self.trail}"
