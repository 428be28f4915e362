"""OpenAI's vector stores: which there are, and searching one, as its stock client asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import Body
from governance.api.permissions import programs
from governance.duties import Scope
from governance.errors import Malformed
from llm.api.dialects import knowledge, problems
from llm.api.dialects.conditions import Joined, Node, condition, filters_of
from llm.api.dialects.door import DialectDoor, Fraction, spoken, text_of
from llm.api.dialects.knowledge import Extent
from llm.api.questions import MOST_QUESTIONS, Count
from llm.api.retrieved import NoticeAnswer
from llm.fusing import MOST

# As the description of that API has it.
OPERATORS = {
    "eq": "is",
    "ne": "is not",
    "gt": ">",
    "gte": "≥",
    "lt": "<",
    "lte": "≤",
    "in": "in",
    "nin": "not in",
}
LONGEST_ATTRIBUTE = 512
DEEPEST = 5
MOST_CONDITIONS = 50


class OpenAIError(serializers.Serializer[Any]):
    message = serializers.CharField()
    type = serializers.CharField()
    param = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    request_id = serializers.CharField(required=False)


class OpenAIProblem(serializers.Serializer[Any]):
    error = OpenAIError()


class RankingOptions(Body):
    """There is one way of ranking, whatever is named."""

    ranker = serializers.ChoiceField(["auto", "none", "default-2024-11-15"], required=False)
    score_threshold = Fraction(default=0)


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
)
class OneOrMore(serializers.JSONField):
    """A text, or several."""

    def to_internal_value(self, data: Any) -> Any:
        given = [data] if isinstance(data, str) else data
        if not isinstance(given, list) or not given or not all(isinstance(t, str) for t in given):
            raise serializers.ValidationError(_("Give a text, or a list of texts."))
        return given


class SearchBody(Body):
    """`filters` compares what `attributes` tells: source_class, language, source, authority,
    issuer, published_on, title, label, identifier. `rewrite_query` changes nothing: what was
    asked is what is searched.
    """

    query = OneOrMore()
    max_num_results = Count(min_value=1, max_value=MOST, default=10)
    filters = serializers.DictField(required=False, allow_null=True)
    ranking_options = RankingOptions(required=False)
    rewrite_query = serializers.BooleanField(required=False)


class SearchContent(serializers.Serializer[Any]):
    type = serializers.CharField()
    text = serializers.CharField()


class SearchResult(serializers.Serializer[Any]):
    """A passage. `file_id` is its version; `attributes` its citation, in at most 16 values."""

    file_id = serializers.CharField()
    filename = serializers.CharField()
    score = serializers.FloatField()
    attributes = serializers.DictField()
    content = SearchContent(many=True)


class SearchAnswer(serializers.Serializer[Any]):
    object = serializers.CharField()
    search_query = serializers.ListField(child=serializers.CharField())
    data = SearchResult(many=True)  # type: ignore[assignment]
    has_more = serializers.BooleanField()
    next_page = serializers.CharField(allow_null=True)
    usage = serializers.ListField(child=serializers.UUIDField())
    abstained = serializers.BooleanField()
    notice = NoticeAnswer()


class StoreAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    object = serializers.CharField()
    created_at = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.CharField()
    usage_bytes = serializers.IntegerField()
    file_counts = serializers.DictField(child=serializers.IntegerField())
    metadata = serializers.DictField()


class StoresAnswer(serializers.Serializer[Any]):
    object = serializers.CharField()
    data = StoreAnswer(many=True)  # type: ignore[assignment]
    first_id = serializers.CharField()
    last_id = serializers.CharField()
    has_more = serializers.BooleanField()


class OpenAIDoor(DialectDoor):
    permission_classes = [programs(Scope.RETRIEVE)]
    shape = problems.openai


class StoresDoor(OpenAIDoor):
    @spoken(
        "OpenAI: the vector stores there are, which are all knowledge, a class, a release",
        gives=StoresAnswer,
        problem=OpenAIProblem,
        operation_id="v1_vector_stores_list",
    )
    def get(self, request: Request) -> Response:
        stores = [_store(each) for each in knowledge.extents(self.program, at=clock.now())]
        ends = {"first_id": stores[0]["id"], "last_id": stores[-1]["id"]}
        return Response({"object": "list", "data": stores, **ends, "has_more": False})


class StoreDoor(OpenAIDoor):
    @spoken(
        "OpenAI: a vector store by its name",
        gives=StoreAnswer,
        problem=OpenAIProblem,
        refuses=(404, 409),
        operation_id="v1_vector_stores_retrieve",
    )
    def get(self, request: Request, name: str) -> Response:
        return Response(_store(knowledge.extent(name, self.program, at=clock.now())))


class SearchDoor(OpenAIDoor):
    @spoken(
        "OpenAI: passages in force of a vector store, each with its citation",
        takes=SearchBody,
        gives=SearchAnswer,
        problem=OpenAIProblem,
        refuses=(400, 404, 409, 503),
    )
    def post(self, request: Request, name: str) -> Response:
        sent = self.sent(SearchBody)
        asked, most = sent["query"], sent["max_num_results"]
        if len(asked) > min(MOST_QUESTIONS, most):
            problem = _("Ask at most as many questions as results, and %(most)s.")
            raise Malformed(field="query", problem=problem % {"most": MOST_QUESTIONS})
        filters = filters_of(node_of(sent.get("filters")), at=clock.now())
        within = knowledge.named(name).narrowed(filters)
        # Each has its share of the results, so that what is written down as used is what is given.
        share, over = divmod(most, len(asked))
        questions = [
            {"query": query, "top_k": share + (place < over), **within}
            for place, query in enumerate(asked)
        ]
        least = sent.get("ranking_options", {}).get("score_threshold", 0)
        return Response(_page(asked, self.answers(questions, least=least)))


def node_of(sent: Mapping[str, Any] | None) -> Node | None:
    """A comparison, or comparisons joined by and, or. Raises `Malformed`."""
    return _node(sent, "filters", DEEPEST) if sent else None


def _node(sent: Any, at: str, depth: int) -> Node:
    if not isinstance(sent, Mapping):
        raise Malformed(field=at, problem=_("Give a comparison, or several joined by and, or."))
    kind = sent.get("type")
    if kind in ("and", "or"):
        parts = sent.get("filters")
        if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_CONDITIONS or not depth:
            problem = _("Join 1 to %(most)s comparisons, %(deep)s deep at most.")
            facts = {"most": MOST_CONDITIONS, "deep": DEEPEST}
            raise Malformed(field=at, problem=problem % facts)
        nodes = [_node(part, f"{at}.filters.{n}", depth - 1) for n, part in enumerate(parts)]
        return Joined(tuple(nodes), any_of=kind == "or")
    if not isinstance(kind, str) or kind not in OPERATORS:
        problem = _("The type is one of %(types)s.") % {"types": ", ".join([*OPERATORS, "and, or"])}
        raise Malformed(field=at, problem=problem)
    key, value = sent.get("key"), sent.get("value")
    return condition(key, OPERATORS[kind], value, at=at)


def _page(asked: list[str], answers: list[dict[str, Any]]) -> dict[str, Any]:
    """What several questions found together, the best first; a passage once, by its best score."""
    found: dict[int, dict[str, Any]] = {}
    for answer in answers:
        for each in answer["passages"]:
            known = found.get(each["passage"])
            if known is None or known["score"] < each["score"]:
                found[each["passage"]] = {**each, "usage": answer["usage"]}
    # Sorting keeps the order of what scores alike, which is that of one question's answer.
    best = sorted(found.values(), key=lambda each: each["score"], reverse=True)
    return {
        "object": "vector_store.search_results.page",
        "search_query": asked,
        "data": [_result(each) for each in best],
        "has_more": False,
        "next_page": None,
        "usage": [answer["usage"] for answer in answers],
        "abstained": all(answer["abstained"] for answer in answers),
        "notice": answers[0]["notice"],
    }


def _result(passage: dict[str, Any]) -> dict[str, Any]:
    cited = passage["citation"]
    return {
        "file_id": f"version-{cited['version']}",
        "filename": f"{cited['title']} · {cited['label']}",
        "score": passage["score"],
        "attributes": _attributes(passage),
        "content": [{"type": "text", "text": text_of(passage)}],
    }


def _attributes(passage: dict[str, Any]) -> dict[str, Any]:
    """Sixteen at most, each a number or a line of at most 512 characters; what is null is left
    out. What is longer ends in an ellipsis, and is whole behind `url`.
    """
    cited = passage["citation"]
    told = {
        "passage": passage["passage"],
        "usage": passage["usage"],
        "language": passage["language"],
        "quoted": passage["text"] is not None,
        "section": " › ".join(cited["section"]),
        "identifiers": "; ".join(f"{i['kind']} {i['value']}" for i in cited["identifiers"]),
    }
    plain = ("source", "source_class", "authority", "issuer", "published_on", "page", "digest")
    told |= {name: cited[name] for name in (*plain, "approved_at", "review_due", "url")}
    return {name: _short(value) for name, value in told.items() if value is not None}


def _short(value: Any) -> Any:
    if not isinstance(value, str) or len(value) <= LONGEST_ATTRIBUTE:
        return value
    return value[: LONGEST_ATTRIBUTE - 1] + "…"


def _store(extent: Extent) -> dict[str, Any]:
    none = dict.fromkeys(("in_progress", "failed", "cancelled"), 0)
    return {
        "id": extent.knowledge.name,
        "object": "vector_store",
        "created_at": int(extent.since.timestamp()) if extent.since else 0,
        "name": extent.title,
        "status": "completed",
        "usage_bytes": extent.bytes,
        "file_counts": {"completed": extent.versions, "total": extent.versions, **none},
        "metadata": {},
    }
