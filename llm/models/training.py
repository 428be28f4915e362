"""Training sets cut from releases, their rows by what each was made of, and adapters."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.models import Client, Governed, Passage, Person, Version
from llm.models.releases import Release

LONGEST_NAME = 60
LONGEST_BASE = 200
LONGEST_NOTE = 2000
LARGEST_SEED = 2**31 - 1


class RowKind(models.TextChoices):
    INSTRUCTION = "instruction", _("Instructions")
    FACT = "fact", _("Facts of the graph")
    PAIR = "pair", _("Questions with passages")
    PREFERENCE = "preference", _("Preferences")


class Part(models.TextChoices):
    """What a row is for; a source is wholly in one of them."""

    TRAIN = "train", _("training")
    VALIDATION = "validation", _("validation")
    TEST = "test", _("test")


class TrainingSet(Governed):
    """Rows cut from a release, in files that never change. `truth` is the number of knowledge at
    which they were cut, `digest` the SHA-256 over the names and digests of the files of rows.

    `ordered` names its folder and its rows; `left_out` counts what came to no row, by why.
    """

    parts = ("recalls",)
    FIXED: ClassVar[tuple[str, ...]] = (
        "ordered",
        "name",
        "release_id",
        "kinds",
        "seed",
        "shares",
        "truth",
        "rows",
        "counts",
        "left_out",
        "files",
        "digest",
        "cut_by_id",
        "cut_at",
        "reason",
    )

    ordered = models.UUIDField(unique=True)
    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    release = models.ForeignKey(Release, models.PROTECT, related_name="training_sets")
    kinds = models.JSONField()
    seed = models.BigIntegerField()
    shares = models.JSONField()
    truth = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    counts = models.JSONField()
    left_out = models.JSONField()
    files = models.JSONField()
    digest = models.CharField(max_length=64)
    cut_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    cut_at = models.DateTimeField()
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="training_set_has_a_name"),
            models.CheckConstraint(condition=Q(rows__gt=0), name="training_set_has_rows"),
            models.CheckConstraint(
                condition=Q(seed__gte=0, seed__lte=LARGEST_SEED), name="seed_is_a_number"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TrainingRowQuerySet(models.QuerySet["TrainingRow"]):
    def of(self, ordered: UUID) -> TrainingRowQuerySet:
        """By the name of the order: also before there is a set."""
        told: dict[str, Any] = {"set_id": ordered}
        return self.filter(**told)


class TrainingRowPassageQuerySet(models.QuerySet["TrainingRowPassage"]):
    def of(self, ordered: UUID) -> TrainingRowPassageQuerySet:
        told: dict[str, Any] = {"set_id": ordered}
        return self.filter(**told)


class TrainingRow(models.Model):
    """A row of a set, by the digest of what it says and of what it was made of.

    Written before its set is, which may take minutes: while there is none, it is nobody's.
    """

    set = models.ForeignKey(
        TrainingSet,
        models.DO_NOTHING,
        to_field="ordered",
        db_constraint=False,
        db_index=False,
        related_name="index",
    )
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=11, choices=RowKind)
    part = models.CharField(max_length=10, choices=Part)
    file = models.CharField(max_length=60)

    objects = TrainingRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "digest"], name="training_row_once_a_set"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]


class TrainingRowPassage(models.Model):
    """A passage that a row was made of. Where it does not `must_hold` it speaks for what was
    rejected: its licence counts, and not whether it is in force.

    The set stands here again, so that what a version is in is counted along one index.
    """

    row = models.ForeignKey(TrainingRow, models.CASCADE, related_name="made_of", db_index=False)
    set = models.ForeignKey(
        TrainingSet,
        models.DO_NOTHING,
        to_field="ordered",
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False)
    must_hold = models.BooleanField()

    objects = TrainingRowPassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row", "passage"], name="row_of_a_passage_once"),
        ]
        indexes = [
            models.Index(fields=["version", "set", "row"], name="trained_version"),
            models.Index(fields=["passage", "set", "row"], name="trained_passage"),
            models.Index(fields=["set", "version", "passage"], name="trained_set"),
        ]

    def __str__(self) -> str:
        return f"{self.passage_id} in {self.row_id}"


class WhyRecalled(models.TextChoices):
    LEFT_FORCE = "left_force", _("left force")
    QUARANTINED = "quarantined", _("quarantined")
    LICENCE = "licence", _("may no longer train")


class TrainingRecall(models.Model):
    """That rows of a set were called back because of a version, or of one passage of it, as entry
    `number` of the trail brought it about."""

    set = models.ForeignKey(TrainingSet, models.PROTECT, related_name="recalls")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=11, choices=WhyRecalled)
    rows = models.PositiveIntegerField()
    number = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set", "number", "version"], name="recalled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rows} of {self.set} by #{self.number}"


class Adapter(Governed):
    """Weights that were trained on sets, as a person or a program says: their digest, not they."""

    parts = ("made_of",)

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    base_model = models.CharField(max_length=LONGEST_BASE)
    digest = models.CharField(max_length=64, unique=True)
    note = models.TextField(blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(base_model=""), name="adapter_says_what_it_is"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True, client__isnull=False)
                | Q(person__isnull=False, client__isnull=True),
                name="adapter_is_registered_by_one",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AdapterSet(models.Model):
    """That an adapter was trained on a set."""

    adapter = models.ForeignKey(Adapter, models.PROTECT, related_name="made_of")
    set = models.ForeignKey(TrainingSet, models.PROTECT, related_name="adapters")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["adapter", "set"], name="adapter_of_a_set_once"),
        ]

    def __str__(self) -> str:
        return f"{self.adapter} of {self.set}"
