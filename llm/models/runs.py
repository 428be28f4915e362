"""What came of asking a set of questions: figures, and what each question was given."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance import canonical
from governance.models import Governed, Person
from llm.models.questions import EvaluationQuestion, QuestionKind, QuestionSet


class Broken(models.TextChoices):
    """Why a run came to nothing."""

    ENCODER_AWAY = "encoder_away", _("The encoder went away.")
    STORE_AWAY = "store_away", _("The vector store went away.")
    TRUTH_MOVED = "truth_moved", _("Knowledge changed again and again while it was asked.")
    STORE_BEHIND = "store_behind", _("The vector store could not be brought up to date.")


class EvaluationRun(Governed):
    """A set asked once from beginning to end, or `broken` and then without any figure.

    `truth` is the number of the last change of knowledge, the same at the beginning and the end;
    `release` is empty where the truth itself was asked. `set_digest` is that of the questions that
    were counted, `results_digest` that of what came of each. `ordered` is told by whoever ordered
    it, so that an order that is carried out twice is kept once.
    """

    parts = ("results",)

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="runs")
    ordered = models.UUIDField(unique=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # None where it was done from the server's shell.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    release = models.CharField(max_length=100, blank=True)
    truth = models.BigIntegerField()
    set_digest = models.CharField(max_length=64)
    questions = models.PositiveIntegerField()
    left_out = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    encoder = models.CharField(max_length=32)
    figures = models.JSONField(null=True)
    results_digest = models.CharField(max_length=64, blank=True)
    broken = models.CharField(max_length=12, choices=Broken, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(broken="", figures__isnull=False, questions__gt=0)
                | (~Q(broken="") & Q(figures__isnull=True, results_digest="")),
                name="run_is_whole_or_broken",
            ),
        ]
        indexes = [models.Index(fields=["question_set", "release", "id"], name="run_of_a_set")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.question_set}"


class EvaluationResult(models.Model):
    """What one question was given. The question is repeated, for it may be edited later.

    `expected` holds, for each expected passage, the numbers of those in force with its text, and
    `ranks` where the first of them stood, None where it was not among those given. `score` and
    `similarity` are those of the first passage found, `confidence` that of the answer.
    """

    run = models.ForeignKey(EvaluationRun, models.PROTECT, related_name="results")
    place = models.PositiveIntegerField()
    question = models.ForeignKey(EvaluationQuestion, models.PROTECT, related_name="+")
    text = models.TextField()
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=14, choices=QuestionKind)
    source_class = models.CharField(max_length=24, blank=True)
    expected = models.JSONField()
    ranks = models.JSONField()
    passages = models.JSONField()
    score = models.FloatField(null=True)
    similarity = models.FloatField(null=True)
    confidence = models.FloatField(null=True)
    refused = models.BooleanField()
    milliseconds = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "place"], name="one_result_a_place"),
            models.UniqueConstraint(fields=["run", "question"], name="one_result_a_question"),
            models.CheckConstraint(condition=Q(place__gte=1), name="places_begin_at_one"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def rank(self) -> int | None:
        """Of the first expected passage that was found."""
        return min((rank for rank in self.ranks if rank), default=None)

    def told(self) -> list[Any]:
        """What the digest of a run's results is made of."""
        asked: list[Any] = [
            self.question_id,
            self.text,
            self.language,
            self.kind,
            self.source_class,
        ]
        given = [self.expected, self.ranks, self.passages, self.score, self.similarity]
        given.append(self.confidence)
        return [*asked, *given, self.refused, self.milliseconds]


def digest_of_results(results: list[EvaluationResult]) -> str:
    return canonical.digest([each.told() for each in results])
