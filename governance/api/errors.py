"""Every error as `{"code", "detail"}` with the status that says whose turn it is."""

from __future__ import annotations

from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from governance.errors import (
    LockedOut,
    Malformed,
    NotAllowed,
    PasswordWrong,
    Refused,
    TooLarge,
)

STATUS: dict[type[Refused], int] = {
    Malformed: 400,
    NotAllowed: 403,
    PasswordWrong: 403,
    TooLarge: 413,
    LockedOut: 429,
}
RETRY_AFTER_LOCK = str(15 * 60)


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """What is refused is a conflict unless the table says otherwise; our own faults rise."""
    set_rollback()
    if isinstance(error, Refused):
        headers = {"Retry-After": RETRY_AFTER_LOCK} if isinstance(error, LockedOut) else {}
        extra = {"field": error.facts["field"]} if isinstance(error, Malformed) else {}
        return _answer(STATUS.get(type(error), 409), error.code, str(error), extra, headers)
    if isinstance(error, OperationalError | InterfaceError):
        sentence = _("The truth cannot be read just now. Nothing was served or changed.")
        return _answer(503, "truth_unreachable", sentence)
    if isinstance(error, Http404):
        return _answer(404, "not_found", _("There is nothing here."))
    if isinstance(error, exceptions.ValidationError):
        return _answer(400, "malformed", sentences(error.detail))
    if isinstance(error, exceptions.APIException):
        return _answer(
            error.status_code, _code(error), sentences(error.detail), {}, _headers(error)
        )
    return None


def sentences(detail: Any, *, field: str = "") -> str:
    """Nested problems of fields as one line of text."""
    if isinstance(detail, dict):
        names = {k: f"{field}.{k}" if field else str(k) for k in detail}
        parts = (
            sentences(v, field="" if k == "non_field_errors" else names[k])
            for k, v in detail.items()
        )
        return " ".join(parts)
    if isinstance(detail, list):
        return " ".join(sentences(part, field=field) for part in detail)
    return f"{field}: {detail}" if field else str(detail)


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = "Bearer"
    wait = getattr(error, "wait", None)
    return headers | ({"Retry-After": str(round(wait))} if wait else {})


def _answer(
    status: int,
    code: str,
    detail: str,
    extra: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    return Response(
        {"code": code, "detail": detail, **(extra or {})}, status=status, headers=headers
    )
