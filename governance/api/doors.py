"""What every call for people shares: who is let in, how bodies are read, what is described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from django.db import models
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from governance import clock
from governance.api import passing
from governance.api.bodies import LARGEST_WHOLE, Body, Json
from governance.api.permissions import people
from governance.duties import Deed
from governance.models import Account

F = TypeVar("F", bound=Callable[..., Any])

# An answer of the API is data: nothing in it may be run or shown inside another page, or kept.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Problem(serializers.Serializer[Any]):
    """What an error says. `field` is there where one field of what was sent is meant;
    `request_id` is that of the header X-Request-Id, by which it is found in the logs.
    """

    code = serializers.CharField()
    detail = serializers.CharField()
    field = serializers.CharField(required=False)
    request_id = serializers.CharField(required=False)


class AlwaysJson(DefaultContentNegotiation):
    """There is one way to answer, whatever a caller says it accepts."""

    def select_renderer(
        self,
        request: Request,
        renderers: Any,
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class Door(APIView):
    parser_classes = [Json]
    content_negotiation_class = AlwaysJson
    metadata_class = None
    # Whether what is done here under an `Idempotency-Key` is done once. Never where the answer
    # holds knowledge: kept for a day, it could be served after it left force.
    keeps_answers: ClassVar[bool] = False

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        self.passage = passing.Passage()
        return super().initialize_request(request, *args, **kwargs)

    def check_permissions(self, request: Request) -> None:
        """The rate first: who asks too often leaves no further trace."""
        passing.admit(request, self.passage)
        super().check_permissions(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.keeps_answers and request.method == "POST":
            passing.begin(request, self.passage)

    def handle_exception(self, exc: Exception) -> Response:
        try:
            return super().handle_exception(exc)
        except Exception:
            passing.count(self.request, "fault")
            raise

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in HEADERS.items():
            response.setdefault(name, value)
        passing.finish(request, response, self.passage)
        return response

    def sent(self, kind: type[Body]) -> dict[str, Any]:
        """The body as checked values. Raises `ValidationError` naming the fields at fault."""
        body = kind(data=self.request.data)
        body.is_valid(raise_exception=True)
        return cast(dict[str, Any], body.validated_data)

    @property
    def caller(self) -> Account:
        return cast(Account, self.request.user)


class SubjectDoor(Door, GenericViewSet[Any]):
    """Calls about one kind of thing. `deeds` says what each asks of the caller's duty."""

    lookup_value_regex = "[0-9]{1,18}"
    keeps_answers = True
    deeds: ClassVar[Mapping[str, Deed]]

    def get_permissions(self) -> list[BasePermission]:
        # No action, or the one that the library has for OPTIONS everywhere: the method is not
        # offered, and the answer is 405 for whoever is logged in.
        action = cast(str | None, self.action)
        if action is None or action == "metadata":
            return []
        return [people(self.deeds[action])()]

    def shown(self, subject: models.Model) -> Any:
        """A subject as it stands now, read afresh."""
        fresh = self.get_queryset().get(pk=subject.pk)
        return self.get_serializer(fresh).data

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "at": clock.now()}


def described(
    summary: str,
    *,
    tag: str,
    takes: Any = None,
    gives: Any = None,
    status: int = 200,
    refuses: tuple[int, ...] = (),
) -> Callable[[F], F]:
    """Describe a call for the schema. Every call may also answer 401 and 403."""
    given = gives if isinstance(gives, dict) else {status: gives}
    answers = dict.fromkeys((401, 403, *refuses), Problem)
    description = extend_schema(
        summary=summary, tags=[tag], request=takes, responses=given | answers
    )
    return cast(Callable[[F], F], description)


def asking(*parameters: Any) -> Callable[[F], F]:
    """Describe what a call is asked in its address."""
    return cast(Callable[[F], F], extend_schema(parameters=list(parameters)))


def counted(
    name: str,
    description: str = "",
    *,
    least: int = 0,
    most: int = LARGEST_WHOLE,
    required: bool = False,
) -> OpenApiParameter:
    """A whole number that is asked for in an address, as `whole_number` takes it."""
    bounds = {"type": "integer", "minimum": least, "maximum": most}
    return OpenApiParameter(name, bounds, description=description, required=required)
