"""Filters of the lists of accounts and keys."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.filters import Filter, Rows
from governance.duties import CONTENT, DUTY_OF, Role, Scope
from governance.lockouts import locked_names
from governance.models import Account, ClientKey


class ByAccountState(Filter):
    title = _("state")
    parameter_name = "state"
    words = (("active", _("Active")), ("disabled", _("Disabled")), ("locked", _("Locked")))

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        if word == "locked":
            return rows.filter(username__in=locked_names(clock.now()))
        return rows.filter(is_active=word == "active")


class ByRole(Filter):
    title = _("role")
    parameter_name = "role"
    words = Role.choices

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(of_role(Role(word)))


def of_role(role: Role) -> Q:
    """A role within content is a flag of the person; any other is the duty itself."""
    if role in CONTENT:
        return Q(**{f"person__is_{role.value}": True})
    return Q(person__duty=DUTY_OF[role])


class ByKeyState(Filter):
    title = _("state")
    parameter_name = "state"
    words = (
        ("valid", _("Valid")),
        ("expired", _("Expired")),
        ("revoked", _("Revoked")),
        ("unused", _("Never used")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        living = Q(pk__in=ClientKey.objects.living(clock.now()).values("client"))
        kinds: dict[str, Any] = {
            "valid": living & Q(revoked_at=None),
            "expired": ~living & Q(revoked_at=None),
            "revoked": Q(revoked_at__isnull=False),
            "unused": Q(last_used_at=None),
        }
        return rows.filter(kinds[word])


class ByScope(Filter):
    title = _("what it opens")
    parameter_name = "scope"
    words = Scope.choices

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        """A list in JSON: SQLite cannot ask whether it holds something, but text can be read."""
        told = rows.alias(told=Cast("scopes", TextField()))
        held: Rows = told.filter(told__contains=f'"{word}"')
        return held
