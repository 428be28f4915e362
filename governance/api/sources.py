"""Sources: registering, finding and describing them, and uploading a version's file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock, originals
from governance.actions import sources, versions
from governance.actions.sources import Description, Licence
from governance.actions.versions import Edition
from governance.api.answers import SourceAnswer, SourceWithVersions, VersionAnswer
from governance.api.bodies import Body, Day, Flag, Line, Prose
from governance.api.doors import SubjectDoor, asking, described
from governance.classes import SourceClass
from governance.duties import Deed
from governance.identifiers import IdentifierKind, normalised
from governance.lifecycle import check_dates
from governance.models import Identifier, Language, Source, Version

TAG = "curation"
LONGEST_ISSUER = 200
LONGEST_DEPARTMENT = 100
LONGEST_LABEL = 60


class IdentifierBody(Body):
    kind = serializers.ChoiceField(IdentifierKind.choices)
    value = Line()

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        try:
            return {"kind": attrs["kind"], "value": normalised(attrs["kind"], attrs["value"])}
        except ValueError as error:
            raise serializers.ValidationError({"value": [str(error)]}) from error


class LicenceBody(Body):
    text = Line()
    serve = Flag(default=True)
    quote = Flag(default=True)
    train = Flag(default=False)


class SourceBody(Body):
    title = Line()
    source_class = serializers.ChoiceField(SourceClass.choices)
    issuer = Line(max_length=LONGEST_ISSUER)
    language = serializers.ChoiceField(Language.choices)
    identifiers = IdentifierBody(many=True)
    licence = LicenceBody()
    department = Line(max_length=LONGEST_DEPARTMENT, required=False, allow_null=True)


class LicenceEditBody(Body):
    text = Line(required=False)
    serve = Flag(required=False)
    quote = Flag(required=False)
    train = Flag(required=False)


class SourceEditBody(Body):
    """What is left out stays as it is."""

    title = Line(required=False)
    source_class = serializers.ChoiceField(SourceClass.choices, required=False)
    issuer = Line(max_length=LONGEST_ISSUER, required=False)
    language = serializers.ChoiceField(Language.choices, required=False)
    identifiers = IdentifierBody(many=True, required=False)
    licence = LicenceEditBody(required=False)
    department = Line(max_length=LONGEST_DEPARTMENT, required=False, allow_null=True)
    reason = Prose()


@extend_schema_field(OpenApiTypes.BINARY)
class Received(serializers.FileField):
    """A file as it comes in a form."""


class VersionBody(Body):
    file = Received()
    label = Line(max_length=LONGEST_LABEL)  # type: ignore[assignment]
    published_on = Line(help_text="YYYY, YYYY-MM or YYYY-MM-DD")
    effective_from = Day(required=False, allow_null=True)
    effective_until = Day(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        dates = attrs["published_on"], attrs.get("effective_from"), attrs.get("effective_until")
        check_dates(*dates, today=clock.today())
        return attrs


class SourceQuery(Body):
    search = Line(required=False, allow_blank=True)
    source_class = serializers.ChoiceField(SourceClass.choices, required=False)
    in_force = serializers.ChoiceField(["true", "false"], required=False)


class SourceDoor(SubjectDoor):
    serializer_class = SourceWithVersions
    queryset = Source.objects.all()
    deeds: ClassVar[Mapping[str, Deed]] = {
        "list": Deed.READ,
        "retrieve": Deed.READ,
        "create": Deed.CURATE,
        "partial_update": Deed.CURATE,
        "versions": Deed.CURATE,
    }

    def get_queryset(self) -> QuerySet[Source]:
        newest_first = Version.objects.order_by("-pk")
        return _with_what_is_shown(clock.now()).prefetch_related(Prefetch("versions", newest_first))

    @asking(SourceQuery)
    @described("Find sources", tag=TAG, gives=SourceAnswer(many=True), refuses=(400,))
    def list(self, request: Request) -> Response:
        """In the order of registration. `search` looks in title, issuer and identifiers;
        `in_force` asks whether a version may be served now."""
        query = SourceQuery(data={k: request.query_params[k] for k in self._asked(request)})
        query.is_valid(raise_exception=True)
        at = clock.now()
        page = self.paginate_queryset(_with_what_is_shown(at).filter(_wanted(query, at)))
        return self.get_paginated_response(SourceAnswer(cast(Any, page), many=True).data)

    @described("A source with its versions", tag=TAG, gives=SourceWithVersions, refuses=(404,))
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @described(
        "Register a source",
        tag=TAG,
        takes=SourceBody,
        gives=SourceWithVersions,
        status=201,
        refuses=(400, 409, 415),
    )
    def create(self, request: Request) -> Response:
        description = _described(self.sent(SourceBody))
        source = sources.register(description=description, by=self.caller)
        return Response(self.shown(source), status=201)

    @described(
        "Change what is said of a source",
        tag=TAG,
        takes=SourceEditBody,
        gives=SourceWithVersions,
        refuses=(400, 404, 409, 415),
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Voids the submission of what is in review. What an active version cites is frozen."""
        source = self.get_object()
        changes = self.sent(SourceEditBody)
        reason = changes.pop("reason")

        def rewritten(stands: Source) -> Description:
            return _described(_merged(stands, changes))

        sources.edit(source=source, description=rewritten, reason=reason, by=self.caller)
        return Response(self.shown(source))

    @described(
        "Upload a version",
        tag=TAG,
        takes={"multipart/form-data": VersionBody},
        gives=VersionAnswer,
        status=201,
        refuses=(400, 404, 409, 413, 415),
    )
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def versions(self, request: Request, pk: str) -> Response:
        """Keeps the file and drafts a version over it; reading the file goes on by itself."""
        source = self.get_object()
        given = self.sent(VersionBody)
        file: UploadedFile[Any] = given.pop("file")
        original = originals.keep(file.chunks(), file.name or "")
        version = versions.register(
            source=source, edition=Edition(**given), original=original, by=self.caller
        )
        return Response(
            VersionAnswer(version, context=self.get_serializer_context()).data, status=201
        )

    def _asked(self, request: Request) -> set[str]:
        return set(request.query_params) & set(SourceQuery().fields)


