"""What readers say of answers, and the tickets by which somebody answers them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models import Client, Governed, Passage, Person, Version
from governance.models.governed import plain
from llm.models.sealing import Sealed
from llm.models.usage import Usage


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("accepted")
    OVERRIDDEN = "overridden", _("overridden")
    WRONG = "wrong", _("wrong")
    UNHELPFUL = "unhelpful", _("unhelpful")


# What somebody has to answer. That an answer was of no help is counted, not argued with.
ASKS_FOR_AN_ANSWER = (Verdict.WRONG, Verdict.OVERRIDDEN)


class Feedback(Sealed):
    """What was said of a retrieval, or of one passage of it. Written once; no patient in it."""

    kind = "feedback"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    usage = models.ForeignKey(Usage, models.CASCADE, related_name="feedback")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, related_name="+")
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="verdict_is_known"
            ),
            models.UniqueConstraint(
                fields=["client", "usage", "passage"],
                condition=Q(passage__isnull=False),
                name="one_verdict_a_passage",
            ),
            models.UniqueConstraint(
                fields=["client", "usage"],
                condition=Q(passage__isnull=True),
                name="one_verdict_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} of {self.usage_id}"

    def told(self) -> dict[str, Any]:
        columns = ("usage_id", "at", "client_id", "verdict", "passage_id")
        told = {name: plain(getattr(self, name)) for name in columns}
        return told | {"comment": self.sealed_text(self.comment)}

    @property
    def ticket(self) -> Ticket | None:
        """None where nobody has to answer."""
        return Ticket.objects.filter(feedback=self.pk).first()


class Decision(models.TextChoices):
    CORRECTED = "corrected", _("corrected")
    QUARANTINED = "quarantined", _("quarantined")
    NO_CHANGE = "no_change", _("no change")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def open(self) -> TicketQuerySet:
        return self.filter(decided_at=None)

    def overdue(self, today: date) -> TicketQuerySet:
        return self.open().filter(due_on__lt=today)


class Ticket(Governed):
    """That feedback wants an answer: whose turn it is, by when, and what was decided.

    It outlives the feedback, which is kept only as long as use is, so it points by number alone.
    `answer` is what whoever gave the feedback reads.
    """

    feedback = models.UUIDField(unique=True)
    verdict = models.CharField(max_length=10, choices=Verdict)
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    decision = models.CharField(max_length=11, choices=Decision, blank=True)
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=[v.value for v in ASKS_FOR_AN_ANSWER]),
                name="ticket_is_of_feedback_that_asks",
            ),
            models.CheckConstraint(
                condition=Q(decision="", answer="", decided_by=None, decided_at=None)
                | Q(
                    decision__in=Decision.values, decided_by__isnull=False, decided_at__isnull=False
                )
                & ~Q(answer=""),
                name="ticket_is_decided_with_an_answer",
            ),
        ]
        indexes = [models.Index(fields=["decided_at", "due_on"], name="ticket_by_due")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def is_overdue(self, today: date) -> bool:
        return self.decided_at is None and self.due_on < today
