"""The form to log in with. Apart from the admin, which is loaded later than the site is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """Says what is wrong without speaking of staff accounts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Login name")

    error_messages: Mapping[str, Promise] = {
        "invalid_login": _("Name and password do not fit together, or the account is disabled."),
        "inactive": _("This account is disabled."),
    }
