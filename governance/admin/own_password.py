"""Changing one's own password, which is an action like any other."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.actions import people
from governance.admin import forms as fields
from governance.admin.pages import ActionPage, account_of
from governance.admin.people_pages import NewPasswordForm
from governance.confirmation import confirm
from governance.models import Account


class OwnPasswordForm(NewPasswordForm):
    old = fields.password(_("Your password until now"))
    field_order = ["old", "password", "again"]


class ChangePassword(ActionPage[Account]):
    """Open to everybody who is logged in, whatever the duty."""

    path = "password-change"
    title = _("Change your password")
    button = _("Change password")
    hint = _("Your other sessions end; this one goes on.")
    done = _("Your password was changed.")
    form_class = OwnPasswordForm
    deed = None
    password_at = "old"  # noqa: S105  (a field)

    def back(self) -> str:
        return reverse("admin:index")

    def do(self, given: dict[str, Any]) -> str:
        confirm(self.account, given["old"], request=self.request)
        account = people.set_password(
            account=self.account, password=given["password"], by=self.account
        )
        update_session_auth_hash(self.request, account)
        return self.back()


def change_password(request: HttpRequest) -> HttpResponse:
    return ChangePassword(request, account_of(request)).answer()
