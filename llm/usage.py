"""Writes down every retrieval: who asked, at which numbers, and what was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from governance.models import Client, Passage
from llm.models import Usage
from llm.retrieval import PROFILE, Answer, Question


def record(
    question: Question,
    answer: Answer,
    *,
    client: Client,
    at: datetime,
    carrying: Sequence[Passage] = (),
    request_id: str = "",
) -> Usage:
    """One row a retrieval, with the passages that carry its facts. The query's text is not kept."""
    filters = {
        "source_classes": question.source_classes,
        "language": question.language,
        "sources": question.sources,
    }
    given = [[f.passage.pk, f.passage.digest, f.score] for f in answer.found]
    found = {f.passage.pk for f in answer.found}
    given += [[p.pk, p.digest, None] for p in carrying if p.pk not in found]
    return Usage.objects.create(
        at=at,
        client=client,
        request_id=request_id,
        trail=answer.trail,
        truth=answer.truth,
        top_k=question.top_k,
        filters=filters,
        profile=PROFILE,
        passages=given,
        withheld=answer.withheld,
        release=question.within.release if question.within else None,
    )


def record_served(answer: Answer, **told: Any) -> Usage:
    """One row for a passage that was asked for by its number."""
    return record(Question(f"#{answer.found[0].passage.pk}", 1), answer, **told)
