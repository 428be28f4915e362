"""The first page: what this person must do today, whether all is well, and what falls due when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as say

from governance.duties import Deed
from governance.models import Account
from kbadmin.home.outlook import GROUPINGS, outlook
from kbadmin.home.today import due_table, waiting_for
from kbadmin.home.wellness import wellness


def index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the admin's first page."""
    account = request.user
    if not isinstance(account, Account):
        return context
    context |= {"title": say("Home"), "waiting": waiting_for(account)}
    if account.may(Deed.READ):
        by = request.GET.get("by", "")
        grouping = by if by in GROUPINGS else "class"
        context |= {"due": due_table(account), "outlook": outlook(grouping)}
    return context | {"parts": wellness(account)}
