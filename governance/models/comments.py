"""Remarks on what people decide about. Settled, never deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models.change_sets import ChangeSet, GraphEdit
from governance.models.governed import Governed
from governance.models.passages import Passage
from governance.models.people import Person
from governance.models.versions import Version


class Remark(Governed):
    """What a person said of something, and that somebody has settled it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="%(class)s_says_something"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="%(class)s_is_settled_by_somebody",
            ),
        ]


class Comment(Remark):
    """A remark on a passage, or on the version as a whole.

    Stays with the passage it was made on; a correction that replaces the passage leads to it.
    """

    version = models.ForeignKey(Version, models.PROTECT, related_name="comments")
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, related_name="comments")

    class Meta(Remark.Meta):
        indexes = [models.Index(fields=["version", "passage"], name="comment_by_passage")]

    def __str__(self) -> str:
        return f"{self.person} on {self.version}"


class ChangeSetComment(Remark):
    """A remark on a step of a change set, or on the set as a whole.

    A table of its own, and not columns of `Comment`: the trail commits to every column of a row,
    so that a new one would make every comment of before look forged.
    """

    change_set = models.ForeignKey(ChangeSet, models.PROTECT, related_name="comments")
    # What is said of a step outlives it: a step can be taken out, and its number is not given
    # to another.
    edit = models.ForeignKey(
        GraphEdit, models.DO_NOTHING, null=True, db_constraint=False, related_name="comments"
    )

    def __str__(self) -> str:
        return f"{self.person} on {self.change_set}"
