"""What Django itself refuses, as JSON where programs call and as a page elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults

PROGRAMS = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_called(request):
        return _problem(400, "malformed", _("The request cannot be read."))
    return defaults.bad_request(request, exception)


def denied(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_called(request):
        return _problem(403, "not_allowed", _("Your duty does not include this."))
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_called(request):
        return _problem(404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponseBase:
    """Says nothing of what went wrong; that stands in the log."""
    if _is_called(request):
        return _problem(500, "our_fault", _("Something broke here. It has been logged."))
    return defaults.server_error(request)


def _is_called(request: HttpRequest) -> bool:
    return request.path.startswith(PROGRAMS)


def _problem(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(
        {"code": code, "detail": detail}, status=status, json_dumps_params={"ensure_ascii": False}
    )
