"""Ends a session that nobody has used for a while, or that is as old as one may become."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from governance import clock
from governance.sessions import BEGAN, GRAIN, SEEN, is_over

# Tells the login page why somebody stands before it.
ENDED = "ended"


class IdleMiddleware:
    """After `SESSION_IDLE_MINUTES` without a request, and after `SESSION_COOKIE_AGE` in any case,
    the next request is nobody's. What the browser keeps does not matter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = clock.now().timestamp()
            if is_over(request.session, now):
                logout(request)
                return _telling(self.get_response(request))
            if now - request.session.get(SEEN, 0) >= GRAIN:
                request.session.setdefault(BEGAN, now)
                request.session[SEEN] = now
        return self.get_response(request)


def _telling(response: HttpResponse) -> HttpResponse:
    """Whoever is led to the login is told there that the session ended."""
    address = response.headers.get("Location", "")
    if address.startswith(reverse("admin:login")):
        response["Location"] = f"{address}{'&' if '?' in address else '?'}{ENDED}=1"
    return response
