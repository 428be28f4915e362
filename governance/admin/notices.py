"""What a person is told: a page of their own, and a number in the side bar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import notices
from governance.admin.pages import account_of
from governance.models import Account, Notice

SHOWN = 100

SENTENCES: dict[str, Promise] = {
    "to_review": _("was submitted for review in your department"),
    "asked_to_review": _("waits for your review; you were asked"),
    "second_needed": _("was approved by the first of two and needs you"),
    "sent_back": _("was sent back; correct it and submit it again"),
    "approved": _("was approved"),
    "retired": _("was retired"),
    "left_force": _("left force: its review was not done in time"),
    "quarantined": _("is quarantined; two persons are needed to end it"),
    "passage_quarantined": _("has a passage in quarantine; two persons are needed to end it"),
    "not_read": _("has a file that could not be read"),
    "commented": _("was commented on"),
    "due": _("is due for review by %(due)s"),
    "overdue": _("is overdue since %(due)s and served no more"),
}


def sentence_of(notice: Notice) -> str:
    told: str = str(SENTENCES[notice.code]) % notice.facts
    return told


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
