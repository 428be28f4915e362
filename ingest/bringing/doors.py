"""How the pages stand in the admin: who may open them, and bodies too large to be received."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from governance.admin.pages import account_of, refuse_without
from governance.duties import Deed
from governance.errors import TooLarge

View = Callable[..., HttpResponse]
Refuse = Callable[[HttpRequest, TooLarge], HttpResponse]


def inbox_address() -> str:
    return reverse("admin:bring_in")


def confirm_address(pk: int) -> str:
    return reverse("admin:bring_in_confirm", args=[pk])


def list_address(pk: int) -> str:
    return reverse("admin:bring_in_list", args=[pk])


def session_words() -> dict[str, str]:
    """What a page says that finds, before it sends, that nobody is logged in any more."""
    return {
        "loggedOut": say(
            "You are logged out. Nothing is lost: log in again in another window, then press once"
            " more here."
        ),
        "logIn": say("Log in"),
        "logInAt": reverse("admin:login"),
        "away": say("The server cannot be reached. Nothing is lost: press once more in a moment."),
    }


def for_curators(view: View, refuse: Refuse | None = None) -> View:
    """For whose duty includes it, with the token checked after the body was read.

    The limit strikes while Django reads the body, which the check of the token does first.
    """
    checked = csrf_protect(view)

    def door(request: HttpRequest, **given: int) -> HttpResponse:
        refuse_without(Deed.CURATE, account_of(request))
        try:
            _ = request.POST
        except TooLarge as refusal:
            if refuse is None:
                return HttpResponse(str(refusal), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return refuse(request, refusal)
        return checked(request, **given)

    exempt: View = csrf_exempt(door)
    return exempt
