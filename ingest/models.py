"""How far the reading of a file has come. Not truth: what was read is told to `governance`."""

from __future__ import annotations

from django.db import models

from governance.models import Upload


class Reading(models.Model):
    """One attempt at reading an upload. `beat_at` tells the living from the killed."""

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="reading")
    attempt = models.PositiveSmallIntegerField()
    share = models.FloatField(default=0)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.share:.0%}"
