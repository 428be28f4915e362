"""Every error as `{"code", "detail"}` with the status that says whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import set_rollback

from governance.api.passing import AnsweredBefore
from governance.calling_errors import ClassNotOpen, KeyUsedOtherwise, StillBeingDone
from governance.errors import (
    ClockBehind,
    LockedOut,
    Malformed,
    NotAllowed,
    PasswordWrong,
    Refused,
    ScopeMissing,
    TooLarge,
)

STATUS: dict[type[Refused], int] = {
    Malformed: 400,
    NotAllowed: 403,
    ScopeMissing: 403,
    ClassNotOpen: 403,
    PasswordWrong: 403,
    TooLarge: 413,
    KeyUsedOtherwise: 422,
    LockedOut: 429,
    ClockBehind: 503,
}
# In seconds.
WAITS: dict[type[Refused], str] = {LockedOut: str(15 * 60), StillBeingDone: "1"}
TRUTH_AWAY = (OperationalError, InterfaceError)
# What Django finds wrong with a request while it is still reading it.
NOT_A_REQUEST = (SuspiciousOperation, MultiPartParserError, UnreadablePostError)
LONGEST_DETAIL = 2000


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """What is refused is a conflict unless the table says otherwise; our own faults rise."""
    set_rollback()
    if isinstance(error, AnsweredBefore):
        return Response(error.body, status=error.status, headers={"Idempotent-Replayed": "true"})
    response = _in_words(error)
    if response is not None and (number := number_of(context.get("request"))):
        response.data["request_id"] = number
    return response


def _in_words(error: Exception) -> Response | None:
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error)
    if isinstance(error, exceptions.APIException):
        return answer(
            error.status_code, _code(error), sentences(error.detail), headers=_headers(error)
        )
    if isinstance(error, Http404):
        return answer(404, "not_found", _("There is nothing here."))
    if isinstance(error, TRUTH_AWAY):
        sentence = _("The truth cannot be read just now. Nothing was served or changed.")
        return answer(503, "truth_unreachable", sentence)
    return _unreadable(error)


def number_of(request: Request | None) -> str:
    """By which a request is found in the logs."""
    return str(request.META.get("HTTP_X_REQUEST_ID", "")) if request is not None else ""


def sentences(detail: Any, *, field: str = "") -> str:
    """Nested problems of fields as one line of text."""
    if isinstance(detail, dict):
        names = {k: f"{field}.{k}" if field else str(k) for k in detail}
        parts = (
            sentences(v, field="" if k == "non_field_errors" else names[k])
            for k, v in detail.items()
        )
        return " ".join(part for part in parts if part)
    if isinstance(detail, list):
        return " ".join(sentences(part, field=field) for part in detail if part)
    return f"{field}: {detail}" if field else str(detail)


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    field: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error as it is sent. What was typed may stand in it, so it is made fit to be sent."""
    body = {"code": code, "detail": _sendable(detail)}
    if field:
        body["field"] = _sendable(field)
    return Response(body, status=status, headers=dict(headers or {}))


def _refused(error: Refused) -> Response:
    headers = {"Retry-After": wait} if (wait := WAITS.get(type(error))) else {}
    field = str(error.facts["field"]) if isinstance(error, Malformed) else ""
    status = STATUS.get(type(error), 409)
    return answer(status, error.code, str(error), field=field, headers=headers)


def _invalid(error: exceptions.ValidationError) -> Response:
    return answer(400, "malformed", sentences(error.detail), field=_first_field(error.detail))


def _unreadable(error: Exception) -> Response | None:
    if isinstance(error, RequestDataTooBig):
        return answer(413, "too_large", _("The request is too large."))
    if isinstance(error, NOT_A_REQUEST):
        return answer(400, "malformed", _("The request cannot be read."))
    return None


def _first_field(detail: Any) -> str:
    """The dotted name of the first field there is a problem with; empty if it is the whole."""
    if isinstance(detail, list):
        return next((name for part in detail if (name := _first_field(part))), "")
    if not isinstance(detail, dict):
        return ""
    name, problem = next(iter(detail.items()))
    inner = _first_field(problem)
    own = "" if name == "non_field_errors" else str(name)
    return f"{own}.{inner}" if own and inner else own or inner


def _code(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ParseError):
        return "malformed"
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = "Bearer"
    wait = getattr(error, "wait", None)
    return headers | ({"Retry-After": str(round(wait))} if wait else {})


def _sendable(text: str) -> str:
    return text[:LONGEST_DETAIL].encode(errors="replace").decode()
