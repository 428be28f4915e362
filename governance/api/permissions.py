"""Which people and which programs a call lets in."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from governance.duties import Deed, Scope
from governance.models import Account, Client


class Nobody(BasePermission):
    """What every view has until it says whom it lets in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False


def people(deed: Deed) -> type[BasePermission]:
    """Let in people whose duty includes the deed."""

    class May(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            return isinstance(request.user, Account) and request.user.may(deed)

    return May


def programs(scope: Scope, *, or_people: Deed | None = None) -> type[BasePermission]:
    """Let in programs whose key opens the scope, and people of a deed if one is given."""

    class Opens(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            if isinstance(request.user, Client):
                return request.user.opens(scope)
            if not isinstance(request.user, Account):
                return False
            return or_people is not None and request.user.may(or_people)

    return Opens
