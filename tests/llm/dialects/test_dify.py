"""Dify's external knowledge: what its pipeline sends, and what it can read."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from governance.models import Version
from llm.models import Usage, UsagePassage
from tests.llm.dialects.conftest import ASKED, DOSE, Served

pytestmark = pytest.mark.django_db


def ask(served: Served, body: Any = None, *, key: str | None = None, **more: Any) -> httpx.Response:
    """As Dify asks: with all that its pipeline sends, or with no body at all on registration."""
    setting = {"top_k": 4, "score_threshold": 0.0}
    whole = {"knowledge_id": "all", "query": ASKED, "retrieval_setting": setting}
    sent = whole | {"metadata_condition": None} | more if body is None else body
    headers = {"Authorization": f"Bearer {served.key if key is None else key}"}
    url = f"{served.address}api/v1/dify/retrieval"
    return httpx.post(url, json=sent, headers=headers, trust_env=False)


def where(*conditions: Any, operator: str = "and") -> dict[str, Any]:
    rows = [
        dict(zip(("name", "comparison_operator", "value"), c, strict=False)) for c in conditions
    ]
    return {"logical_operator": operator, "conditions": rows}


def titles(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {record["title"] for record in answer.json()["records"]}


def test_records_have_the_whole_citation_and_the_use(served: Served, guideline: Version) -> None:
    records = ask(served).json()["records"]

    record = next(each for each in records if each["content"] == DOSE)
    assert record["title"] == "Renal dosing"
    assert 0 <= record["score"] <= 1
    assert record["metadata"]["version"] == guideline.pk
    assert record["metadata"]["usage"] == str(Usage.objects.get().pk)


def test_registration_with_a_good_key_is_told_from_a_bad_one(served: Served) -> None:
    good, bad, none = ask(served, {}), ask(served, {}, key="kb_wrong"), ask(served, {}, key="x y")

    assert [a.status_code for a in (good, bad, none)] == [400, 403, 403]
    assert [a.json()["error_code"] for a in (good, bad)] == [4000, 1002]
    assert bad.json()["error_msg"]


def test_knowledge_is_all_or_a_class_or_a_release(served: Served) -> None:
    assert titles(ask(served, knowledge_id="textbook")) == {"药理学"}
    missing = ask(served, knowledge_id="current")
    assert (missing.status_code, missing.json()["error_code"]) == (404, 2001)


def test_below_the_threshold_nothing_is_given_nor_written_down(served: Served) -> None:
    low = ask(served, retrieval_setting={"top_k": 9, "score_threshold": 0}).json()["records"]
    scores = sorted(record["score"] for record in low)

    high = ask(served, retrieval_setting={"top_k": 9, "score_threshold": scores[-1]})

    assert {r["score"] for r in high.json()["records"]} == {scores[-1]}
    used = Usage.objects.order_by("-at")[0]
    assert UsagePassage.objects.filter(usage=used).count() == len(high.json()["records"])


CONDITIONS: list[tuple[list[Any], str, set[str]]] = [
    ([("title", "contains", "renal")], "and", {"Renal dosing"}),
    ([("title", "not contains", "renal"), ("language", "is", "zh")], "and", {"药理学"}),
    ([("language", "is", "zh"), ("language", "is", "en")], "and", set()),
    ([("authority", "≥", "5"), ("title", "start with", "Ren")], "or", {"药理学", "Renal dosing"}),
    ([("published_on", "after", "2024-01"), ("identifier", "empty")], "and", set()),
    ([("source_class", "in", ["textbook"]), ("issuer", "not empty")], "and", {"药理学"}),
    ([], "and", {"药理学", "Renal dosing"}),
]


def test_conditions_narrow_to_the_sources_of_which_they_hold(served: Served) -> None:
    for conditions, operator, wanted in CONDITIONS:
        answer = ask(served, metadata_condition=where(*conditions, operator=operator))

        assert titles(answer) == wanted, conditions


MALFORMED: list[Any] = [
    [],
    "x",
    {"knowledge_id": "all"},
    {"knowledge_id": 3, "query": "x"},
    {"knowledge_id": "all", "query": " "},
    {"knowledge_id": "all", "query": {"x": 1}},
    {"knowledge_id": "all", "query": "x", "retrieval_setting": 3},
    {"knowledge_id": "all", "query": "x", "retrieval_setting": {"top_k": 51}},
    {"knowledge_id": "all", "query": "x", "retrieval_setting": {"score_threshold": "high"}},
    {"knowledge_id": "all", "query": "x", "metadata_condition": []},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("colour", "is", "red"))},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("title", "like", "x"))},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("title", "before", "x"))},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("authority", ">", "x"))},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("title", "in", "x"))},
    {"knowledge_id": "all", "query": "x", "metadata_condition": where(("title", "contains"))},
]


def test_what_is_malformed_is_said_as_dify_reads_it(served: Served) -> None:
    for body in MALFORMED:
        answer = ask(served, body)

        assert (answer.status_code, answer.json()["error_code"]) == (400, 4000), body
    assert Usage.objects.count() == 0
