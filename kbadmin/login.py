"""The form to log in with. Apart from the admin, which is loaded later than the site is made."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """Says what is wrong without speaking of staff accounts."""

    error_messages: Mapping[str, Promise] = {
        "invalid_login": _("Name and password do not fit together, or the account is disabled."),
        "inactive": _("This account is disabled."),
    }
