"""What people did not want said in the graph, so that nobody is asked for it again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models.governed import Governed
from governance.models.passages import Passage
from governance.models.people import Person
from governance.models.relations import RelationType


class WhyRefused(models.TextChoices):
    NOT_SAID = "not_said", _("The text does not say so")
    WRONG_RELATION = "wrong_relation", _("It says something else of the two")
    WRONG_CONCEPT = "wrong_concept", _("It speaks of something else")
    TOO_GENERAL = "too_general", _("Too general to be of use")
    OTHER = "other", _("Another reason")


class RefusedProposal(Governed):
    """Somebody's word that a relation is not to be proposed again.

    `subject` and `object` are what was proposed: a concept of the graph by its number, or what is
    not in the graph by its type and names. The words in which it had been read stand beside it.
    """

    type = models.ForeignKey(RelationType, models.PROTECT, related_name="+")
    subject = models.JSONField()
    object = models.JSONField()
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    why = models.CharField(max_length=14, choices=WhyRefused)
    reason = models.TextField(blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(why__in=WhyRefused.values), name="refused_proposal_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(why="other") | ~Q(reason=""), name="another_reason_is_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.type} {self.object}"
