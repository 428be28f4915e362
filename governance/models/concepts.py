"""Concepts: what knowledge is about. The nodes of the graph, and the types they may have."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from governance.models.governed import FieldHistory, Governed
from governance.models.sources import Language

LONGEST_NAME = 200
LONGEST_CODE = 60


class ConceptType(Governed):
    """A kind of concept: a disease, a drug, a scale. Data, which two people change."""

    code = models.SlugField(max_length=30, unique=True)
    label_zh = models.CharField(max_length=60)
    label_en = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(label_zh="") & ~Q(label_en=""), name="concept_type_has_labels"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.label_zh if str(get_language()).startswith("zh") else self.label_en


class ConceptStatus(models.TextChoices):
    CURRENT = "current", _("Current")
    MERGED = "merged", _("Merged")
    RETIRED = "retired", _("Retired")


class ConceptQuerySet(models.QuerySet["Concept"]):
    def current(self) -> ConceptQuerySet:
        return self.filter(status=ConceptStatus.CURRENT)


class Concept(Governed):
    """A thing that relations speak of, by its names and codes.

    What was merged into another has neither: they moved, so that it is found under the other.
    `review_due` is the day until which it holds by its own review, without any relation.
    """

    parts = ("names", "codes")

    type = models.ForeignKey(ConceptType, models.PROTECT, related_name="concepts")
    status = models.CharField(max_length=7, choices=ConceptStatus, default=ConceptStatus.CURRENT)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    review_due = models.DateField(null=True)

    objects = ConceptQuerySet.as_manager()
    history = FieldHistory()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=ConceptStatus.values), name="concept_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | ~Q(status="merged") & Q(merged_into__isnull=True),
                name="concept_is_merged_into_another_or_not_merged",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=models.F("pk")), name="concept_is_not_merged_into_itself"
            ),
        ]

    def __str__(self) -> str:
        return self.name_in("zh" if str(get_language()).startswith("zh") else "en")

    def name_in(self, language: str) -> str:
        """Its preferred name there; in another language where it has none; else its number."""
        names = [name for name in self.names.all() if name.is_preferred]
        names.sort(key=lambda name: name.language != language)
        return names[0].name if names else f"#{self.pk}"


class ConceptName(models.Model):
    """One of the names of a concept. `folded` is what is searched: one width, one case."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="names")
    language = models.CharField(max_length=2, choices=Language)
    name = models.CharField(max_length=LONGEST_NAME)
    folded = models.CharField(max_length=2 * LONGEST_NAME, db_index=True)
    is_preferred = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["concept", "language", "name"], name="concept_name_once"
            ),
            models.UniqueConstraint(
                fields=["concept", "language"],
                condition=Q(is_preferred=True),
                name="one_preferred_name_a_language",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="concept_name_says_something"),
        ]

    def __str__(self) -> str:
        return self.name


class CodeSystem(models.TextChoices):
    """Systems that codes are given in. What a code stands for is not shipped."""

    ICD_10 = "icd-10", "ICD-10"
    ICD_9_CM_3 = "icd-9-cm-3", "ICD-9-CM-3"
    ATC = "atc", "ATC"
    LOINC = "loinc", "LOINC"
    SNOMED_CT = "snomed-ct", "SNOMED CT"
    LOCAL = "local", _("Local")


class ConceptCode(models.Model):
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="codes")
    system = models.CharField(max_length=12, choices=CodeSystem)
    code = models.CharField(max_length=LONGEST_CODE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "code"], name="code_names_one_concept"),
            models.CheckConstraint(condition=~Q(code=""), name="concept_code_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.code}"
