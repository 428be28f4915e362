"""Versions: reading them, their passages and files, and comparing two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import Exists, OuterRef, QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock, comparison, originals
from governance.api.answers import PassageAnswer, VersionAnswer
from governance.api.bodies import whole_number
from governance.api.decisions import Decisions
from governance.api.doors import asking, counted, described
from governance.api.pagination import InReadingOrder
from governance.comparison import Piece
from governance.duties import Deed
from governance.models import Passage, Quarantine, Version

TAG = "curation"


class PieceAnswer(serializers.Serializer[Piece]):
    passage = serializers.IntegerField()
    page = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    digest = serializers.CharField()


class PairAnswer(serializers.Serializer[Any]):
    before = PieceAnswer()
    after = PieceAnswer()


class SectionComparison(serializers.Serializer[comparison.Section]):
    """`moved` are passages that stood, word for word, in another section before."""

    section = serializers.ListField(child=serializers.CharField(), source="path")
    added = PieceAnswer(many=True)
    removed = PieceAnswer(many=True)
    changed = PairAnswer(many=True)
    moved = PieceAnswer(many=True)
    same = serializers.ListField(child=serializers.CharField())


class ComparisonAnswer(serializers.Serializer[Any]):
    """What a version adds to, takes from, changes and keeps of another; `same` are digests."""

    version = serializers.IntegerField()
    compared_with = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField())
    sections = SectionComparison(many=True)


class VersionDoor(Decisions):
    serializer_class = VersionAnswer
    queryset = Version.objects.all()
    deeds: ClassVar[Mapping[str, Deed]] = {
        **Decisions.deeds,
        "retrieve": Deed.READ,
        "passages": Deed.READ,
        "file": Deed.READ,
        "compare": Deed.READ,
    }

    def get_queryset(self) -> QuerySet[Version]:
        return Version.objects.select_related("source", "upload")

    @described("A version", tag=TAG, gives=VersionAnswer, refuses=(404,))
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @described(
        "The passages of a version", tag=TAG, gives=PassageAnswer(many=True), refuses=(400, 404)
    )
    @action(detail=True, pagination_class=InReadingOrder)
    def passages(self, request: Request, pk: str) -> Response:
        """In reading order, without those that a correction has replaced."""
        version = self.get_object()
        page = self.paginate_queryset(shown_passages().filter(version=version, replacement=None))
        return self.get_paginated_response(PassageAnswer(cast(Any, page), many=True).data)

    @described(
        "The file as it was received",
        tag=TAG,
        gives={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        refuses=(404,),
    )
    @action(detail=True)
    def file(self, request: Request, pk: str) -> FileResponse:
        """The bytes received, to be kept and never to be shown by a browser."""
        upload = self.get_object().upload
        return FileResponse(
            originals.path_of(upload.sha256).open("rb"),
            as_attachment=True,
            filename=upload.filename,
            content_type="application/octet-stream",
        )

    @asking(counted("with", required=True))
    @described("Compare two versions", tag=TAG, gives=ComparisonAnswer, refuses=(400, 404))
    @action(detail=True)
    def compare(self, request: Request, pk: str) -> Response:
        """What this version has that the other one, asked for by `with`, had not or otherwise."""
        version = self.get_object()
        other = get_object_or_404(Version, pk=whole_number(request, "with"))
        found = comparison.compare(before=_pieces(other), after=_pieces(version))
        answer = {
            "version": version.pk,
            "compared_with": other.pk,
            "counts": comparison.counts(found),
            "sections": found,
        }
        return Response(ComparisonAnswer(answer).data)


def shown_passages() -> QuerySet[Passage]:
    """Passages with all that their answers need, in a fixed number of queries."""
    quarantine = Quarantine.objects.holding(clock.now()).filter(passage=OuterRef("pk"))
    passages = Passage.objects.annotate(quarantined=Exists(quarantine))
    return passages.select_related("section", "replacement")


def _pieces(version: Version) -> list[Piece]:
    passages = version.passages.current().select_related("section")
    return [Piece(p.pk, tuple(p.section.path), p.page, p.text, p.digest) for p in passages]
