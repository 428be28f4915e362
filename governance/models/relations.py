"""Relations between concepts, each carried by passages: it holds while one of these is in force."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language

from governance.models.concepts import Concept, ConceptType
from governance.models.governed import Governed
from governance.models.passages import Passage
from governance.models.people import Person


class RelationType(Governed):
    """What may be said of two concepts, and of which types: `triples`.

    A hierarchy has no circles. `qualifiers` names what may be said with it: a dose, a population.
    """

    parts = ("triples",)

    code = models.SlugField(max_length=30, unique=True)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)
    is_hierarchy = models.BooleanField(default=False)
    qualifiers = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(label_zh="") & ~Q(label_en=""), name="relation_type_has_labels"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.label_zh if str(get_language()).startswith("zh") else self.label_en

    def allows(self, subject: ConceptType, object_: ConceptType) -> bool:
        return self.triples.filter(subject=subject, object=object_).exists()


class AllowedTriple(models.Model):
    """Between which types of concepts a relation may stand, in this direction."""

    relation_type = models.ForeignKey(RelationType, models.CASCADE, related_name="triples")
    subject = models.ForeignKey(ConceptType, models.PROTECT, related_name="+")
    object = models.ForeignKey(ConceptType, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["relation_type", "subject", "object"], name="triple_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} – {self.relation_type} → {self.object}"


def said_at(at: datetime) -> Q:
    """What had been added by the instant, and not been ended."""
    return Q(added_at__lte=at) & (Q(ended_at=None) | Q(ended_at__gt=at))


class RelationQuerySet(models.QuerySet["Relation"]):
    def current(self) -> RelationQuerySet:
        """What nobody has ended, whether it is in force or not."""
        return self.filter(ended_at=None)

    def in_force(self, at: datetime) -> RelationQuerySet:
        """What at least one passage in force carries at the instant, past ones too."""
        carried = Evidence.objects.in_force(at).filter(relation=OuterRef("pk"))
        return self.filter(said_at(at), Exists(carried))


class Relation(Governed):
    """One thing said of two concepts. What it says is written once, and ended for good; whoever
    says it again says it anew, so that what was said when can always be told.

    `key` is the SHA-256 over type, direction and qualifiers: the same is said once.
    """

    parts = ("evidence",)

    # Given by the action that adds it, so that its evidence can stand before it does.
    id = models.BigIntegerField(primary_key=True)
    type = models.ForeignKey(RelationType, models.PROTECT, related_name="relations")
    subject = models.ForeignKey(Concept, models.PROTECT, related_name="said")
    object = models.ForeignKey(Concept, models.PROTECT, related_name="said_of")
    qualifiers = models.JSONField(default=dict)
    key = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = RelationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at__isnull=True), name="relation_said_once"
            ),
            models.CheckConstraint(
                condition=~Q(subject=models.F("object")), name="relation_joins_two_concepts"
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "ended_at"], name="relation_by_subject"),
            models.Index(fields=["object", "ended_at"], name="relation_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} – {self.type} → {self.object}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def current(self) -> EvidenceQuerySet:
        return self.filter(ended_at=None)

    def in_force(self, at: datetime) -> EvidenceQuerySet:
        """Each passage is asked for by itself: what is in force as a whole is far more."""
        passage = Passage.objects.in_force(at).filter(pk=OuterRef("passage"))
        return self.filter(said_at(at), Exists(passage))


class Evidence(models.Model):
    """The words of a passage that carry a relation: characters `start` to `end` of its text."""

    relation = models.ForeignKey(Relation, models.CASCADE, related_name="evidence")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="evidence")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["relation", "passage", "start", "end"],
                condition=Q(ended_at__isnull=True),
                name="evidence_once",
            ),
            models.CheckConstraint(
                condition=Q(start__lt=models.F("end")), name="evidence_is_words"
            ),
        ]

    def __str__(self) -> str:
        return self.quote

    @property
    def quote(self) -> str:
        return self.passage.text[self.start : self.end]
