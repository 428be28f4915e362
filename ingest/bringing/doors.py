"""How the pages stand in the admin: who may open them, and bodies too large to be received."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as say
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from governance.admin.pages import account_of, refuse_without
from governance.duties import Deed
from governance.errors import TooLarge

View = Callable[..., HttpResponseBase]
Refuse = Callable[[HttpRequest, TooLarge], HttpResponse]


# What a file without a name is called until it is refused for that.
NO_NAME = " "


class _Parser(MultiPartParser):
    """Django passes over a file without a name, and nobody would be told."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or NO_NAME


class _Nameless(FileUploadHandler):
    """Has the body read by that parser, for those that stand there already."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.others = list(request.upload_handlers)

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> Any:
        return _Parser(META, input_data, self.others, encoding).parse()


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


def for_curators(view: View, refuse: Refuse | None = None, *, deed: Deed = Deed.CURATE) -> View:
    """For whose duty includes it, with the token checked after the body was read.

    The limit strikes while Django reads the body, which the check of the token does first.
    """
    checked = csrf_protect(view)

    def door(request: HttpRequest, **given: int) -> HttpResponseBase:
        refuse_without(deed, account_of(request))
        request.upload_handlers.insert(0, _Nameless(request))
        try:
            _ = request.POST
        except TooLarge as refusal:
            if refuse is None:
                return HttpResponse(str(refusal), status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return refuse(request, refusal)
        return checked(request, **given)

    exempt: View = csrf_exempt(door)
    return exempt
