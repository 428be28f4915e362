"""Dify's external knowledge: `dify/retrieval`, as its workflows ask and read it.

Dify gives up on an address while it is registered where 403, 404 or 502 come back, and sends no
body then; later it takes any error for an empty answer. So a key that does not open says 403.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import Body, Line, Prose
from governance.api.permissions import programs
from governance.duties import Scope
from governance.errors import Malformed
from llm.api.dialects import knowledge, problems
from llm.api.dialects.conditions import Joined, condition, filters_of
from llm.api.dialects.door import DialectDoor, Fraction, spoken, text_of
from llm.api.questions import LONGEST_QUERY, Count
from llm.api.retrieved import NoticeAnswer
from llm.fusing import MOST
from llm.models.releases import LONGEST_NAME

MOST_CONDITIONS = 50


class DifyProblem(serializers.Serializer[Any]):
    """1001: no key came. 1002: the key opens nothing, or not this. 2001: there is no such
    knowledge. Any other number is the status, ten times; `code` is ours.
    """

    error_code = serializers.IntegerField()
    error_msg = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    request_id = serializers.CharField(required=False)


class RetrievalSetting(Body):
    top_k = Count(min_value=1, max_value=MOST, default=4)
    score_threshold = Fraction(default=0, allow_null=True)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "array"}]})
class Whatever(serializers.JSONField):
    """What a condition is compared with; the condition looks at it."""


class OneCondition(Body):
    name = Line()
    comparison_operator = Line()
    value = Whatever(required=False)


class MetadataCondition(Body):
    logical_operator = serializers.ChoiceField(["and", "or"], default="and", allow_null=True)
    conditions = OneCondition(many=True, allow_null=True)


class DifyBody(Body):
    """`knowledge_id`: "all", a source class, "current" or the name of a release."""

    knowledge_id = Line(max_length=LONGEST_NAME)
    query = Prose(max_length=LONGEST_QUERY)
    retrieval_setting = RetrievalSetting(required=False)
    metadata_condition = MetadataCondition(required=False, allow_null=True)


class DifyRecord(serializers.Serializer[Any]):
    """`metadata` is the whole citation, with the number of the passage and of the retrieval."""

    content = serializers.CharField()
    score = serializers.FloatField()
    title = serializers.CharField()
    metadata = serializers.DictField()


class DifyAnswer(serializers.Serializer[Any]):
    records = DifyRecord(many=True)
    usage = serializers.UUIDField()
    abstained = serializers.BooleanField()
    notice = NoticeAnswer()


class DifyDoor(DialectDoor):
    permission_classes = [programs(Scope.RETRIEVE)]
    shape = problems.dify
    statuses = {401: 403}

    @spoken(
        "Dify's external knowledge: passages in force, each with its citation",
        takes=DifyBody,
        gives=DifyAnswer,
        problem=DifyProblem,
        refuses=(400, 404, 409, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(DifyBody)
        setting = sent.get("retrieval_setting") or {"top_k": 4, "score_threshold": 0}
        filters = filters_of(_asked(sent.get("metadata_condition")), at=clock.now())
        within = knowledge.named(sent["knowledge_id"]).narrowed(filters)
        question = {"query": sent["query"], "top_k": setting["top_k"], **within}
        answer = self.answers([question], least=setting["score_threshold"] or 0)[0]
        return Response(
            {
                "records": [_record(each, answer) for each in answer["passages"]],
                "usage": answer["usage"],
                "abstained": answer["abstained"],
                "notice": answer["notice"],
            }
        )


def _asked(sent: dict[str, Any] | None) -> Joined | None:
    conditions = (sent or {}).get("conditions") or []
    if not conditions:
        return None
    if len(conditions) > MOST_CONDITIONS:
        problem = _("Give at most %(most)s conditions.") % {"most": MOST_CONDITIONS}
        raise Malformed(field="metadata_condition", problem=problem)
    parts = [
        condition(
            each["name"],
            each["comparison_operator"],
            each.get("value"),
            at=f"metadata_condition.conditions.{place}",
        )
        for place, each in enumerate(conditions)
    ]
    return Joined(tuple(parts), any_of=(sent or {}).get("logical_operator") == "or")


def _record(passage: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    told = {name: passage[name] for name in ("passage", "similarity", "language")}
    beside = {name: answer[name] for name in ("usage", "trail", "truth", "release")}
    return {
        "content": text_of(passage),
        "score": passage["score"],
        "title": passage["citation"]["title"],
        "metadata": {
            **passage["citation"],
            **told,
            **beside,
            "quoted": passage["text"] is not None,
        },
    }
