"""Who calls: a program by its key, a person by the session."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from governance import clock
from governance.models import Account, Client, ClientKey


class BearerKey(authentication.BaseAuthentication):
    """`Authorization: Bearer KEY`."""

    def authenticate(self, request: Request) -> tuple[Client, ClientKey] | None:
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        found, at = None, clock.now()
        if scheme.lower() == "bearer" and key.strip():
            found = ClientKey.objects.opening(key.strip(), at=at)
        if found is None:
            raise AuthenticationFailed(_("The key is unknown, revoked or has expired."))
        found.note_use(at=at)
        return found.client, found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class Session(authentication.SessionAuthentication):
    """The session cookie of `session/`, with the CSRF token on what writes."""

    def authenticate(self, request: Request) -> tuple[Account, None] | None:
        found = super().authenticate(request)
        return found if found and isinstance(found[0], Account) else None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as denied:
            sentence = _("The X-CSRFToken header is missing or not that of the csrftoken cookie.")
            raise PermissionDenied(sentence, code="csrf_failed") from denied

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = BearerKey
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = Session
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
