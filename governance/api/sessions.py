"""Logging in, asking who one is, and logging out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.bodies import Body, Line, Password
from governance.api.doors import Door, described
from governance.api.permissions import Anyone
from governance.duties import Deed, Role
from governance.errors import LockedOut, Malformed
from governance.models import Account

TAG = "session"
LONGEST_NAME = 60


class LoginFailed(exceptions.APIException):
    """One answer for an unknown name, a wrong password and a disabled account."""

    status_code = 401
    default_code = "login_failed"
    default_detail = gettext_lazy("The name or the password is wrong.")


class Credentials(Body):
    username = Line(max_length=LONGEST_NAME)
    password = Password()
    otp = Line(required=False, allow_blank=True)


class WhoAnswer(serializers.Serializer[Account]):
    """Who is logged in, and what the duty allows."""

    username = serializers.CharField()
    person = serializers.CharField(source="person.number")
    display_name = serializers.CharField(source="person.display_name")
    roles = serializers.SerializerMethodField()
    may = serializers.SerializerMethodField()

    def get_roles(self, account: Account) -> list[str]:
        return [role.value for role in Role if role in account.person.roles]

    def get_may(self, account: Account) -> list[str]:
        return [deed.value for deed in Deed if account.may(deed)]


class SessionDoor(Door):
    def get_authenticators(self) -> list[BaseAuthentication]:
        # Whoever logs in may do so with a session that has run out still in the cookie.
        return [] if self._logs_in() else super().get_authenticators()

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self._logs_in() else Anyone()]

    @described("Who is logged in", tag=TAG, gives=WhoAnswer)
    def get(self, request: Request) -> Response:
        return Response(WhoAnswer(self.caller).data)

    @described(
        "Log in", tag=TAG, takes=Credentials, gives=WhoAnswer, status=201, refuses=(400, 415, 429)
    )
    def post(self, request: Request) -> Response:
        """Sets the session cookie and the csrftoken cookie. What writes then sends the latter's
        value in the X-CSRFToken header."""
        given = self.sent(Credentials)
        _refuse_second_factor(given)
        account = _known(request, given)
        # Django keeps the key where the same account was logged in already.
        request._request.session.flush()
        login(request._request, account)
        return Response(WhoAnswer(account).data, status=201)

    @described("Log out", tag=TAG, status=204)
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)

    def _logs_in(self) -> bool:
        return getattr(self.request, "method", None) == "POST"


def _refuse_second_factor(given: dict[str, Any]) -> None:
    """A code that nobody checks must not look as if it had been."""
    if given.get("otp"):
        problem = _("No second factor is set up here. Leave it out.")
        raise Malformed(field="otp", problem=problem)


def _known(request: Request, given: dict[str, Any]) -> Account:
    whole = request._request
    account = authenticate(whole, username=given["username"], password=given["password"])
    if getattr(whole, "axes_locked_out", False):
        raise LockedOut
    if not isinstance(account, Account):
        raise LoginFailed
    return account
