"""What is written down of a retrieval: enough to trace an answer, and nothing of the patient."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import serializers

from governance.models import Client, Version
from llm.models import Usage, UsagePassage
from llm.projections.advance import last_knowledge
from llm.retrieval import PROFILE
from tests.llm.conftest import follow
from tests.support.callers import Caller

pytestmark = pytest.mark.database

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

    kept = UsagePassage.objects.order_by("place").values_list("passage", "version", "score")
    given = [(p["passage"], active.pk, p["score"]) for p in answer["passages"]]
    assert list(kept) == given != []


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


def test_question_is_kept_without_the_patient(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, "患者王小明，身份证110101199003077758，哮喘如何治疗？", filters=FILTERS)

    kept = Usage.objects.get().query
    assert "哮喘如何治疗" in kept
    assert "王小明" not in kept
    assert "110101199003077758" not in serializers.serialize("json", Usage.objects.all())


def test_empty_answer_is_written_down_too(active: Version, tier: Caller) -> None:
    follow()

    ask(tier, filters={"language": "zh"})

    assert not Usage.objects.get().given.exists()


def test_malformed_question_is_not_written_down(active: Version, tier: Caller) -> None:
    follow()

    tier.send("retrieve/", {"query": ""})

    assert not Usage.objects.exists()


def test_the_name_of_a_ranking_fits_its_column() -> None:
    longest = Usage._meta.get_field("profile").max_length

    assert longest
    assert len(PROFILE) <= longest
