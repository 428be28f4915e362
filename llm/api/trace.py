"""`trace/`: from an answer back to who approved what it says, and from knowledge to its readers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.actions import refusals
from governance.api.bodies import whole_number
from governance.api.doors import Door, asking, counted, described
from governance.duties import Scope
from governance.errors import Malformed, ScopeMissing
from governance.models import Account, Client, Passage, Relation, Version
from llm import tracing
from llm.api.retrieval import TAG
from llm.as_of import may_look_back
from llm.models import ReportedAnswer, Usage
from llm.projections.holdings import shown
from llm.tracing import Back, Onward, Origin

LARGEST = 10**18


class ApprovalAnswer(serializers.Serializer[Any]):
    person = serializers.IntegerField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


# `source` means something to a field of this library, so the names cannot stand in a class body.
OriginAnswer = type(
    "OriginAnswer",
    (serializers.Serializer,),
    {
        "__doc__": "A passage that was given or cited, and the way back from it. `trail` is the"
        " number of the entry by which its version was approved; `upload` the SHA-256 of its file.",
        "passage": serializers.IntegerField(),
        "digest": serializers.CharField(),
        "page": serializers.IntegerField(allow_null=True),
        "section": serializers.ListField(child=serializers.CharField()),
        "score": serializers.FloatField(allow_null=True),
        "served": serializers.BooleanField(),
        "cited": serializers.BooleanField(),
        "in_force_now": serializers.BooleanField(),
        "version": serializers.IntegerField(),
        "version_digest": serializers.CharField(),
        "label": serializers.CharField(),
        "source": serializers.IntegerField(),
        "title": serializers.CharField(),
        "upload": serializers.CharField(),
        "approved_at": serializers.DateTimeField(),
        "approved_by": ApprovalAnswer(many=True),
        "trail": serializers.IntegerField(allow_null=True),
        "url": serializers.CharField(),
    },
)


class TracedAnswer(serializers.Serializer[Any]):
    answer = serializers.UUIDField()
    at = serializers.DateTimeField()
    model = serializers.CharField()
    text = serializers.CharField()
    sentences = serializers.IntegerField()
    uncited = serializers.IntegerField()
    leaf = serializers.IntegerField(allow_null=True)


class TracedFeedback(serializers.Serializer[Any]):
    feedback = serializers.UUIDField()
    at = serializers.DateTimeField()
    verdict = serializers.CharField()
    passage = serializers.IntegerField(allow_null=True)
    leaf = serializers.IntegerField(allow_null=True)


class BackAnswer(serializers.Serializer[Any]):
    """`leaf` is a row's place in the tree of use; null until it is sealed."""

    usage = serializers.UUIDField()
    at = serializers.DateTimeField()
    client = serializers.CharField()
    query = serializers.CharField()
    trail = serializers.IntegerField()
    truth = serializers.IntegerField()
    leaf = serializers.IntegerField(allow_null=True)
    answer = TracedAnswer(allow_null=True)
    feedback = TracedFeedback(many=True)
    passages = serializers.ListField(child=OriginAnswer())


class ProgramUseAnswer(serializers.Serializer[Any]):
    program = serializers.CharField()
    retrievals = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class GivenAnswer(serializers.Serializer[Any]):
    usage = serializers.UUIDField()
    at = serializers.DateTimeField()
    client = serializers.CharField()
    passage = serializers.IntegerField()
    answer = serializers.UUIDField(allow_null=True)


