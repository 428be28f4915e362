"""What Django itself refuses, as JSON where programs call and as a page elsewhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views import defaults

from llm.api.dialects.problems import OURS, media_type_at, shape_at


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_called(request):
        answer = _problem(request, 400, "malformed", _("The request cannot be read."))
    else:
        # The stock view reads the form for its token, and what cannot be read fails once more.
        answer = HttpResponse(get_template("400.html").render(), status=400)
    return _logged(request, exception, answer)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_called(request):
        answer = _problem(request, 403, "not_allowed", _("Your duty does not include this."))
    else:
        answer = defaults.permission_denied(request, exception)
    return _logged(request, exception, answer)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if _is_called(request):
        return _problem(request, 404, "not_found", _("There is nothing here."))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponseBase:
    """Says nothing of what went wrong; that stands in the log."""
    if _is_called(request):
        return _problem(request, 500, "our_fault", _("Something broke here. It has been logged."))
    return defaults.server_error(request)


def _logged(request: HttpRequest, exception: Exception, answer: HttpResponse) -> HttpResponse:
    """Say it in one line. Nothing is broken, so how it came to be said would be noise.

    Django logs an answer once, and would else log this one with the whole way it came.
    """
    kind, said = type(exception).__name__, str(exception)
    log_response("%s: %s %s", kind, request.path, said, response=answer, request=request)
    return answer


def _is_called(request: HttpRequest) -> bool:
    return shape_at(request.path) is not None


def _problem(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """In the dialect that is spoken at this address."""
    shape = shape_at(request.path) or OURS
    told = shape(status, {"code": code, "detail": detail})
    answer = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    answer.headers["Content-Type"] = media_type_at(request.path)
    return answer
