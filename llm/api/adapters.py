"""`adapters/`: weights that were trained on training sets, as people and programs register them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import Body, Line, Prose
from governance.api.doors import SubjectDoor, described
from governance.api.permissions import programs
from governance.duties import Deed, Scope
from governance.models import Account, Client
from llm.actions import adapters
from llm.actions.adapters import MOST_SETS, Trained
from llm.api.training_sets import TAG
from llm.models import Adapter
from llm.models.training import LONGEST_BASE, LONGEST_NAME, LONGEST_NOTE
from llm.training.recalling import called_back


class AdapterBody(Body):
    """`digest` is the SHA-256 of the weights' file."""

    name = Line(max_length=LONGEST_NAME)
    base_model = Line(max_length=LONGEST_BASE)
    digest = Line(max_length=64)
    training_sets = serializers.ListField(
        child=Line(max_length=LONGEST_NAME), allow_empty=False, max_length=MOST_SETS
    )
    note = Prose(max_length=LONGEST_NOTE, allow_blank=True, default="")


class AdapterAnswer(serializers.Serializer[Any]):
    """`recalled` counts the rows it was trained on that are called back now."""

    name = serializers.CharField()
    base_model = serializers.CharField()
    digest = serializers.CharField()
    training_sets = serializers.ListField(child=serializers.CharField())
    note = serializers.CharField(allow_blank=True)
    registered_at = serializers.DateTimeField()
    registered_by = serializers.CharField(allow_null=True)
    recalled = serializers.IntegerField()


class AdapterDoor(SubjectDoor):
    serializer_class = AdapterAnswer
    queryset = Adapter.objects.select_related("person", "client").order_by("-pk")
    deeds: ClassVar[Mapping[str, Deed]] = {"list": Deed.READ, "create": Deed.CURATE}

    def get_permissions(self) -> list[BasePermission]:
        if self.action in self.deeds:
            return [programs(Scope.TRAIN, Scope.USAGE, or_people=self.deeds[self.action])()]
        return super().get_permissions()

    @described(
        "Adapters, the newest first", tag=TAG, gives=AdapterAnswer(many=True), refuses=(400,)
    )
    def list(self, request: Request) -> Response:
        page = cast(Sequence[Adapter], self.paginate_queryset(self.get_queryset()))
        return self.get_paginated_response([told_of(each, request.user) for each in page])

    @described(
        "Register weights that were trained on training sets; the same again does no harm",
        tag=TAG,
        takes=AdapterBody,
        gives={200: AdapterAnswer, 201: AdapterAnswer},
        refuses=(400, 409, 415),
    )
    def create(self, request: Request) -> Response:
        given = self.sent(AdapterBody)
        sets = given.pop("training_sets")
        by = cast(Account | Client, request.user)
        made, is_new = adapters.register(trained=Trained(sets=tuple(sets), **given), by=by)
        return Response(told_of(made, by), status=201 if is_new else 200)


def told_of(adapter: Adapter, user: object) -> dict[str, Any]:
    """Names of persons are told to people alone."""
    sets = [each.set for each in adapter.made_of.select_related("set").order_by("set")]
    by = adapter.client.name if adapter.client else None
    if adapter.person and isinstance(user, Account):
        by = adapter.person.display_name
    told = {
        "name": adapter.name,
        "base_model": adapter.base_model,
        "digest": adapter.digest,
        "training_sets": [each.name for each in sets],
        "note": adapter.note,
        "registered_at": adapter.registered_at,
        "registered_by": by,
        "recalled": sum(called_back(each, at=clock.now()).count() for each in sets),
    }
    return dict(AdapterAnswer(told).data)
