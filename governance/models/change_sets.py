"""Change sets: what people want changed in the graph, until a second person has it applied."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance import canonical
from governance.models.governed import Governed
from governance.models.people import Person


class ChangeSetStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPLIED = "applied", _("Applied")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ChangeSet(Governed):
    """Edits of the graph that are applied together or not at all.

    `undoes` is the applied set that this one takes back.
    """

    parts = ("edits", "decisions")

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=9, choices=ChangeSetStatus, default=ChangeSetStatus.DRAFT)
    author = models.ForeignKey(Person, models.PROTECT, related_name="change_sets")
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ChangeSetStatus.values), name="change_set_status_is_known"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="change_set_says_what_it_is"),
            models.CheckConstraint(
                condition=Q(status="applied", applied_at__isnull=False)
                | ~Q(status="applied") & Q(applied_at__isnull=True),
                name="change_set_is_applied_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def digest_now(self) -> str:
        """SHA-256 over every edit in its order: what a reviewer has read."""
        return digest_of_edits(self.edits_in_order())

    def edits_in_order(self) -> list[GraphEdit]:
        return sorted(self.edits.all(), key=lambda edit: edit.position)

    def edited_by(self, person: Person) -> bool:
        return self.author == person or self.edits.filter(person=person).exists()


class GraphEdit(models.Model):
    """One step: what is done (`deed`), with what (`content`).

    `seen` is the digest of each thing it touches, as whoever wrote it saw them; `inverse` is what
    takes it back, known once it was applied.
    """

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="edits")
    position = models.PositiveIntegerField()
    deed = models.CharField(max_length=30)
    content = models.JSONField()
    seen = models.JSONField(default=dict)
    inverse = models.JSONField(null=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change_set", "position"], name="one_edit_a_position"),
        ]

    def __str__(self) -> str:
        return self.deed


class ChangeSetDecision(models.Model):
    """That somebody else applied a set, or sent it back, and why. Written once."""

    class Kind(models.TextChoices):
        APPLY = "apply", _("Applied")
        SEND_BACK = "send_back", _("Sent back")

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="decisions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} by {self.person}"


def digest_of_edits(edits: Any) -> str:
    return canonical.digest([[e.deed, e.content, e.seen] for e in edits])
