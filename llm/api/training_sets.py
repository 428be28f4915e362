"""`training-sets/`: what was cut for training, its files, and which of its rows are called back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar, cast

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.actions import refusals
from governance.api import errors
from governance.api.bodies import Line, whole_number
from governance.api.decisions import ReasonBody
from governance.api.doors import Problem, SubjectDoor, asking, counted, described
from governance.api.permissions import programs
from governance.calling_errors import ClassNotOpen
from governance.duties import Deed, Scope
from governance.models import Client
from llm.actions import training_sets
from llm.actions.training_sets import Wanted
from llm.api.sending import NotSatisfiable, Sent
from llm.models import RowKind, TrainingRow, TrainingRowPassage, TrainingSet
from llm.models.training import LARGEST_SEED, LONGEST_NAME
from llm.releases import held
from llm.training.recalling import CalledBack, called_back
from llm.training.writing import folder_of

TAG = "training"
A_PAGE = 500
F = TypeVar("F", bound=Callable[..., Any])
MEDIA_TYPES = {
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "md": "text/markdown; charset=utf-8",
}


def _documented(call: F) -> F:
    whole: dict[Any, Any] = {
        (200, kind): OpenApiResponse(OpenApiTypes.BINARY) for kind in MEDIA_TYPES.values()
    }
    described = extend_schema(
        summary="A file of a set, whole or in ranges; also where rows of it were called back",
        tags=[TAG],
        responses={
            **whole,
            206: OpenApiResponse(description="The range asked for."),
            304: OpenApiResponse(description="The caller has it already."),
            **dict.fromkeys((401, 403, 404, 416, 503), Problem),
        },
    )
    return cast(F, described(call))


class FileMissing(APIException):
    status_code = 503
    default_code = "training_file_unreachable"


class CutSetBody(ReasonBody):
    """`release` may be “current”; of the same release and seed the rows are the same bytes."""

    name = Line(max_length=LONGEST_NAME)
    release = Line(max_length=LONGEST_NAME)
    kinds = serializers.ListField(
        child=serializers.ChoiceField(RowKind.choices), default=RowKind.values, allow_empty=False
    )
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, default=0)


class OrderedAnswer(serializers.Serializer[Any]):
    """It is cut by the process that owns the stores, and is there once `GET` finds it."""

    name = serializers.CharField()
    job = serializers.IntegerField()


class FileAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    rows = serializers.IntegerField(allow_null=True)
    url = serializers.CharField()


class TrainingSetAnswer(serializers.Serializer[Any]):
    """`recalled` counts the rows that are called back as the truth stands now."""

    name = serializers.CharField()
    release = serializers.CharField()
    root = serializers.CharField()  # type: ignore[assignment]
    trail = serializers.IntegerField()
    truth = serializers.IntegerField()
    kinds = serializers.ListField(child=serializers.CharField())
    seed = serializers.IntegerField()
    shares = serializers.DictField(child=serializers.IntegerField())
    rows = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    left_out = serializers.DictField(child=serializers.IntegerField())
    digest = serializers.CharField()
    cut_at = serializers.DateTimeField()
    recalled = serializers.IntegerField()
    adapters = serializers.ListField(child=serializers.CharField())
    files = FileAnswer(many=True)


class WhyAnswer(serializers.Serializer[Any]):
    passage = serializers.IntegerField()
    version = serializers.IntegerField()
    why = serializers.CharField()


class RecalledRow(serializers.Serializer[Any]):
    """`id` is that of the row in its file."""

    id = serializers.CharField()
    kind = serializers.CharField()
    part = serializers.CharField()
    file = serializers.CharField()
    because = WhyAnswer(many=True)


class RecalledAnswer(serializers.Serializer[Any]):
    """As the truth stands now. `adapters` are those that were trained on the set."""

    rows = serializers.IntegerField()
    adapters = serializers.ListField(child=serializers.CharField())
    results = RecalledRow(many=True)
    next = serializers.CharField(allow_null=True)


class TrainingSetDoor(SubjectDoor):
    serializer_class = TrainingSetAnswer
    queryset = TrainingSet.objects.all()
    lookup_field = lookup_url_kwarg = "name"
    lookup_value_regex = "[^/]{1,200}"
    deeds: ClassVar[Mapping[str, Deed]] = {
        **dict.fromkeys(("list", "retrieve", "file", "recalled"), Deed.READ),
        "create": Deed.REVIEW,
    }

    def get_permissions(self) -> list[BasePermission]:
        if self.action in self.deeds and self.action != "create":
            return [programs(Scope.TRAIN, or_people=self.deeds[self.action])()]
        return super().get_permissions()

    def get_queryset(self) -> QuerySet[TrainingSet]:
        rows = TrainingSet.objects.select_related("release").order_by("-pk")
        return rows.prefetch_related("adapters__adapter")

    def shown_set(self, made: TrainingSet) -> dict[str, Any]:
        return dict(TrainingSetAnswer(_told(made)).data)

    @described(
        "Training sets, the newest first",
        tag=TAG,
        gives=TrainingSetAnswer(many=True),
        refuses=(400,),
    )
    def list(self, request: Request) -> Response:
        page = cast(Sequence[TrainingSet], self.paginate_queryset(self.get_queryset()))
        return self.get_paginated_response([self.shown_set(made) for made in page])

    @described("A training set with its files", tag=TAG, gives=TrainingSetAnswer, refuses=(404,))
    def retrieve(self, request: Request, name: str) -> Response:
        return Response(self.shown_set(self.get_object()))

    @described(
        "Have a training set cut from a release that is published",
        tag=TAG,
        takes=CutSetBody,
        gives=OrderedAnswer,
        status=202,
        refuses=(400, 404, 409, 415),
    )
    def create(self, request: Request) -> Response:
        given = self.sent(CutSetBody)
        release = held.named(given["release"])
        if release is None:
            raise Http404
        wanted = Wanted(given["name"], release, tuple(given["kinds"]), given["seed"])
        job = training_sets.order(wanted=wanted, reason=given["reason"], by=self.caller)
        told = {"name": job.arguments["name"], "job": job.pk}
        return Response(OrderedAnswer(told).data, status=202)

    @_documented
    def file(self, request: Request, name: str, file: str) -> HttpResponse | Response:
        made = self.get_object()
        _refuse_closed(request, made)
        told = next((each for each in made.files if each["name"] == file), None)
        if told is None:
            raise Http404
        content = _content(made, told)
        kind = MEDIA_TYPES[file.rpartition(".")[2]]
        headers = {
            "Cache-Control": "no-cache",
            "Training-Rows-Recalled": str(called_back(made, at=clock.now()).count()),
        }
        try:
            return Sent(content, kind, f'"{told["sha256"]}"', headers).in_parts(request)
        except NotSatisfiable:
            sentence = _("The file ends before this range begins.")
            beyond = {"Content-Range": f"bytes */{len(content)}"}
            return errors.answer(416, "range_not_satisfiable", sentence, headers=beyond)

    @asking(counted("after", "From the answer before."))
    @described(
        "Which rows of a set are called back now, and the adapters trained on it",
        tag=TAG,
        gives=RecalledAnswer,
        refuses=(400, 404),
    )
    @action(detail=True)
    def recalled(self, request: Request, name: str) -> Response:
        made, after = self.get_object(), whole_number(request, "after", default=0)
        found = called_back(made, at=clock.now())
        rows = list(found.rows().filter(pk__gt=after)[: A_PAGE + 1]) if found.is_any else []
        following = None
        if len(rows) > A_PAGE:
            here = request.build_absolute_uri(request.path)
            following = f"{here}?after={rows[A_PAGE - 1].pk}"
        told = {
            "rows": found.count(),
            "adapters": _adapters(made),
            "results": _because(found, rows[:A_PAGE]),
            "next": following,
        }
        return Response(RecalledAnswer(told).data)


def _told(made: TrainingSet) -> dict[str, Any]:
    columns = ("name", "truth", "kinds", "seed", "shares", "rows", "counts", "left_out", "digest")
    files = [each | {"url": _address(made, each["name"])} for each in made.files]
    return {
        **{name: getattr(made, name) for name in (*columns, "cut_at")},
        "release": made.release.name,
        "root": made.release.root,
        "trail": made.release.trail,
        "recalled": called_back(made, at=clock.now()).count(),
        "adapters": _adapters(made),
        "files": files,
    }


def _address(made: TrainingSet, file: str) -> str:
    return reverse("training-file", kwargs={"name": made.name, "file": file})


def _adapters(made: TrainingSet) -> list[str]:
    return sorted(each.adapter.name for each in made.adapters.all())


def _because(found: CalledBack, rows: Sequence[TrainingRow]) -> list[dict[str, Any]]:
    why: dict[int, list[dict[str, Any]]] = {row.pk: [] for row in rows}
    of: QuerySet[TrainingRowPassage] = found.made_of().filter(row__in=list(why))
    for each in of.order_by("row", "passage"):
        told = {"passage": each.passage_id, "version": each.version_id}
        why[each.row_id].append(told | {"why": found.why(each.version_id).value})
    return [
        {
            "id": row.digest,
            "kind": row.kind,
            "part": row.part,
            "file": row.file,
            "because": why[row.pk],
        }
        for row in rows
    ]


def _content(made: TrainingSet, told: Mapping[str, Any]) -> bytes:
    """Checked, for what was trained on other bytes could never be called back."""
    try:
        content = (folder_of(made.ordered) / str(told["name"])).read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != told["sha256"]:
        raise FileMissing(_("The file is not there as it was cut; have it restored from a backup."))
    return bytes(content)


def _refuse_closed(request: Request, made: TrainingSet) -> None:
    """A program that may be given some classes alone is given no set with rows of others."""
    if isinstance(request.user, Client):
        closed = request.user.not_open(sorted(made.counts.get("source_class", {})))
        if closed:
            refusals.refuse(by=request.user, why=ClassNotOpen(classes=", ".join(closed)))
