"""Questions by which retrieval is measured: what is asked, and which passages ought to be found."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from governance import canonical
from governance.models import Governed, Language, Passage, Person

LONGEST_NAME = 80
LONGEST_QUESTION = 1000


class QuestionKind(models.TextChoices):
    """Told from the question and what is expected; nobody chooses it."""

    KNOWN_ITEM = "known_item", _("Same language")
    CROSS_LANGUAGE = "cross_language", _("Across languages")
    UNANSWERABLE = "unanswerable", _("Unanswerable")


class QuestionSet(Governed):
    """Questions that are asked together. The least figures, in hundredths, are what a release must
    reach where the set `is_gate`; 0 asks for nothing.
    """

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    description = models.TextField(blank=True)
    founded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    founded_at = models.DateTimeField()
    is_gate = models.BooleanField(default=False)
    least_recall = models.PositiveSmallIntegerField(default=0)
    least_ndcg = models.PositiveSmallIntegerField(default=0)
    least_abstention = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="question_set_has_a_name"),
            models.CheckConstraint(
                condition=Q(least_recall__lte=100, least_ndcg__lte=100, least_abstention__lte=100),
                name="least_figures_are_shares",
            ),
            models.CheckConstraint(
                condition=Q(is_gate=False) | Q(retired_at=None), name="a_retired_set_is_no_gate"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EvaluationQuestionQuerySet(models.QuerySet["EvaluationQuestion"]):
    def standing(self) -> EvaluationQuestionQuerySet:
        return self.filter(retired_at=None)

    def reviewed(self) -> EvaluationQuestionQuerySet:
        return self.standing().exclude(reviewed_at=None)

    def stale(self, at: datetime) -> EvaluationQuestionQuerySet:
        """Of what one expects, something is in force no more, and no edition of its source that is
        has the same text. What is only quarantined comes back by itself.
        """
        lost = ExpectedPassage.objects.lost(at).filter(question=OuterRef("pk"))
        return self.standing().filter(Exists(lost))

    def counted(self, at: datetime) -> EvaluationQuestionQuerySet:
        """What is asked when the set is: reviewed by a second person, and not stale."""
        lost = ExpectedPassage.objects.lost(at).filter(question=OuterRef("pk"))
        return self.reviewed().filter(~Exists(lost))


class EvaluationQuestion(Governed):
    """A question with what ought to be found for it: passages, or nothing at all.

    `key` is the SHA-256 of the words without regard to case and space, so that it is asked once.
    `drafted_by` names what proposed it, the rules or a model; while it `is_draft` nobody has said
    that it is what a person would ask, and it can be edited but not reviewed.
    """

    parts = ("expected", "writers")

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="questions")
    text = models.TextField()
    language = models.CharField(max_length=2, choices=Language)
    kind = models.CharField(max_length=14, choices=QuestionKind)
    key = models.CharField(max_length=64)
    author = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=100, blank=True)
    is_draft = models.BooleanField(default=False)
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    objects = EvaluationQuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question_set", "key"],
                condition=Q(retired_at=None),
                name="question_once_in_a_set",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="question_has_words"),
            models.CheckConstraint(
                condition=Q(kind__in=QuestionKind.values), name="question_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, is_draft=False),
                name="question_review_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def digest_now(self) -> str:
        """SHA-256 over what is asked and expected: what a review binds to."""
        expected = sorted((e.passage_id, e.digest) for e in self.expected.all())
        told: list[Any] = [self.text, self.language, self.kind, [list(e) for e in expected]]
        return canonical.digest(told)


class ExpectedPassageQuerySet(models.QuerySet["ExpectedPassage"]):
    def lost(self, at: datetime) -> ExpectedPassageQuerySet:
        holds = Passage.objects.in_force(at).filter(
            digest=OuterRef("digest"), version__source=OuterRef("passage__version__source")
        )
        return self.filter(~Exists(holds))


class ExpectedPassage(models.Model):
    """A passage that ought to be found. It is known by its source and its text, so that an edition
    that repeats the text word for word is found in its place; version and source are the passage's,
    which never changes, and `digest` is that of its text.
    """

    question = models.ForeignKey(EvaluationQuestion, models.CASCADE, related_name="expected")
    passage = models.ForeignKey(Passage, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, db_index=True)

    objects = ExpectedPassageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "passage"], name="expected_once"),
        ]

    def __str__(self) -> str:
        return str(self.passage)


class QuestionWriter(models.Model):
    """Who has written at a question, and so never reviews it. A person, not an account."""

    question = models.ForeignKey(EvaluationQuestion, models.CASCADE, related_name="writers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question", "person"], name="question_writer_once"),
        ]

    def __str__(self) -> str:
        return str(self.person)


def key_of(text: str) -> str:
    plain = "".join(text.casefold().split())
    return hashlib.sha256(plain.encode()).hexdigest()
