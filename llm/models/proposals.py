"""Relations that were read in approved text, until a person takes them or refuses them.

Nothing here is truth: all of it is made again by reading the text again. What people refused is
kept in `governance`.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, Min, OuterRef, Q

from governance.models import (
    ChangeSetStatus,
    GraphEdit,
    Passage,
    RefusedProposal,
    Relation,
    RelationType,
    Version,
)


class Reader(models.TextChoices):
    RULES = "rules"
    MODEL = "model"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def waiting(self, at: datetime) -> ProposalQuerySet:
        """What somebody should look at: carried by a passage in force, and in no change set.

        A step that was taken out, or whose set was withdrawn, leaves it waiting again, and so
        does a refusal that was taken back.
        """
        spans = ProposalSpan.objects.in_force(at).filter(proposal=OuterRef("pk"))
        free = Q(edit=None) | Q(edit__change_set__status=ChangeSetStatus.WITHDRAWN)
        admitted = Q(refused=None) | Q(refused__taken_back_at__isnull=False)
        return self.filter(free, admitted, Exists(spans))

    def in_order(self) -> ProposalQuerySet:
        """As the texts go: `place` is the number of the first span."""
        return self.annotate(place=Min("spans")).order_by("place")


class Proposal(models.Model):
    """One relation, wherever it was read. `subject` and `object` are what they were named as.

    `key` is the SHA-256 over both and the relation, so that it is proposed once. `says` is the
    relation that the graph had already: then it is further evidence that is proposed. `edit` is
    the step that it became, `refused` somebody's word that it is not to be.
    """

    type = models.ForeignKey(RelationType, models.CASCADE, related_name="+")
    subject = models.JSONField()
    object = models.JSONField()
    key = models.CharField(max_length=64, unique=True)
    found_at = models.DateTimeField()
    says = models.ForeignKey(Relation, models.SET_NULL, null=True, related_name="+")
    edit = models.ForeignKey(GraphEdit, models.SET_NULL, null=True, related_name="+")

    refused = models.ForeignKey(RefusedProposal, models.SET_NULL, null=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.subject} {self.type} {self.object}"


class ProposalSpanQuerySet(models.QuerySet["ProposalSpan"]):
    def in_force(self, at: datetime) -> ProposalSpanQuerySet:
        """Each passage is asked for by itself: what is in force as a whole is far more."""
        passage = Passage.objects.in_force(at).filter(pk=OuterRef("passage"))
        return self.filter(Exists(passage))


class ProposalSpan(models.Model):
    """The words in which it was read, who read them, and how: the pattern, or the model's name."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="spans")
    passage = models.ForeignKey(Passage, models.CASCADE, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    reader = models.CharField(max_length=5, choices=Reader)
    by = models.CharField(max_length=100)

    objects = ProposalSpanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["proposal", "passage", "start", "end", "reader"], name="proposal_span_once"
            ),
        ]

    def __str__(self) -> str:
        return self.quote

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end]


class ProposalReading(models.Model):
    """That a version was read, by whom, what was known then (`profile`), and what came of it."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="+")
    reader = models.CharField(max_length=5, choices=Reader)
    profile = models.CharField(max_length=64)
    at = models.DateTimeField()
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "reader"], name="one_reading_a_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} of {self.version_id}"


class ModelAnswer(models.Model):
    """What the hospital's model said of a text under a profile, so that it is asked once."""

    profile = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    told = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "digest"], name="one_answer_a_text"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]
