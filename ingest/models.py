"""What is under way with files. Not truth: what comes of it is told to `governance`."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models import Person, Source, Upload, Version


class Reading(models.Model):
    """One attempt at reading an upload. `beat_at` tells the living from the killed."""

    upload = models.OneToOneField(Upload, models.CASCADE, primary_key=True, related_name="reading")
    attempt = models.PositiveSmallIntegerField()
    share = models.FloatField(default=0)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.upload_id}: {self.share:.0%}"


class Incoming(models.Model):
    """A file that was brought in and is no source yet: a person confirms what it is, or drops it.

    The bytes lie where those of uploads lie, under their SHA-256.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be read")
        READING = "reading", _("Being read")
        READY = "ready", _("Ready to confirm")
        UNREADABLE = "unreadable", _("Could not be read")
        REGISTERED = "registered", _("Registered")
        DISCARDED = "discarded", _("Discarded")

    OPEN: ClassVar = (State.WAITING, State.READING, State.READY, State.UNREADABLE)

    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    filename = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    share = models.FloatField(default=0)
    beat_at = models.DateTimeField()
    proposals = models.JSONField(default=list)
    error_code = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict)
    version = models.ForeignKey(Version, models.SET_NULL, null=True, related_name="+")
    # Who registered it or discarded it.
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(state__in=["waiting", "reading", "ready", "unreadable"]),
                name="a_file_comes_in_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class SourceList(models.Model):
    """A list of sources as it was read, until somebody registers them or a day has passed."""

    filename = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(Person, models.PROTECT, related_name="+")
    rows = models.JSONField(default=list)
    sources = models.ManyToManyField(Source, related_name="+")
    registered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.filename
