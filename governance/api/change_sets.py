"""Change sets of the graph: written, submitted, decided on and undone by people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance.actions import change_sets
from governance.api.bodies import Body, Line, Nothing
from governance.api.decisions import ApprovalBody, ReasonBody, decision
from governance.api.doors import SubjectDoor, described
from governance.confirmation import confirm
from governance.duties import Deed
from governance.models import ChangeSet, ChangeSetStatus

TAG = "graph"


class StepBody(Body):
    """What is done, and with what; each deed has fields of its own."""

    deed = Line(max_length=30)
    content = serializers.JSONField()


class ChangeSetBody(Body):
    title = Line(max_length=change_sets.LONGEST_TITLE)
    steps = StepBody(many=True, required=False)


class TitleBody(Body):
    title = Line(max_length=change_sets.LONGEST_TITLE)


class StepAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    position = serializers.IntegerField()
    deed = serializers.CharField()
    content = serializers.JSONField()
    by = serializers.CharField(source="person.display_name")


class ChangeSetAnswer(serializers.Serializer[ChangeSet]):
    """`digest` is what an approval binds to."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.ChoiceField(ChangeSetStatus.choices)
    author = serializers.CharField(source="author.display_name")
    begun_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    applied_at = serializers.DateTimeField(allow_null=True)
    undoes = serializers.IntegerField(source="undoes_id", allow_null=True)
    digest = serializers.CharField(source="digest_now")
    steps = StepAnswer(many=True, source="edits_in_order")


class ObstacleAnswer(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()


deciding = partial(decision, gives=ChangeSetAnswer, tag=TAG)


class ChangeSetDoor(SubjectDoor):
    serializer_class = ChangeSetAnswer
    queryset = ChangeSet.objects.all()
    deeds: ClassVar[Mapping[str, Deed]] = {
        "list": Deed.READ,
        "retrieve": Deed.READ,
        "create": Deed.DRAW,
        "steps": Deed.DRAW,
        "trial": Deed.DRAW,
        "submit": Deed.DRAW,
        "withdraw": Deed.DRAW,
        "undo": Deed.DRAW,
        "send_back": Deed.APPLY,
        "apply": Deed.APPLY,
    }

    def get_queryset(self) -> QuerySet[ChangeSet]:
        return ChangeSet.objects.select_related("author").prefetch_related("edits__person")

    @described("Change sets", tag=TAG, gives=ChangeSetAnswer(many=True), refuses=(400,))
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @described("A change set", tag=TAG, gives=ChangeSetAnswer, refuses=(404,))
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @described(
        "Begin a change set",
        tag=TAG,
        takes=ChangeSetBody,
        gives=ChangeSetAnswer,
        status=201,
        refuses=(400, 415),
    )
    def create(self, request: Request) -> Response:
        given = self.sent(ChangeSetBody)
        steps = [(each["deed"], each["content"]) for each in given.get("steps", [])]
        made = change_sets.begin(title=given["title"], steps=steps, by=self.caller)
        return Response(self.shown(made), status=201)

    @deciding("Write a step at its end", StepBody, status=201)
    def steps(self, request: Request, pk: str) -> Response:
        change_set, given = self.get_object(), self.sent(StepBody)
        step = (given["deed"], given["content"])
        change_sets.add(change_set=change_set, step=step, by=self.caller)
        return Response(self.shown(change_set), status=201)

    @described(
        "What would be refused if it were applied now",
        tag=TAG,
        gives=ObstacleAnswer(many=True),
        refuses=(404,),
    )
    @action(detail=True, pagination_class=None)
    def trial(self, request: Request, pk: str) -> Response:
        found = change_sets.tried(change_set=self.get_object(), by=self.caller)
        told = [
            {"position": position, "code": refusal.code, "detail": str(refusal)}
            for position, refusal in sorted(found.items())
        ]
        return Response(ObstacleAnswer(told, many=True).data)

    @deciding("Submit it for review", Nothing)
    def submit(self, request: Request, pk: str) -> Response:
        change_set, _given = self.get_object(), self.sent(Nothing)
        change_sets.submit(change_set=change_set, by=self.caller)
        return Response(self.shown(change_set))

    @deciding("Give it up", ReasonBody)
    def withdraw(self, request: Request, pk: str) -> Response:
        change_set, given = self.get_object(), self.sent(ReasonBody)
        change_sets.withdraw(change_set=change_set, by=self.caller, **given)
        return Response(self.shown(change_set))

    @deciding("Send it back to who wrote it", ReasonBody)
    def send_back(self, request: Request, pk: str) -> Response:
        change_set, given = self.get_object(), self.sent(ReasonBody)
        change_sets.send_back(change_set=change_set, by=self.caller, **given)
        return Response(self.shown(change_set))

    @deciding("Have exactly what was read applied", ApprovalBody, asks_password=True)
    def apply(self, request: Request, pk: str) -> Response:
        """By a person who wrote none of it; all of it or nothing."""
        change_set, given = self.get_object(), self.sent(ApprovalBody)
        by = confirm(self.caller, given.pop("password"), request=self.request._request)
        change_sets.apply(change_set=change_set, by=by, **given)
        return Response(self.shown(change_set))

    @deciding("Begin a set that takes back an applied one", TitleBody, status=201)
    def undo(self, request: Request, pk: str) -> Response:
        change_set, given = self.get_object(), self.sent(TitleBody)
        back = change_sets.undo(change_set=change_set, by=self.caller, **given)
        return Response(self.shown(back), status=201)
