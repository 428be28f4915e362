"""How many questions of a set stand how, and the mix of languages and kinds of those that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from llm.models import EvaluationQuestion

COUNTED, STALE, DRAFT, UNREVIEWED, RETIRED = "counted", "stale", "draft", "unreviewed", "retired"


@dataclass
class Counts:
    """`mix` is by language and kind, as they are called."""

    by_standing: Counter[str] = field(default_factory=Counter)
    mix: Counter[tuple[str, str]] = field(default_factory=Counter)


def counts_of(sets: Sequence[int], *, at: datetime) -> dict[int, Counts]:
    """Two questions to the database, however many sets."""
    rows = EvaluationQuestion.objects.filter(question_set__in=sets)
    stale = set(rows.stale(at).values_list("pk", flat=True))
    found = {number: Counts() for number in sets}
    columns = "pk", "question_set", "language", "kind", "is_draft", "reviewed_at", "retired_at"
    for question in rows.only(*columns):
        counts, standing = found[question.question_set_id], standing_of(question, stale)
        counts.by_standing[standing] += 1
        if standing == COUNTED:
            told = question.get_language_display(), question.get_kind_display()
            counts.mix[str(told[0]), str(told[1])] += 1
    return found


def standing_of(question: EvaluationQuestion, stale: Collection[int]) -> str:
    """With the numbers of those that are stale."""
    if question.retired_at is not None:
        return RETIRED
    if question.is_draft:
        return DRAFT
    if question.pk in stale:
        return STALE
    return COUNTED if question.reviewed_at else UNREVIEWED
