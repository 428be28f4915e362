"""Gives every request a number by which it is found in the logs: the caller's own, or a new one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# What goes into logs, headers and rows as it came.
WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{1,64}")
HEADER = "HTTP_X_REQUEST_ID"


class RequestIdMiddleware:
    """What is not well formed is taken for none, and never comes back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = str(request.META.get(HEADER, ""))
        known = given if WELL_FORMED.fullmatch(given) else str(uuid.uuid4())
        request.META[HEADER] = known
        response = self.get_response(request)
        response["X-Request-Id"] = known
        return response
