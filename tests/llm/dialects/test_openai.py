"""The stock client of OpenAI against `/v1/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from governance.actions import clients
from governance.actions.clients import Limits
from governance.models import Client, Version
from governance.trail import SHELL
from llm.models import Usage, UsagePassage
from tests.llm.dialects.conftest import ASKED, DOSE, Served
from tests.support.encoders import FakeEncoder

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.v1, api_key=served.key, max_retries=0) as client:
        yield client


def said(result: Any) -> dict[str, Any]:
    """What is told beside a text."""
    return dict(result.attributes)


def test_search_gives_passages_with_their_citation(
    stock: openai.OpenAI, guideline: Version
) -> None:
    page = stock.vector_stores.search("clinical_guideline", query=ASKED, max_num_results=3)

    best = next(each for each in page.data if each.content[0].text == DOSE)
    assert best.file_id == f"version-{guideline.pk}"
    assert 0 <= best.score <= 1
    assert said(best)["source_class"] == "clinical_guideline"
    assert len(said(best)) <= 16


def test_what_is_written_down_as_used_is_what_was_given(stock: openai.OpenAI) -> None:
    page = stock.vector_stores.search("all", query=[ASKED, "go slow"], max_num_results=3)

    given = {said(result)["passage"] for result in page.data}
    assert Usage.objects.count() == 2
    assert set(UsagePassage.objects.values_list("passage_id", flat=True)) == given


COMPARED: list[tuple[Any, set[str]]] = [
    ({"type": "eq", "key": "source_class", "value": "textbook"}, {"textbook"}),
    ({"type": "ne", "key": "language", "value": "zh"}, {"clinical_guideline"}),
    ({"type": "lte", "key": "authority", "value": 3}, {"clinical_guideline"}),
    ({"type": "in", "key": "identifier", "value": ["9780306406157"]}, {"textbook"}),
    (
        {
            "type": "or",
            "filters": [
                {"type": "eq", "key": "title", "value": "药理学"},
                {"type": "eq", "key": "title", "value": "Renal dosing"},
            ],
        },
        {"textbook", "clinical_guideline"},
    ),
    ({"type": "eq", "key": "issuer", "value": "Nobody"}, set()),
]


def test_filters_compare_what_is_said_of_sources(stock: openai.OpenAI) -> None:
    for filters, classes in COMPARED:
        page = stock.vector_stores.search("all", query="enoxaparin", filters=filters)

        assert {said(result)["source_class"] for result in page.data} == classes, filters


def test_what_may_not_be_quoted_is_cited(stock: openai.OpenAI) -> None:
    page = stock.vector_stores.search("textbook", query="enoxaparin")

    assert said(page.data[0])["quoted"] is False
    assert page.data[0].content[0].text.startswith("[药理学 (2024)")


def test_stores_are_all_and_the_classes_in_force(stock: openai.OpenAI) -> None:
    names = [store.id for store in stock.vector_stores.list()]

    assert names == ["all", "clinical_guideline", "textbook"]
    assert stock.vector_stores.retrieve("all").file_counts.completed == 2


def test_embeddings_are_the_vectors_of_this_installation(
    stock: openai.OpenAI, encoder: FakeEncoder
) -> None:
    coded = stock.embeddings.create(model="passage", input=["one two", "three"])
    plain = stock.embeddings.create(model="query", input="one two", encoding_format="float")

    assert coded.data[0].embedding == pytest.approx(encoder.passages(["one two"])[0].tolist())
    assert plain.data[0].embedding == pytest.approx(coded.data[0].embedding)
    assert coded.usage.total_tokens == 3
    assert [model.id for model in stock.models.list()] == ["query", "passage"]


def test_wrong_key_and_narrow_key_raise_what_the_client_knows(
    served: Served, stock: openai.OpenAI
) -> None:
    limits = Limits(["textbook"], rate=1, burst=2)
    clients.set_limits(client=Client.objects.get(), limits=limits, reason="A ward.", by=SHELL)

    with pytest.raises(openai.AuthenticationError) as unknown:
        stock.with_options(api_key="kb_wrong").models.list()
    with pytest.raises(openai.PermissionDeniedError) as closed:
        stock.vector_stores.search("clinical_guideline", query=ASKED)
    assert (unknown.value.code, closed.value.code) == ("invalid_api_key", "class_not_open")
    with pytest.raises(openai.RateLimitError) as limited:
        [stock.models.list() for _each in range(3)]
    assert limited.value.response.headers["Retry-After"]


MALFORMED: list[tuple[str, Any, str | None]] = [
    ("vector_stores/all/search", {}, "query"),
    ("vector_stores/all/search", [], None),
    ("vector_stores/all/search", {"query": ""}, "query"),
    ("vector_stores/all/search", {"query": [1]}, "query"),
    ("vector_stores/all/search", {"query": "x", "max_num_results": 51}, "max_num_results"),
    ("vector_stores/all/search", {"query": ["x", "y"], "max_num_results": 1}, "query"),
    ("vector_stores/all/search", {"query": "x", "filters": {"type": "like"}}, "filters"),
    (
        "vector_stores/all/search",
        {"query": "x", "filters": {"type": "eq", "key": "secret", "value": 1}},
        "filters",
    ),
    (
        "vector_stores/all/search",
        {"query": "x", "filters": {"type": "gt", "key": "authority", "value": "high"}},
        "filters",
    ),
    ("embeddings", {"model": "query"}, "input"),
    ("embeddings", {"model": "query", "input": [[1, 2]]}, "input"),
    ("embeddings", {"model": "query", "input": [""]}, "input"),
    ("embeddings", {"model": "query", "input": ["x"] * 65}, "input"),
    ("embeddings", {"model": "query", "input": "x", "dimensions": 3}, "dimensions"),
]


def test_what_is_malformed_is_told_by_its_field(stock: openai.OpenAI) -> None:
    for path, body, param in MALFORMED:
        with pytest.raises(openai.BadRequestError) as refused:
            stock.post(f"/{path}", body=body, cast_to=object)

        assert refused.value.param == param, (path, json.dumps(body))


def test_what_is_not_there_is_not_found(stock: openai.OpenAI) -> None:
    for call in (
        lambda: stock.vector_stores.retrieve("no-such"),
        lambda: stock.vector_stores.search("no-such", query="x"),
        lambda: stock.embeddings.create(model="text-embedding-3-small", input="x"),
        lambda: stock.files.list(),
    ):
        with pytest.raises(openai.NotFoundError):
            call()