class OnwardAnswer(serializers.Serializer[Any]):
    """`results` are the retrievals in which it was given, the newest first, a page at a time.
    `relations` are those of the graph that it carries or carried. `further` is what else holds it,
    by whoever keeps that."""

    programs = ProgramUseAnswer(many=True)
    retrievals = serializers.IntegerField()
    answers = serializers.IntegerField()
    relations = serializers.ListField(child=serializers.IntegerField())
    further = serializers.DictField(child=serializers.ListField(child=serializers.DictField()))
    results = GivenAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class MayTrace(BasePermission):
    """Compliance, reviewers, and programs that may see what has left force."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if isinstance(user, Account | Client) and not may_look_back(user):
            why = ScopeMissing(scope=Scope.AUDIT.value) if isinstance(user, Client) else None
            refusals.refuse(by=user, why=why)
        return isinstance(user, Account | Client)


class TraceDoor(Door):
    permission_classes = [MayTrace]

    @asking(
        OpenApiParameter(
            "usage", OpenApiTypes.UUID, description="A retrieval: back to what it was made of."
        ),
        OpenApiParameter(
            "answer", OpenApiTypes.UUID, description="An answer: the same, by its own number."
        ),
        counted("version", "A version: on to whom it was given."),
        counted("passage", "A passage: on to whom it was given."),
        counted("relation", "A relation: by the passages carrying it."),
        counted("before", "From the answer before, for the next page."),
    )
    @described(
        "From an answer back to its sources, or from knowledge on to its readers: exactly one of"
        " them is asked for",
        tag=TAG,
        gives=PolymorphicProxySerializer(
            "Trace", [BackAnswer, OnwardAnswer], resource_type_field_name=None
        ),
        refuses=(400, 404, 503),
    )
    def get(self, request: Request) -> Response:
        asked = [name for name in _TRACES if name in request.query_params]
        if len(asked) != 1:
            problem = _("Ask for exactly one of: %(names)s.") % {"names": ", ".join(_TRACES)}
            raise Malformed(field=asked[1] if asked else "usage", problem=problem)
        return Response(_TRACES[asked[0]](request))


def _number(request: Request, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.query_params[name])
    except ValueError:
        raise Malformed(field=name, problem=_("This is no such number.")) from None


def _of_usage(request: Request) -> dict[str, Any]:
    rows = Usage.objects.select_related("client")
    return _back(tracing.back(get_object_or_404(rows, pk=_number(request, "usage"))))


def _of_answer(request: Request) -> dict[str, Any]:
    rows = ReportedAnswer.objects.select_related("usage__client")
    return _back(tracing.back(get_object_or_404(rows, pk=_number(request, "answer")).usage))


def _of_version(request: Request) -> dict[str, Any]:
    version = get_object_or_404(Version, pk=whole_number(request, "version"))
    return _onward(request, tracing.of_version(version, before=_before(request)))


def _of_passage(request: Request) -> dict[str, Any]:
    passage = get_object_or_404(Passage, pk=whole_number(request, "passage"))
    return _onward(request, tracing.of_passage(passage, before=_before(request)))


def _of_relation(request: Request) -> dict[str, Any]:
    relation = get_object_or_404(Relation, pk=whole_number(request, "relation"))
    return _onward(request, tracing.of_relation(relation, before=_before(request)))


_TRACES: dict[str, Callable[[Request], dict[str, Any]]] = {
    "usage": _of_usage,
    "answer": _of_answer,
    "version": _of_version,
    "passage": _of_passage,
    "relation": _of_relation,
}


def _before(request: Request) -> int | None:
    return whole_number(request, "before", default=0) or None


def _onward(request: Request, told: Onward) -> dict[str, Any]:
    asked = {name: request.query_params[name] for name in _TRACES if name in request.query_params}
    following = f"{reverse('trace')}?{urlencode(asked | {'before': str(told.before)})}"
    return {
        "programs": ProgramUseAnswer(told.programs, many=True).data,
        "retrievals": told.retrievals,
        "answers": told.answers,
        "relations": [relation.pk for relation in told.relations],
        "further": told.further,
        "results": [
            {
                "usage": str(row.usage_id),
                "at": shown(row.at),
                "client": row.client.name,
                "passage": row.passage_id,
                "answer": _answer_of(row.usage),
            }
            for row in told.rows
        ],
        "next": request.build_absolute_uri(following) if told.before else None,
    }


def _answer_of(usage: Usage) -> str | None:
    answer = getattr(usage, "answer", None)
    return str(answer.pk) if answer else None


def _back(told: Back) -> dict[str, Any]:
    usage, answer = told.usage, told.answer
    return {
        "usage": str(usage.pk),
        "at": shown(usage.at),
        "client": usage.client.name,
        "query": usage.query,
        "trail": usage.trail,
        "truth": usage.truth,
        "leaf": told.leaves.get(str(usage.pk)),
        "answer": _told_of(answer, told) if answer else None,
        "feedback": [
            {
                "feedback": str(given.pk),
                "at": shown(given.at),
                "verdict": given.verdict,
                "passage": given.passage_id,
                "leaf": told.leaves.get(str(given.pk)),
            }
            for given in told.feedback
        ],
        "passages": [_origin(each) for each in told.origins],
    }


def _told_of(answer: ReportedAnswer, told: Back) -> dict[str, Any]:
    columns = ("model", "text", "sentences", "uncited")
    return {
        "answer": str(answer.pk),
        "at": shown(answer.at),
        **{name: getattr(answer, name) for name in columns},
        "leaf": told.leaves.get(str(answer.pk)),
    }


def _origin(origin: Origin) -> dict[str, Any]:
    passage, version = origin.passage, origin.version
    cited = cast(dict[str, Any], version.citation or {})
    return {
        "passage": passage.pk,
        "digest": passage.digest,
        "page": passage.page,
        "section": passage.section.path,
        "score": origin.score,
        "served": origin.was_given,
        "cited": origin.citation is not None,
        "in_force_now": origin.is_in_force_now,
        "version": version.pk,
        "version_digest": version.digest,
        "label": version.label,
        "source": version.source_id,
        "title": cited.get("title", version.source.title),
        "upload": version.upload.sha256,
        "approved_at": shown(version.approved_at),
        "approved_by": [
            {"person": r.person_id, "name": r.person.display_name, "at": shown(r.at)}
            for r in origin.approvals
        ],
        "trail": origin.trail,
        "url": f"/passages/{passage.pk}/",
    }
