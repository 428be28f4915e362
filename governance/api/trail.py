"""Proofs: that an entry stands in the trail, and that the trail only ever grew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance import proofs
from governance.api.bodies import whole_number
from governance.api.doors import Door, asking, counted, described
from governance.api.permissions import programs
from governance.duties import Deed, Scope
from governance.errors import Malformed
from governance.models import AuditEntry, TrailHead

TAG = "proof"
T = TypeVar("T")


class HeadAnswer(serializers.Serializer[Any]):
    epoch = serializers.CharField()
    size = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]


class InclusionAnswer(serializers.Serializer[Any]):
    """`leaf` is the entry's canonical text, whose UTF-8 bytes are hashed; `index` counts from 0;
    `path` leads from the leaf to the root, lowest first (RFC 9162, 2.1.3)."""

    number = serializers.IntegerField()
    leaf = serializers.CharField()
    leaf_hash = serializers.CharField()
    index = serializers.IntegerField()
    size = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]
    path = serializers.ListField(child=serializers.CharField())


# `from` is a word of Python, so these names cannot stand in a class body.
ConsistencyAnswer = type(
    "ConsistencyAnswer",
    (serializers.Serializer,),
    {
        "__doc__": "That the first `from` entries begin the first `to` (RFC 9162, 2.1.4).",
        "from": serializers.IntegerField(),
        "to": serializers.IntegerField(),
        "from_root": serializers.CharField(),
        "to_root": serializers.CharField(),
        "path": serializers.ListField(child=serializers.CharField()),
    },
)


class ProofDoor(Door):
    permission_classes = [programs(Scope.AUDIT, or_people=Deed.AUDIT)]


class GrowthDoor(ProofDoor):
    """Hashes alone, which tell nothing of what stands in the trail: a mirror of the corpus holds
    the root that a manifest names against them."""

    permission_classes = [programs(Scope.AUDIT, Scope.CORPUS, or_people=Deed.AUDIT)]


class HeadDoor(GrowthDoor):
    @described("How far the trail reaches", tag=TAG, gives=HeadAnswer)
    def get(self, request: Request) -> Response:
        head = TrailHead.objects.get()
        return Response({"epoch": head.epoch, "size": head.size, "root": head.root.hex()})


class InclusionDoor(ProofDoor):
    @asking(
        OpenApiParameter("number", int, OpenApiParameter.PATH),
        counted("size", "Of the tree; the whole trail if left out."),
    )
    @described(
        "That an entry stands in the trail", tag=TAG, gives=InclusionAnswer, refuses=(400, 404)
    )
    def get(self, request: Request, number: str) -> Response:
        entry = get_object_or_404(AuditEntry, number=number)
        size = whole_number(request, "size", default=TrailHead.objects.get().size)
        return Response(
            {
                "number": entry.number,
                "leaf": bytes(entry.leaf).decode(),
                "leaf_hash": bytes(entry.leaf_hash).hex(),
                "index": entry.number - 1,
                "size": size,
                "root": _within("size", lambda: proofs.root_of(size)).hex(),
                "path": _hexed(_within("size", lambda: proofs.inclusion(entry.number, size))),
            }
        )


class ConsistencyDoor(GrowthDoor):
    @asking(
        counted("from", required=True),
        counted("to", "The whole trail if left out."),
    )
    @described("That the trail only grew", tag=TAG, gives=ConsistencyAnswer, refuses=(400,))
    def get(self, request: Request) -> Response:
        old = whole_number(request, "from")
        new = whole_number(request, "to", default=TrailHead.objects.get().size)
        return Response(
            {
                "from": old,
                "to": new,
                "from_root": _within("from", lambda: proofs.root_of(old)).hex(),
                "to_root": _within("to", lambda: proofs.root_of(new)).hex(),
                "path": _hexed(_within("from", lambda: proofs.consistency(old, new))),
            }
        )


def _within(field: str, asked: Callable[[], T]) -> T:
    """What was asked, or `Malformed` where the trail does not reach that far."""
    try:
        return asked()
    except ValueError as error:
        problem = _("The trail has no such place.")
        raise Malformed(field=field, problem=problem) from error


def _hexed(path: list[bytes]) -> list[str]:
    return [node.hex() for node in path]
