"""`citations/check/`: whether what was cited is still in force, for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import Body
from governance.api.doors import Door, described
from governance.api.permissions import programs
from governance.duties import Scope
from governance.lifecycle import RetirementReason
from llm import citations
from llm.api.retrieval import TAG
from llm.citations import Standing, Why
from llm.projections.holdings import shown
from llm.retrieval import not_before_the_trail


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class Whatever(serializers.JSONField):
    """A passage's number or digest. Anything else is taken too, and answered as unknown."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return data


class CheckBody(Body):
    passages = serializers.ListField(child=Whatever(), min_length=1, max_length=citations.MOST)


class InsteadAnswer(serializers.Serializer[Any]):
    """What is in force in its place. `passage` is null where it cannot be told which one."""

    version = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    passage = serializers.IntegerField(allow_null=True)
    same_text = serializers.BooleanField()


class StandingAnswer(serializers.Serializer[Any]):
    """`asked` is what was sent. `why` is null of what is in force. `since` is from when on it is
    so; of what is `not_yet` in force, when it will be."""

    asked = serializers.JSONField()
    passage = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    in_force = serializers.BooleanField()
    why = serializers.ChoiceField([w.value for w in Why], allow_null=True)
    reason_code = serializers.ChoiceField(RetirementReason.choices, allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    instead = InsteadAnswer(allow_null=True)


class CheckedAnswer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    passages = StandingAnswer(many=True)


class CheckDoor(Door):
    permission_classes = [programs(Scope.RETRIEVE)]

    @described(
        f"Whether up to {citations.MOST} cited passages are still in force, in the order asked",
        tag=TAG,
        takes=CheckBody,
        gives=CheckedAnswer,
        refuses=(400, 413, 503),
    )
    def post(self, request: Request) -> Response:
        return Response(checked(self.sent(CheckBody)["passages"]))


def checked(asked: Sequence[Any]) -> dict[str, Any]:
    """How each stands now, in the order asked."""
    at = not_before_the_trail(clock.now())
    told = citations.check(asked, at=at)
    return {"at": shown(at), "passages": [_shown(each) for each in told]}


def _shown(standing: Standing) -> dict[str, Any]:
    passage, instead = standing.passage, standing.instead
    return {
        "asked": standing.asked,
        "passage": passage.pk if passage else None,
        "digest": passage.digest if passage else None,
        "version": passage.version_id if passage else None,
        "in_force": standing.is_in_force,
        "why": standing.why.value if standing.why else None,
        "reason_code": standing.reason_code,
        "since": shown(standing.since),
        "instead": {
            "version": instead.version.pk,
            "label": instead.version.label,
            "passage": instead.passage.pk if instead.passage else None,
            "same_text": bool(
                instead.passage and passage and instead.passage.digest == passage.digest
            ),
        }
        if instead
        else None,
    }
