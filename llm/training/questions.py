"""The reviewed questions of question sets, with the passages of a release that answer them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from governance.models import Passage
from llm.models import EvaluationQuestion, QuestionKind
from llm.training.ground import CHUNK, Ground


@dataclass(frozen=True)
class Asked:
    text: str
    language: str
    key: str
    expected: Sequence[Passage]
    origin: dict[str, Any]


def reviewed(ground: Ground) -> Iterator[Asked]:
    """Each once however many sets ask it; not where what it expects may not all train."""
    rows = EvaluationQuestion.objects.reviewed().filter(question_set__retired_at=None)
    rows = rows.exclude(kind=QuestionKind.UNANSWERABLE).order_by("pk")
    told = set()
    for question in rows.prefetch_related("expected__passage__version").iterator(CHUNK):
        expected = _expected(question, ground)
        if expected and question.key not in told:
            told.add(question.key)
            yield Asked(
                question.text,
                question.language,
                f"question:{question.key}",
                expected,
                {"question": question.pk, "question_digest": question.digest_now()},
            )


def _expected(question: EvaluationQuestion, ground: Ground) -> list[Passage]:
    """As an edition in force has them now; nothing where one of them is not to be had."""
    found: dict[int, Passage] = {}
    for each in sorted(question.expected.all(), key=lambda e: e.passage_id):
        passage = ground.of_text(each.passage.version.source_id, each.digest)
        if passage is None:
            return []
        found.setdefault(passage.pk, passage)
    return list(found.values())
