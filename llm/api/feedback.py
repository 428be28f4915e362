"""`feedback/`: what a reader says of an answer, and what was answered to it."""

from __future__ import annotations

from typing import cast

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.bodies import Body, Number, Prose
from governance.api.doors import Door, described
from governance.api.permissions import programs
from governance.duties import Scope
from governance.models import Client
from llm.actions import feedback
from llm.api.answers import Given
from llm.api.retrieval import TAG
from llm.models import Decision, Feedback, Ticket, Usage, Verdict


class FeedbackBody(Body):
    usage = Given()
    verdict = serializers.ChoiceField(Verdict.choices)
    passage = Number(required=False, allow_null=True)
    comment = Prose(required=False, allow_blank=True)


class TicketAnswer(serializers.Serializer[Ticket]):
    """What became of feedback that asks for an answer; the last three are null until then."""

    number = serializers.IntegerField(source="pk")
    opened_at = serializers.DateTimeField()
    due_on = serializers.DateField()
    decision = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_decision(self, ticket: Ticket) -> str | None:
        return Decision(ticket.decision).value if ticket.decision else None

    def get_answer(self, ticket: Ticket) -> str | None:
        return ticket.answer or None


class FeedbackAnswer(serializers.Serializer[Feedback]):
    """`comment` is as it is kept, masked. `ticket` is null where nobody has to answer."""

    feedback = serializers.UUIDField(source="pk")
    usage = serializers.UUIDField(source="usage_id")
    at = serializers.DateTimeField()
    verdict = serializers.ChoiceField(Verdict.choices)
    passage = serializers.IntegerField(source="passage_id", allow_null=True)
    comment = serializers.CharField()
    ticket = TicketAnswer(allow_null=True)


class FeedbackDoor(Door):
    keeps_answers = True
    permission_classes = [programs(Scope.FEEDBACK)]

    @described(
        "Say what a reader thinks of an answer; the same again is told what the first was",
        tag=TAG,
        takes=FeedbackBody,
        gives={200: FeedbackAnswer, 201: FeedbackAnswer},
        refuses=(400, 404, 409, 413, 503),
    )
    def post(self, request: Request) -> Response:
        """Any key that opens feedback may: what clinicians see often has a key of its own."""
        sent = self.sent(FeedbackBody)
        usage = get_object_or_404(Usage, pk=sent["usage"])
        said = feedback.Said(sent["verdict"], sent.get("passage"), sent.get("comment", ""))
        given, is_new = feedback.give(usage=usage, said=said, by=cast(Client, request.user))
        return Response(FeedbackAnswer(given).data, status=201 if is_new else 200)


class OneFeedbackDoor(Door):
    permission_classes = [programs(Scope.FEEDBACK)]

    @described(
        "What became of feedback, for the program that gave it",
        tag=TAG,
        gives=FeedbackAnswer,
        refuses=(404, 503),
    )
    def get(self, request: Request, feedback: str) -> Response:
        given = get_object_or_404(Feedback, pk=feedback, client=cast(Client, request.user))
        return Response(FeedbackAnswer(given).data)
