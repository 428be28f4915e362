"""Which people and which programs a call lets in.

Who is known but may not is refused here, before anything is looked up, and the attempt leaves
its trace in the trail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from governance.actions import refusals
from governance.duties import Deed, Scope
from governance.errors import NotAllowed, ScopeMissing
from governance.models import Account, Client

if TYPE_CHECKING:
    # Django REST framework asks for this module while it is making that one.
    from rest_framework.views import APIView


class Nobody(BasePermission):
    """What every view has until it says whom it lets in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False


class Anyone(BasePermission):
    """Let in every person, whatever the duty."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return _let_in(request, isinstance(request.user, Account))


def people(deed: Deed) -> type[BasePermission]:
    """Let in people whose duty includes the deed."""

    class May(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            user = request.user
            return _let_in(request, isinstance(user, Account) and user.may(deed))

    return May


def programs(scope: Scope, *others: Scope, or_people: Deed | None = None) -> type[BasePermission]:
    """Let in programs whose key opens one of the scopes, and people of a deed if one is given."""

    class Opens(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            user = request.user
            if isinstance(user, Client):
                opens = any(user.opens(each) for each in (scope, *others))
                return _let_in(request, opens, ScopeMissing(scope=scope))
            may = isinstance(user, Account) and or_people is not None and user.may(or_people)
            return _let_in(request, may)

    return Opens


def _let_in(request: Request, may: bool, why: NotAllowed | None = None) -> bool:
    """False for nobody at all (401). Raises `NotAllowed` for somebody who may not (403)."""
    if not may and isinstance(request.user, Account | Client):
        refusals.refuse(by=request.user, why=why)
    return may


def open_to(user: object) -> tuple[str, ...]:
    """The classes that a program may be given; none named where that is all of them."""
    return tuple(user.source_classes) if isinstance(user, Client) else ()
