"""The graph, read: concepts, what is said of them, and how two of them hang together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock, graph
from governance.api.bodies import LARGEST_NUMBER, Body, Line, whole_number
from governance.api.doors import SubjectDoor, asking, counted, described
from governance.api.pagination import PAGING
from governance.api.permissions import open_to, programs
from governance.duties import Deed, Scope
from governance.errors import Malformed
from governance.graph import DEEPEST, Subgraph
from governance.models import CodeSystem, Concept, Evidence, Relation

TAG = "graph"


class NameAnswer(serializers.Serializer[Any]):
    language = serializers.CharField()
    name = serializers.CharField()
    preferred = serializers.BooleanField(source="is_preferred")


class CodeAnswer(serializers.Serializer[Any]):
    system = serializers.CharField()
    code = serializers.CharField()


class ConceptAnswer(serializers.Serializer[Concept]):
    """A concept. What was merged is answered as what it was merged into."""

    id = serializers.IntegerField()
    type = serializers.CharField(source="type.code")
    status = serializers.CharField()
    names = NameAnswer(many=True)
    codes = CodeAnswer(many=True)


class ConceptInForce(ConceptAnswer):
    """`in_force`: by a relation that is in force now, or by its own review."""

    in_force = serializers.SerializerMethodField()

    def get_in_force(self, concept: Concept) -> bool:
        return graph.is_in_force(concept, self.context["at"])


class EvidenceAnswer(serializers.Serializer[Evidence]):
    """The words of a passage that carry a relation; null where they may be cited, not quoted."""

    passage = serializers.IntegerField(source="passage_id")
    version = serializers.IntegerField(source="passage.version_id")
    page = serializers.IntegerField(source="passage.page", allow_null=True)
    section = serializers.ListField(source="passage.section.path", child=serializers.CharField())
    quote = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_quote(self, evidence: Evidence) -> str | None:
        may = (evidence.passage.version.citation or {})["licence"]["quote"]
        return evidence.quote if may else None

    def get_url(self, evidence: Evidence) -> str:
        return f"/passages/{evidence.passage_id}/"


class RelationAnswer(serializers.Serializer[Relation]):
    id = serializers.IntegerField()
    subject = serializers.IntegerField(source="subject_id")
    type = serializers.CharField(source="type.code")
    object = serializers.IntegerField(source="object_id")
    qualifiers = serializers.DictField(child=serializers.CharField())
    evidence = serializers.SerializerMethodField()

    def get_evidence(self, relation: Relation) -> list[dict[str, Any]]:
        mine = self.context["evidence"].get(relation.pk, [])
        return [dict(each) for each in EvidenceAnswer(mine, many=True).data]


class SubgraphAnswer(serializers.Serializer[Subgraph]):
    """Relations in force, and the concepts that they join. `is_cut`: there are more than fit."""

    concepts = ConceptAnswer(many=True)
    relations = RelationAnswer(many=True)
    is_cut = serializers.BooleanField()


class PathsAnswer(serializers.Serializer[Any]):
    """The shortest ways from one concept to the other, each the numbers of its relations."""

    paths = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    concepts = ConceptAnswer(many=True)
    relations = RelationAnswer(many=True)


class ConceptQuery(Body):
    search = Line(required=False, allow_blank=True)
    type = Line(required=False, allow_blank=True)
    system = serializers.ChoiceField(CodeSystem.choices, required=False)
    code = Line(required=False, allow_blank=True)


AS_OF = OpenApiParameter("as_of", str, description="An instant with its offset; now if left out.")
DEPTH = counted("depth", f"1 to {DEEPEST}; 1 if left out.", least=1, most=DEEPEST)
TO = counted("to", required=True)


class ConceptDoor(SubjectDoor):
    serializer_class = ConceptInForce
    queryset = Concept.objects.all()
    deeds: ClassVar[Mapping[str, Deed]] = dict.fromkeys(
        ("list", "retrieve", "neighbourhood", "paths"), Deed.READ
    )

    def get_permissions(self) -> list[BasePermission]:
        """Programs of the inference tier read the graph too."""
        if self.action in self.deeds:
            return [programs(Scope.RETRIEVE, or_people=Deed.READ)()]
        return super().get_permissions()

    @asking(ConceptQuery)
    @described("Find concepts", tag=TAG, gives=ConceptAnswer(many=True), refuses=(400,))
    def list(self, request: Request) -> Response:
        told = request.query_params.dict()
        asked = ConceptQuery(data={k: told[k] for k in told if k not in PAGING})
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        found = graph.found(
            given.get("search", ""),
            type_code=given.get("type", ""),
            system=given.get("system", ""),
            code=given.get("code", ""),
        )
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(ConceptAnswer(page, many=True).data)

    @described("A concept", tag=TAG, gives=ConceptInForce, refuses=(404,))
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(_concept(pk)).data)

    @asking(DEPTH, AS_OF)
    @described(
        "What is in force around a concept", tag=TAG, gives=SubgraphAnswer, refuses=(400, 404)
    )
    @action(detail=True)
    def neighbourhood(self, request: Request, pk: str) -> Response:
        depth = whole_number(request, "depth", default=1)
        if not 1 <= depth <= DEEPEST:
            problem = _("Give a number from 1 to %(most)s.") % {"most": DEEPEST}
            raise Malformed(field="depth", problem=problem)
        at = _instant(request)
        start = _concept(pk)
        around = graph.neighbourhood(start, at=at, depth=depth)
        told = graph.narrowed(around, open_to(request.user), [start])
        return Response(SubgraphAnswer(told, context={"evidence": told.evidence}).data)

    @asking(TO, AS_OF)
    @described("How two concepts hang together", tag=TAG, gives=PathsAnswer, refuses=(400, 404))
    @action(detail=True)
    def paths(self, request: Request, pk: str) -> Response:
        at = _instant(request)
        start, end = _concept(pk), _concept(str(whole_number(request, "to")))
        found = graph.paths(start, end, at=at)
        evidence = graph.carried(
            graph.evidence_of({r for way in found for r in way}, at), open_to(request.user)
        )
        ways = [way for way in found if all(relation.pk in evidence for relation in way)]
        relations = list({r.pk: r for way in ways for r in way}.values())
        ends = {n for r in relations for n in (r.subject_id, r.object_id)}
        told = {
            "paths": [[relation.pk for relation in way] for way in ways],
            "concepts": [each for each in map(graph.concept, sorted(ends)) if each],
            "relations": relations,
        }
        return Response(PathsAnswer(told, context={"evidence": evidence}).data)

    def get_queryset(self) -> QuerySet[Concept]:
        return Concept.objects.current()


def _concept(pk: str) -> Concept:
    number = int(pk)
    known = graph.concept(number) if number <= LARGEST_NUMBER else None
    if known is None:
        raise Http404
    return known


def _instant(request: Request) -> datetime:
    """Now, or an instant of the past."""
    now = clock.now()
    told = request.query_params.get("as_of")
    if told is None:
        return now
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > now:
        problem = _("Give an instant of the past with its offset: 2026-05-31T12:00:00+08:00.")
        raise Malformed(field="as_of", problem=problem)
    return at
