"""`answers/`: what the language model made of a retrieval, with its citations checked."""

from __future__ import annotations

from typing import Any, cast

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import Body, Line, Number, Prose
from governance.api.doors import Door, described
from governance.api.permissions import programs
from governance.duties import Scope
from governance.models import Client
from llm.actions import answers
from llm.api.retrieval import TAG
from llm.models import ReportedAnswer, Usage
from llm.retrieval import not_before_the_trail

LONGEST_ANSWER = 100_000
MOST_CITED = 200


class Given(serializers.UUIDField):
    """The number of a retrieval, an answer or feedback, as it was given; no number for it."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class AnswerBody(Body):
    """`passages` in the order that the marks in the text count them, `[1]` being the first."""

    usage = Given()
    text = Prose(max_length=LONGEST_ANSWER)
    model = Line(max_length=200)
    passages = serializers.ListField(child=Number(), max_length=MOST_CITED)


class CheckedCitation(serializers.Serializer[Any]):
    """`served`: it was given in that retrieval; `in_force_then`: it was in force when that was
    asked; `in_force_now`: when the answer was reported."""

    passage = serializers.IntegerField(source="asked")
    known = serializers.SerializerMethodField()
    served = serializers.BooleanField(source="was_given")
    in_force_then = serializers.BooleanField()
    in_force_now = serializers.BooleanField(source="in_force_when_reported")

    def get_known(self, citation: Any) -> bool:
        return citation.passage_id is not None


class ReportedAnswerAnswer(serializers.Serializer[Any]):
    """`uncited` counts the sentences, of so many, that no mark leads from to one of `passages`;
    `unknown_marks` are the numbers in marks that no passage has."""

    answer = serializers.UUIDField(source="pk")
    usage = serializers.UUIDField(source="usage_id")
    at = serializers.DateTimeField()
    sentences = serializers.IntegerField()
    uncited = serializers.IntegerField()
    unknown_marks = serializers.ListField(child=serializers.IntegerField())
    passages = CheckedCitation(many=True, source="ordered")


class AnswersDoor(Door):
    keeps_answers = True
    permission_classes = [programs(Scope.USAGE)]

    @described(
        "Report what was answered with a retrieval; the same again is told what the first was",
        tag=TAG,
        takes=AnswerBody,
        gives={200: ReportedAnswerAnswer, 201: ReportedAnswerAnswer},
        refuses=(400, 404, 409, 413, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(AnswerBody)
        client = cast(Client, request.user)
        usage = get_object_or_404(Usage, pk=sent["usage"], client=client)
        reported = answers.Reported(sent["text"], sent["model"], sent["passages"])
        at = not_before_the_trail(clock.now())
        answer, is_new = answers.report(usage=usage, reported=reported, by=client, at=at)
        return Response(_shown(answer), status=201 if is_new else 200)


def _shown(answer: ReportedAnswer) -> Any:
    setattr(answer, "ordered", answer.citations.order_by("place"))  # noqa: B010  (for the answer)
    return ReportedAnswerAnswer(answer).data
