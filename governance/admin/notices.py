"""What a person is told: a page of their own, and a number in the side bar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as say

from governance.actions import notices
from governance.admin.pages import account_of
from governance.models import Account
from governance.notice_words import sentence_of

SHOWN = 100


def page(request: HttpRequest) -> HttpResponse:
    """Unread ones first. Reading the page leaves them unread; a button says that they are read."""
    account = account_of(request)
    if request.method == "POST":
        notices.mark_read(person=account.person)
        return HttpResponseRedirect(reverse("admin:notices"))
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    told = notices.told_to(account.person)[:SHOWN]
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": say("Notices"),
        "told": [(notice, sentence_of(notice)) for notice in told],
        "unread": notices.unread(account.person).count(),
    }
    return TemplateResponse(request, "governance/notices.html", context)


def badge(request: HttpRequest) -> str:
    """The number of unread notices, for the side bar; empty where there are none."""
    user = request.user
    count = notices.unread(user.person).count() if isinstance(user, Account) else 0
    return str(count) if count else ""
