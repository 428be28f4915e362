"""Sources: the works we may ground on. Their text lives in their versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from governance.classes import MOST_MONTHS, POLICIES, Policy, SourceClass
from governance.identifiers import IdentifierKind
from governance.models.governed import FieldHistory, Governed
from governance.models.people import Department, Person


class Language(models.TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class ClassPolicy(Governed):
    """How a hospital shortened the months of a class. Without a row the norm's hold."""

    source_class = models.CharField(max_length=24, choices=SourceClass, unique=True)
    months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=MOST_MONTHS)
                & (~Q(source_class=SourceClass.CLINICAL_EXPERIENCE) | Q(months__lte=3)),
                name="months_are_shortened_never_lengthened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_class}: {self.months}"


class Source(Governed):
    """A guideline, a textbook, a paper, a label: the work, whatever its edition."""

    parts = ("identifiers", "contributors")

    title = models.CharField(max_length=300)
    source_class = models.CharField(max_length=24, choices=SourceClass)
    issuer = models.CharField(max_length=200)
    language = models.CharField(max_length=2, choices=Language)
    licence_text = models.CharField(max_length=300)
    may_serve = models.BooleanField(default=True)
    may_quote = models.BooleanField(default=True)
    may_train = models.BooleanField(default=False)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="owned_sources")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="sources")
    registered_at = models.DateTimeField()

    history = FieldHistory()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(source_class__in=SourceClass.values), name="source_class_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(issuer="") & ~Q(licence_text=""),
                name="source_says_what_it_is_and_whose",
            ),
            models.CheckConstraint(
                condition=~Q(source_class=SourceClass.CLINICAL_EXPERIENCE) | Q(may_train=False),
                name="clinical_experience_never_trains_a_model",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def policy(self) -> Policy:
        return POLICIES[self.source_class]

    @property
    def months(self) -> int:
        own = ClassPolicy.objects.filter(source_class=self.source_class).first()
        return min(own.months, self.policy.months) if own else self.policy.months

    @property
    def licence(self) -> dict[str, object]:
        return {
            "text": self.licence_text,
            "serve": self.may_serve,
            "quote": self.may_quote,
            "train": self.may_train,
        }

    def has_needed_identifier(self) -> bool:
        return self.identifiers.filter(kind__in=self.policy.identified_by).exists()

    def namesakes(self) -> models.QuerySet[Source]:
        """Other sources with a number of this one that a single work has. An ISSN is a journal's
        and an ISBN a book's, parts of which may be sources of their own."""
        numbers = self.identifiers.exclude(kind__in=(IdentifierKind.ISSN, IdentifierKind.ISBN))
        shared = numbers.filter(kind=OuterRef("kind"), value=OuterRef("value"))
        theirs = Identifier.objects.filter(Exists(shared)).exclude(source=self)
        return Source.objects.filter(identifiers__in=theirs).distinct().order_by("pk")

    def identified(self) -> list[dict[str, str]]:
        """Identifiers in a fixed order, as they are cited."""
        rows = self.identifiers.order_by("kind", "value").values_list("kind", "value")
        return [{"kind": kind, "value": value} for kind, value in rows]


class Identifier(models.Model):
    source = models.ForeignKey(Source, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=24, choices=IdentifierKind)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "value"], name="identifier_once_a_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class SourceContributor(models.Model):
    """Who registered or edited a source."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="contributors")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "person"], name="once_a_source_contributor"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.source}"
