"""Answers that are kept for a day, so that who asks again under the same key gets the same."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

KEPT_FOR = timedelta(hours=24)


class KeptAnswer(models.Model):
    """One request under an `Idempotency-Key`, of one caller.

    It is written before anything is done and completed afterwards, so that a request that was cut
    off leaves its trace: without a status its outcome is not known. `fingerprint` is keyed with
    the secret of the installation and holds no password.
    """

    caller = models.CharField(max_length=30)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="one_answer_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
