"""A passage by its number, as programs ask for what they have cited."""

from __future__ import annotations

from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.doors import Door, asking, counted, described
from governance.api.errors import number_of
from governance.api.permissions import open_to, programs
from governance.duties import Scope
from governance.models import Client, Passage
from llm import usage
from llm.api.questions import ShownBody
from llm.api.retrieval import TAG
from llm.api.retrieved import Beside, PassageByNumber, notice, shown_passage
from llm.around import MOST_NEIGHBOURS, around
from llm.models import Usage
from llm.retrieval import Answer, served


class LeftForce(APIException):
    status_code = 410
    default_code = "left_force"
    default_detail = _("This passage is not in force.")


class ServedPassageDoor(Door):
    permission_classes = [programs(Scope.RETRIEVE)]

    @asking(
        counted("neighbours", f"0 to {MOST_NEIGHBOURS} on each side", most=MOST_NEIGHBOURS),
        OpenApiParameter("whole_table", bool),
    )
    @described(
        "One passage in force, with what stands around it; 410 where it has left force",
        tag=TAG,
        gives=PassageByNumber,
        refuses=(400, 404, 410),
    )
    def get(self, request: Request, number: str) -> Response:
        asked = ShownBody(data=_typed(request.query_params))
        asked.is_valid(raise_exception=True)
        return Response(serve(int(number), asked.validated_data, request))


def serve(number: int, shown: dict[str, Any], request: Request) -> dict[str, Any]:
    """One passage in force with what stands around it, written down as used."""
    at = clock.now()
    client = cast(Client, request.user)
    answer = served(number, open_to(client), at=at)
    if not answer.found:
        raise LeftForce if _was_approved(number) else NotFound
    passage = answer.found[0].passage
    near = around([passage], at=at, **shown)
    carrying = [each for one in near.values() for each in one.everything()]
    used = usage.record_served(
        answer, client=client, at=at, carrying=carrying, request_id=number_of(request)
    )
    beside = Beside(near if any(shown.values()) else {})
    return _told(answer, used) | shown_passage(passage, beside)


def _told(answer: Answer, used: Usage) -> dict[str, Any]:
    cited = answer.found[0].passage.version.citation or {}
    return {
        "usage": str(used.pk),
        "trail": answer.trail,
        "truth": answer.truth,
        "notice": notice(),
        "language": cited["language"],
    }


def _typed(params: QueryDict) -> dict[str, Any]:
    """What an address says, as the values that a body would have."""
    flags = {"true": True, "1": True, "false": False, "0": False}
    typed: dict[str, Any] = params.dict()
    if typed.get("neighbours", "").isdecimal():
        typed["neighbours"] = int(typed["neighbours"])
    if "whole_table" in typed:
        typed["whole_table"] = flags.get(typed["whole_table"], typed["whole_table"])
    return typed


def _was_approved(number: int) -> bool:
    return Passage.objects.filter(pk=number).exclude(version__approved_at=None).exists()
