"""Writes down every retrieval: who asked, at which numbers, and what was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from governance.merkle import leaf_hash
from governance.models import Client, Passage
from llm.masking import masked
from llm.models import Usage, UsageLeaf, UsagePassage
from llm.models.sealing import Sealed
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
    """One row a retrieval, with the passages that carry its facts. The query is kept masked."""
    filters = {
        "source_classes": question.source_classes,
        "language": question.language,
        "sources": question.sources,
    }
    with transaction.atomic():
        usage = Usage.objects.create(
            at=at,
            client=client,
            query=masked(question.query),
            trail=answer.trail,
            truth=answer.truth,
            top_k=question.top_k,
            filters=filters,
            profile=PROFILE,
            withheld=answer.withheld,
            request_id=request_id,
            release=question.within.release if question.within else None,
        )
        UsagePassage.objects.bulk_create(_given(usage, answer, carrying))
        commit_to(usage)
    return usage


def record_served(answer: Answer, **told: Any) -> Usage:
    """One row for a passage that was asked for by its number."""
    return record(Question(f"#{answer.found[0].passage.pk}", 1), answer, **told)


def commit_to(row: Sealed) -> None:
    """Leave the leaf of a row of use to be sealed. In one transaction with all that it tells."""
    # As the database holds it, so that it can be worked out again.
    fresh = type(row).whole().get(pk=row.pk)
    UsageLeaf.objects.create(kind=row.kind, row=row.pk, at=fresh.at, hash=leaf_hash(fresh.leaf()))


def _given(usage: Usage, answer: Answer, carrying: Sequence[Passage]) -> list[UsagePassage]:
    found: list[tuple[Passage, float | None]] = [(f.passage, f.score) for f in answer.given]
    known = {passage.pk for passage, _score in found}
    found += [(passage, None) for passage in carrying if passage.pk not in known]
    led: set[int] = set()
    rows = []
    for place, (passage, score) in enumerate(found):
        rows.append(
            UsagePassage(
                usage=usage,
                place=place,
                passage=passage,
                version_id=passage.version_id,
                client_id=usage.client_id,
                at=usage.at,
                score=score,
                leads=passage.version_id not in led,
            )
        )
        led.add(passage.version_id)
    return rows
