"""What the doors of all dialects share: the doors' own rules, and errors in the dialect's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from governance.api import errors
from governance.api.doors import Door
from governance.models import Client
from llm.api import asking
from llm.api.dialects.problems import OURS, Shape
from llm.api.questions import AskedBody

TAG = "clients"
F = TypeVar("F", bound=Callable[..., Any])


class DialectDoor(Door):
    shape: ClassVar[Shape] = OURS
    # Where a client of the dialect knows a status by another number.
    statuses: ClassVar[Mapping[int, int]] = {}

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return self._said

    def _said(self, error: Exception, context: dict[str, Any]) -> Response | None:
        response = errors.handle(error, context)
        if response is None:
            return None
        status = self.statuses.get(response.status_code, response.status_code)
        answer = Response(type(self).shape(status, response.data), status=status)
        for name, value in response.headers.items():
            answer[name] = value
        # By which it is counted, for the dialect may not say it where ours does.
        answer.told = response.data  # type: ignore[attr-defined]
        return answer

    @property
    def program(self) -> Client:
        return cast(Client, self.request.user)

    def answers(self, questions: list[dict[str, Any]], *, least: float) -> list[dict[str, Any]]:
        """As `retrieve/` answers them: checked as it checks, asked and written down as it does."""
        sent = []
        for question in questions:
            body = AskedBody(data=question)
            body.is_valid(raise_exception=True)
            sent.append(cast(dict[str, Any], body.validated_data))
        return asking.of_now(sent, self.request, least=least)


class Fraction(serializers.FloatField):
    """From 0 to 1, as a number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=1, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class NoSuchThing(APIException):
    status_code = 404
    default_code = "not_found"


def spoken(
    summary: str,
    *,
    gives: Any,
    problem: Any,
    takes: Any = None,
    refuses: tuple[int, ...] = (),
    **more: Any,
) -> Callable[[F], F]:
    """Describe a call whose errors are the dialect's. Every call may also answer 401 and 403."""
    answers = gives if isinstance(gives, dict) else {200: gives}
    answers |= dict.fromkeys((401, 403, *refuses), problem)
    description = extend_schema(
        summary=summary, tags=[TAG], request=takes, responses=answers, **more
    )
    return cast(Callable[[F], F], description)


def cited_line(passage: Mapping[str, Any]) -> str:
    """What stands for the text where the licence lets it be cited but not quoted."""
    cited = passage["citation"]
    page = f", p. {cited['page']}" if cited["page"] else ""
    where = " › ".join(cited["section"])
    return f"[{cited['title']} ({cited['label']}){page}, {where}: {cited['url']}]"


def text_of(passage: Mapping[str, Any]) -> str:
    return cast("str | None", passage["text"]) or cited_line(passage)
