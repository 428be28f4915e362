"""FHIR R5: what was approved as `Library` resources, read and searched; drafts never."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.actions import refusals
from governance.api.bodies import LARGEST_NUMBER, whole_number
from governance.api.doors import counted
from governance.api.permissions import programs
from governance.calling_errors import ClassNotOpen
from governance.clock import today
from governance.duties import Scope
from governance.errors import Malformed
from governance.models import Version
from llm.api.dialects import library, problems
from llm.api.dialects.door import DialectDoor, NoSuchThing, spoken
from llm.api.dialects.library import STATUSES, Addresses

PAGE, MOST = 20, 100
SEARCHED = {"_id": "token", "url": "uri", "identifier": "token", "status": "token"}
KNOWN = {*SEARCHED, "_count", "_after", "_format"}


class FhirJson(JSONRenderer):
    media_type = problems.FHIR_JSON
    format = "fhir"


class OutcomeAnswer(serializers.Serializer[Any]):
    resourceType = serializers.CharField()
    issue = serializers.ListField(child=serializers.DictField())


class FhirDoor(DialectDoor):
    permission_classes = [programs(Scope.CORPUS, Scope.RETRIEVE)]
    renderer_classes = [FhirJson]
    shape = problems.outcome

    @property
    def addresses(self) -> Addresses:
        return Addresses(self.request.build_absolute_uri("/"))


class LibraryDoor(FhirDoor):
    @spoken(
        "FHIR: a version as a Library",
        gives=OpenApiTypes.OBJECT,
        problem=OutcomeAnswer,
        refuses=(404,),
        operation_id="fhir_library_read",
    )
    def get(self, request: Request, number: str) -> Response:
        found = library.known().filter(pk=min(int(number), LARGEST_NUMBER)).first()
        if found is None:
            raise NoSuchThing(_("There is no version of this number that was approved."))
        closed = self.program.not_open([(found.citation or {})["source_class"]])
        if closed:
            refusals.refuse(by=self.program, why=ClassNotOpen(classes=", ".join(closed)))
        return Response(library.library(found, self.addresses, at=clock.now()))


class LibrariesDoor(FhirDoor):
    @spoken(
        "FHIR: versions as a Bundle of Library resources",
        gives=OpenApiTypes.OBJECT,
        problem=OutcomeAnswer,
        refuses=(400,),
        operation_id="fhir_library_search",
        parameters=[
            *(OpenApiParameter(name, str) for name in SEARCHED),
            counted("_count", f"{MOST} at most are given."),
        ],
    )
    def get(self, request: Request) -> Response:
        _refuse_unknown(request)
        at, rows = clock.now(), self._found(request)
        count, after = whole_number(request, "_count", default=PAGE), _after(request)
        count = max(1, min(count, MOST))
        total = rows.count()
        page = list(rows.filter(pk__gt=after)[: count + 1])
        entries = [library.library(each, self.addresses, at=at) for each in page[:count]]
        return Response(
            {
                "resourceType": "Bundle",
                "type": "searchset",
                "total": total,
                "link": self._links(request, page[:count] if len(page) > count else []),
                **({"entry": [self._entry(each) for each in entries]} if entries else {}),
            }
        )

    def _found(self, request: Request) -> QuerySet[Version]:
        rows, asked = library.known(), request.query_params
        if classes := self.program.source_classes:
            rows = rows.filter(source__source_class__in=classes)
        if "_id" in asked:
            rows = rows.filter(pk=_number(asked["_id"]))
        if "url" in asked:
            rows = self.addresses.found(rows, asked["url"])
        if "identifier" in asked:
            rows = library.with_identifier(rows, asked["identifier"])
        if "status" in asked:
            if asked["status"] not in STATUSES:
                problem = _("A status is one of %(statuses)s.") % {"statuses": ", ".join(STATUSES)}
                raise Malformed(field="status", problem=problem)
            rows = library.with_status(rows, asked["status"], at=clock.now())
        return rows

    def _links(self, request: Request, page: list[Version]) -> list[dict[str, str]]:
        """`page` is empty where nothing follows."""
        here = f"{self.addresses.root}api/v1/fhir/Library"
        asked = request.query_params.dict()
        links = [{"relation": "self", "url": _with(here, asked)}]
        if page:
            following = {**asked, "_after": str(page[-1].pk)}
            links.append({"relation": "next", "url": _with(here, following)})
        return links

    def _entry(self, told: dict[str, Any]) -> dict[str, Any]:
        where = f"{self.addresses.root}api/v1/fhir/Library/{told['id']}"
        return {"fullUrl": where, "resource": told, "search": {"mode": "match"}}


class MetadataDoor(FhirDoor):
    @spoken(
        "FHIR: what this server can do",
        gives=OpenApiTypes.OBJECT,
        problem=OutcomeAnswer,
        operation_id="fhir_metadata",
    )
    def get(self, request: Request) -> Response:
        searched = [{"name": name, "type": kind} for name, kind in SEARCHED.items()]
        served = {
            "type": "Library",
            "interaction": [{"code": "read"}, {"code": "search-type"}],
            "searchParam": searched,
        }
        return Response(
            {
                "resourceType": "CapabilityStatement",
                "status": "active",
                "date": today().isoformat(),
                "kind": "instance",
                "implementation": {
                    "description": _("Approved clinical knowledge"),
                    "url": f"{self.addresses.root}api/v1/fhir",
                },
                "fhirVersion": "5.0.0",
                "format": [problems.FHIR_JSON],
                "rest": [{"mode": "server", "resource": [served]}],
            }
        )


def _refuse_unknown(request: Request) -> None:
    """What is not understood would be a condition that silently does not hold."""
    for name in request.query_params:
        if name not in KNOWN:
            problem = _("There is no such search parameter; there are %(known)s.")
            known = ", ".join(SEARCHED)
            raise Malformed(field=str(name)[:60], problem=problem % {"known": known})


def _after(request: Request) -> int:
    return min(whole_number(request, "_after", default=0), LARGEST_NUMBER)


def _number(told: str) -> int:
    """Nothing has the number 0."""
    fits = told.isascii() and told.isdigit() and len(told) <= len("9" * 18)
    return int(told) if fits else 0


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address
