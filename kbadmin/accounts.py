"""How accounts log in, and what a locked one is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from governance.models import Account

WAIT_SECONDS = 15 * 60


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Whose account a login name means, however it is typed: what wrong passwords count against."""
    typed = str((credentials or {}).get("username") or request.POST.get("username") or "")
    name = Account.normalize_username(typed)
    known = Account.objects.filter(username__iexact=name).values_list("username", flat=True)
    return known.first() or name


class AccountBackend(ModelBackend):
    """By name and password. Django's permissions are not used: a duty alone gives power.

    Two names that differ in capitals are never two accounts, so that either logs in.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Any:
        if request is not None and username:
            username = name_tried(request, {"username": username})
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id: int) -> Account | None:
        account = Account.objects.select_related("person").filter(pk=user_id).first()
        return account if account and account.is_active else None


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    sentence = _("Too many wrong passwords. The account is locked; try again later.")
    headers = {"Retry-After": str(WAIT_SECONDS)}
    if request.path.startswith("/api/"):
        body = {"code": "locked_out", "detail": sentence}
        return JsonResponse(body, status=429, headers=headers)
    page = render(request, "locked_out.html", {"sentence": sentence}, status=429)
    page["Retry-After"] = headers["Retry-After"]
    return page
