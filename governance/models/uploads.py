"""Uploads: bytes as they were received, and how far they have been read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.models.governed import Governed
from governance.models.people import Person

ATTEMPTS = 3


class ParseState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be read")
    RUNNING = "running", _("Being read")
    DONE = "done", _("Read")
    FAILED = "failed", _("Could not be read")


class Upload(Governed):
    """One receipt of a file. The bytes lie in `KB_HOME/uploads`, named by their SHA-256."""

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.BigIntegerField()
    filename = models.CharField(max_length=255)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(Person, models.PROTECT, related_name="+")

    parse_state = models.CharField(max_length=8, choices=ParseState, default=ParseState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    media_type = models.CharField(max_length=100, blank=True)
    pages = models.PositiveIntegerField(null=True)
    profile = models.CharField(max_length=100, blank=True)
    warnings = models.JSONField(default=list)
    error_code = models.CharField(max_length=40, blank=True)
    error_facts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parse_state__in=ParseState.values),
                name="parse_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(parse_state=ParseState.FAILED) | ~models.Q(error_code=""),
                name="a_failed_reading_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
