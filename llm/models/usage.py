"""What was asked, what was given, and what was made of it; written once, with no patient in it.

Each row is committed to by a leaf of the tree of use (`llm.models.sealing`).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Prefetch, Q

from governance.models import Client, Passage, Version
from governance.models.governed import plain
from llm.models.sealing import Sealed


class Usage(Sealed):
    """One retrieval: who asked what, at which numbers. `at` is when the fence looked.

    `query` is masked of whatever names a person (`llm.masking`).
    """

    kind = "usage"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField(db_index=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    query = models.TextField(blank=True, default="")
    trail = models.BigIntegerField()
    truth = models.BigIntegerField()
    top_k = models.PositiveSmallIntegerField()
    filters = models.JSONField()
    profile = models.CharField(max_length=100)
    withheld = models.PositiveIntegerField()
    # The caller's own number for it, or ours, as it stands in the logs.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    release = models.ForeignKey("llm.Release", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def whole(cls) -> models.QuerySet[Any]:
        given = UsagePassage.objects.select_related("passage").order_by("place")
        columns = ("usage", "place", "version", "score", "passage__digest")
        return cls.objects.prefetch_related(Prefetch("given", given.only(*columns)))

    def told(self) -> dict[str, Any]:
        columns = [
            *("at", "client_id", "trail", "truth", "top_k", "filters", "profile", "withheld"),
            *("request_id", "release_id"),
        ]
        return {
            **{name: plain(getattr(self, name)) for name in columns},
            "query": self.sealed_text(self.query),
            "passages": [
                [row.passage_id, row.passage.digest, row.version_id, row.score]
                for row in sorted(self.given.all(), key=lambda row: row.place)
            ],
        }


class UsagePassage(models.Model):
    """A passage that was given in a retrieval. `score` is None where it carried a fact instead.

    Instant and program stand here again, and `leads` marks the first of its version in the
    retrieval, so that who was given a version is counted along one index.
    """

    usage = models.ForeignKey(Usage, models.CASCADE, related_name="given", db_index=False)
    place = models.PositiveSmallIntegerField()
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    score = models.FloatField(null=True)
    leads = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["usage", "place"], name="one_passage_a_place"),
        ]
        indexes = [
            # With all that is counted of a passage in it, so that no row has to be looked up.
            models.Index(
                fields=["passage", "at", "client", "version", "usage"], name="given_passage"
            ),
            models.Index(fields=["version", "at"], condition=Q(leads=True), name="given_version"),
            models.Index(
                fields=["version", "client", "at"], condition=Q(leads=True), name="given_to_program"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.passage_id} in {self.usage_id}"


class ReportedAnswer(Sealed):
    """What the language model made of a retrieval, as the program reports it; one a retrieval.

    `uncited` counts the sentences, of so many, that no mark leads from to a passage.
    """

    kind = "answer"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    usage = models.OneToOneField(Usage, models.CASCADE, related_name="answer")
    at = models.DateTimeField()
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    text = models.TextField()
    model = models.CharField(max_length=200)
    sentences = models.PositiveIntegerField()
    uncited = models.PositiveIntegerField()
    unknown_marks = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def whole(cls) -> models.QuerySet[Any]:
        return cls.objects.prefetch_related("citations")

    def told(self) -> dict[str, Any]:
        columns = ("usage_id", "at", "client_id", "model", "sentences", "uncited", "unknown_marks")
        cited = sorted(self.citations.all(), key=lambda each: each.place)
        found = ("was_given", "in_force_then", "in_force_when_reported")
        return {
            **{name: plain(getattr(self, name)) for name in columns},
            "text": self.sealed_text(self.text),
            # As text: the number came from outside and may be larger than JSON carries safely.
            "passages": [[str(c.asked), *(getattr(c, name) for name in found)] for c in cited],
        }


class AnswerCitation(models.Model):
    """A passage that an answer cites, at its place among them, and what was found of it.

    `asked` is the number as it came; `passage` is None where there is none of that number. `leads`
    marks the first of its version in the answer.
    """

    answer = models.ForeignKey(
        ReportedAnswer, models.CASCADE, related_name="citations", db_index=False
    )
    place = models.PositiveSmallIntegerField()
    asked = models.BigIntegerField()
    passage = models.ForeignKey(Passage, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(
        Version, models.PROTECT, null=True, related_name="+", db_index=False
    )
    leads = models.BooleanField()
    was_given = models.BooleanField()
    in_force_then = models.BooleanField()
    in_force_when_reported = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "place"], name="one_citation_a_place"),
        ]
        indexes = [
            models.Index(fields=["version"], condition=Q(leads=True), name="cited_version"),
        ]

    def __str__(self) -> str:
        return f"{self.asked} in {self.answer_id}"
