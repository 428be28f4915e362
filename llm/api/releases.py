"""`releases/`: what was cut, what it holds, how it was tested; and what people do with it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.bodies import Body, Line, Nothing, Password, Prose
from governance.api.decisions import ReasonBody, decision
from governance.api.doors import SubjectDoor, asking, described
from governance.api.pagination import Pages
from governance.api.permissions import programs
from governance.confirmation import Confirmed, confirm
from governance.duties import Deed, Scope
from governance.models import Client
from llm.actions import releases
from llm.api.corpus import NotThere
from llm.embedding import Unavailable
from llm.models import Release, ReleaseStatus
from llm.models.releases import LONGEST_NAME
from llm.releases.held import CURRENT
from llm.releases.manifests import frozen
from llm.stores.port import StoreAway

TAG = "releases"


class CutBody(ReasonBody):
    name = Line(max_length=LONGEST_NAME)


class ConfirmedBody(ReasonBody):
    password = Password()


class WaiverBody(ConfirmedBody):
    """`check` is the name of one that the last test has not passed."""

    check = Line(max_length=40)


class NotesBody(Body):
    zh = Prose(max_length=releases.LONGEST_NOTES, allow_blank=True)
    en = Prose(max_length=releases.LONGEST_NOTES, allow_blank=True)


class NotesAnswer(serializers.Serializer[Any]):
    zh = serializers.CharField(source="notes_zh")
    en = serializers.CharField(source="notes_en")


class SaidBy(serializers.Serializer[Any]):
    """Who, when and why; who and why are told to people alone."""

    at = serializers.DateTimeField()
    by = serializers.CharField(source="person.display_name")
    reason = serializers.CharField()


class CheckAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    passed = serializers.BooleanField()
    settled = serializers.BooleanField(source="is_settled")
    sentence = serializers.CharField(source="told")
    numbers = serializers.DictField()
    at = serializers.DateTimeField()
    waivers = SaidBy(many=True, source="waivers.all")


class ReleaseAnswer(serializers.Serializer[Release]):
    """`trail` is the number at which it is the truth. `current` is the one published last.

    Names of persons and their reasons (`cut_by`, `reason`, `waivers`, `publications`) are told to
    people alone.
    """

    number = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.ChoiceField(ReleaseStatus.choices)
    current = serializers.SerializerMethodField()
    trail = serializers.IntegerField()
    epoch = serializers.CharField()
    root = serializers.CharField()  # type: ignore[assignment]
    versions = serializers.IntegerField()
    passages = serializers.IntegerField()
    relations = serializers.IntegerField()
    cut_at = serializers.DateTimeField()
    cut_by = serializers.CharField(source="cut_by.display_name", required=False)
    reason = serializers.CharField(required=False)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    notes = NotesAnswer(source="*")
    checks = CheckAnswer(many=True, source="last_checks")
    publications = SaidBy(many=True, source="publications.all", required=False)

    def get_current(self, release: Release) -> bool:
        return bool(release == self.context["current"])

    def to_representation(self, instance: Release) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if self.context["to_people"]:
            return shown
        for name in ("cut_by", "reason", "publications"):
            del shown[name]
        shown["checks"] = [check | {"waivers": []} for check in shown["checks"]]
        return shown


class WholeRelease(ReleaseAnswer):
    """With the manifest as it was frozen."""

    manifest = serializers.SerializerMethodField()

    @extend_schema_field({"type": "object", "additionalProperties": True})  # type: ignore[untyped-decorator]
    def get_manifest(self, release: Release) -> dict[str, Any]:
        return frozen(release).told


class NewestFirst(Pages):
    ordering = ("-number",)


NAMED = OpenApiParameter(
    "name",
    str,
    OpenApiParameter.PATH,
    description=f"Its name; “{CURRENT}” is the one that was published last.",
)
deciding = partial(decision, gives=ReleaseAnswer, tag=TAG)


class ReleaseDoor(SubjectDoor):
    serializer_class = ReleaseAnswer
    queryset = Release.objects.all()
    pagination_class = NewestFirst
    lookup_field = lookup_url_kwarg = "name"
    lookup_value_regex = "[^/]{1,200}"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "list": Deed.READ,
        "retrieve": Deed.READ,
        "create": Deed.REVIEW,
        "test": Deed.REVIEW,
        "waive": Deed.REVIEW,
        "publish": Deed.REVIEW,
        "withdraw": Deed.REVIEW,
        "notes": Deed.REVIEW,
    }

    def get_permissions(self) -> list[BasePermission]:
        if self.action in ("list", "retrieve"):
            return [programs(Scope.CORPUS, or_people=self.deeds[self.action])()]
        return super().get_permissions()

    def get_queryset(self) -> QuerySet[Release]:
        rows = Release.objects.select_related("cut_by").newest_first()
        return rows.prefetch_related("publications__person")

    def get_object(self) -> Release:
        name = self.kwargs["name"]
        found = (
            Release.objects.current()
            if name == CURRENT
            else self.get_queryset().filter(name=name).first()
        )
        if found is None:
            raise Http404
        return found

    def get_serializer_context(self) -> dict[str, Any]:
        told = {
            "current": Release.objects.current(),
            "to_people": not isinstance(self.request.user, Client),
        }
        return {**super().get_serializer_context(), **told}

    @described(
        "Releases, the newest first", tag=TAG, gives=ReleaseAnswer(many=True), refuses=(400,)
    )
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @asking(NAMED)
    @described("A release with its manifest", tag=TAG, gives=WholeRelease, refuses=(404,))
    def retrieve(self, request: Request, name: str) -> Response:
        context = self.get_serializer_context()
        return Response(WholeRelease(self.get_object(), context=context).data)

    @described(
        "Cut a release from the corpus as it stands",
        tag=TAG,
        takes=CutBody,
        gives=ReleaseAnswer,
        status=201,
        refuses=(400, 409, 415, 503),
    )
    def create(self, request: Request) -> Response:
        given = self.sent(CutBody)
        try:
            made = releases.cut(by=self.caller, **given)
        except (StoreAway, Unavailable) as error:
            raise NotThere(_("The corpus cannot be read just now; ask again later.")) from error
        return Response(self.shown(made), status=201)

    @deciding("Have it tested, by the process that owns the stores", Nothing, status=202)
    def test(self, request: Request, name: str) -> Response:
        release, _given = self.get_object(), self.sent(Nothing)
        releases.order_test(release=release, by=self.caller)
        return Response(self.shown(release), status=202)

    @deciding("Waive a check that was not passed; two persons must", WaiverBody, asks_password=True)
    def waive(self, request: Request, name: str) -> Response:
        release, given = self.get_object(), self.sent(WaiverBody)
        releases.waive(release=release, by=self._confirmed(given), **given)
        return Response(self.shown(release))

    @deciding("Make it the current one, or again", ConfirmedBody, asks_password=True)
    def publish(self, request: Request, name: str) -> Response:
        release, given = self.get_object(), self.sent(ConfirmedBody)
        releases.publish(release=release, by=self._confirmed(given), **given)
        return Response(self.shown(release))

    @deciding("Withdraw it for good", ReasonBody)
    def withdraw(self, request: Request, name: str) -> Response:
        release, given = self.get_object(), self.sent(ReasonBody)
        releases.withdraw(release=release, by=self.caller, **given)
        return Response(self.shown(release))

    @deciding("Write its notes, in both languages", NotesBody)
    def notes(self, request: Request, name: str) -> Response:
        release, given = self.get_object(), self.sent(NotesBody)
        releases.write_notes(release=release, by=self.caller, **given)
        return Response(self.shown(release))

    def _confirmed(self, given: dict[str, Any]) -> Confirmed:
        password = given.pop("password")
        return confirm(self.caller, password, request=self.request._request)