def _with_what_is_shown(at: datetime) -> QuerySet[Source]:
    """Sources with all that their answers need, in a fixed number of queries."""
    in_force = Version.objects.in_force(at).only("pk", "source_id")
    in_order = Identifier.objects.order_by("kind", "value")
    return Source.objects.select_related("owner", "department").prefetch_related(
        Prefetch("identifiers", in_order),
        Prefetch("versions", in_force, to_attr="now_in_force"),
    )


def _wanted(query: SourceQuery, at: datetime) -> Q:
    given = query.validated_data
    wanted = Q()
    if words := given.get("search"):
        identified = Identifier.objects.filter(source=OuterRef("pk"), value__icontains=words)
        in_text = Q(title__icontains=words) | Q(issuer__icontains=words)
        wanted &= in_text | Q(Exists(identified))
    if "source_class" in given:
        wanted &= Q(source_class=given["source_class"])
    if "in_force" in given:
        in_force = Q(Exists(Version.objects.in_force(at).filter(source=OuterRef("pk"))))
        wanted &= in_force if given["in_force"] == "true" else ~in_force
    return wanted


def _merged(source: Source, changes: dict[str, Any]) -> dict[str, Any]:
    """A source's description with changes laid over it, the licence's parts each by itself."""
    licence = source.licence | changes.get("licence", {})
    now = {
        "title": source.title,
        "source_class": source.source_class,
        "issuer": source.issuer,
        "language": source.language,
        "identifiers": source.identified(),
        "department": source.department.name if source.department else None,
    }
    return now | changes | {"licence": licence}


def _described(given: dict[str, Any]) -> Description:
    return Description(
        title=given["title"],
        source_class=given["source_class"],
        issuer=given["issuer"],
        language=given["language"],
        licence=Licence(**given["licence"]),
        identifiers=[(i["kind"], i["value"]) for i in given["identifiers"]],
        department=given.get("department") or None,
    )
