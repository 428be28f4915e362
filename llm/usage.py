"""Writes down every retrieval: who asked, at which numbers, and what was given."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from governance.models import Client
from llm.models import Usage
from llm.retrieval import PROFILE, Answer, Question


def record(question: Question, answer: Answer, *, client: Client, at: datetime) -> Usage:
    """One row a retrieval. The query's text is not kept."""
    filters = asdict(question)
    del filters["query"], filters["top_k"]
    return Usage.objects.create(
        at=at,
        client=client,
        trail=answer.trail,
        truth=answer.truth,
        top_k=question.top_k,
        filters=filters,
        profile=PROFILE,
        passages=[[f.passage.pk, f.passage.digest, f.score] for f in answer.found],
        withheld=answer.withheld,
    )
