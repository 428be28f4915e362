"""What is written down of a retrieval: enough to trace an answer, nothing of the question."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.core import serializers

from governance.models import Client, Version
from llm.models import Usage
from llm.projections.advance import last_knowledge
from llm.retrieval import PROFILE
from tests.llm.conftest import follow
from tests.support.callers import Caller

FILTERS = {"source_class": ["clinical_guideline"], "language": "en"}


def ask(tier: Caller, query: str = "Start low.", **given: Any) -> Any:
    answer = tier.send("retrieve/", {"query": query, **given})
    assert answer.status_code == 200
    return answer.json()


def test_every_retrieval_is_written_down_under_the_number_it_gives(
    active: Version, tier: Caller
) -> None:
    follow()

    given = [ask(tier)["usage"] for _ in range(2)]

    assert set(Usage.objects.values_list("pk", flat=True)) == {uuid.UUID(g) for g in given}
    assert len(set(given)) == 2


def test_what_was_given_can_be_traced(active: Version, tier: Caller) -> None:
    follow()

    answer = ask(tier)

    kept = Usage.objects.get().passages
    given = [[p["passage"], p["citation"]["digest"], p["score"]] for p in answer["passages"]]
    assert kept == given != []


def test_numbers_of_store_and_truth_are_kept(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, top_k=7)

    used = Usage.objects.get()
    assert (used.trail, used.truth) == (last_knowledge(), last_knowledge())
    assert (used.top_k, used.profile, used.withheld) == (7, PROFILE, 0)


def test_who_asked_is_kept(active: Version, tier: Caller) -> None:
    follow()

    ask(tier)

    assert Usage.objects.get().client == Client.objects.get()


def test_filters_are_kept(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, filters=FILTERS | {"source": [active.source_id]})

    assert Usage.objects.get().filters == {
        "source_classes": ["clinical_guideline"],
        "language": "en",
        "sources": [active.source_id],
    }


def test_question_is_kept_nowhere(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, "Wang Xiaoming, 110101199003077758, asthma", filters=FILTERS)

    row = serializers.serialize("json", Usage.objects.all())
    assert "Wang" not in row
    assert "110101199003077758" not in json.dumps(row)


def test_empty_answer_is_written_down_too(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, filters={"language": "zh"})

    assert Usage.objects.get().passages == []


def test_malformed_question_is_not_written_down(active: Version, tier: Caller) -> None:
    follow()

    tier.send("retrieve/", {"query": ""})

    assert not Usage.objects.exists()
