"""Sections and passages: the parsed text. A passage is what is embedded, cited and withdrawn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef

from governance import canonical
from governance.models.versions import Quarantine, Version


class Section(models.Model):
    """A heading with what stands under it. `path` is the titles from the top down to this one."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    title = models.TextField()
    path = models.JSONField()
    page = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "position"], name="section_one_per_position"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PassageQuerySet(models.QuerySet["Passage"]):
    def current(self) -> PassageQuerySet:
        """Without those that a correction has replaced."""
        return self.filter(replacement=None).order_by("position", "pk")

    def unquarantined(self, at: datetime) -> PassageQuerySet:
        own = Quarantine.objects.holding(at).filter(passage=OuterRef("pk"))
        return self.filter(~Exists(own))

    def in_force(self, at: datetime) -> PassageQuerySet:
        """What may be served at the instant: the fence that every answer passes."""
        versions = Version.objects.in_force(at).servable()
        return self.filter(version__in=versions, replacement=None).unquarantined(at)


class Passage(models.Model):
    """A citable piece of a version, with its page and place. An immutable row.

    `boxes` is where it stands: lists of page, left, top, right, bottom in points from the page's
    upper left corner. `digest` is the SHA-256 of the text in UTF-8.
    """

    class Kind(models.TextChoices):
        TEXT = "text"
        TABLE = "table"

    version = models.ForeignKey(Version, models.CASCADE, related_name="passages")
    section = models.ForeignKey(Section, models.CASCADE, related_name="passages")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.TEXT)
    page = models.PositiveIntegerField(null=True)
    boxes = models.JSONField(default=list)
    text = models.TextField()
    digest = models.CharField(max_length=64, db_index=True)
    replaces = models.OneToOneField("self", models.CASCADE, null=True, related_name="replacement")

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="passage_has_text"),
        ]
        indexes = [models.Index(fields=["version", "position"], name="passage_by_position")]

    def __str__(self) -> str:
        return f"{self.version}, p. {self.page}" if self.page else f"{self.version}"

    def embedded_text(self) -> str:
        """What the passage's vector is made of: where it stands, then what it says."""
        return "\n".join([" › ".join(self.section.path), self.text])


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def numbering_digest(passages: Iterable[Passage]) -> str:
    """SHA-256 over which number each passage has: quarantines and citations go by numbers."""
    return canonical.digest([[p.pk, p.digest] for p in passages])


def content_digest(sections: Iterable[Section], passages: Iterable[Passage]) -> str:
    """SHA-256 over every section and current passage of a version, in reading order."""
    of_sections: list[Any] = [[s.position, s.level, s.title, s.path, s.page] for s in sections]
    of_passages: list[Any] = [
        [p.position, p.section.position, p.kind, p.page, p.boxes, digest_of(p.text)]
        for p in passages
    ]
    return canonical.digest({"sections": of_sections, "passages": of_passages})
