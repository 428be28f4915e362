"""What a person is told: a page of their own, and a number in the side bar."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as say

from governance.actions import notices
from governance.admin.evidence_left import list_of_left
from governance.admin.pages import account_of
from governance.admin.set_pages import address_of_set
from governance.admin.version_pages import address_of_version
from governance.models import Account, AuditEntry, Notice, Person
from governance.notice_words import sentence_of

SHOWN = 100


def page(request: HttpRequest) -> HttpResponse:
    """Unread ones first. One is read when what it tells of is opened, all by a button."""
    account = account_of(request)
    if request.method == "POST":
        notices.mark_read(person=account.person)
        return HttpResponseRedirect(reverse("admin:notices"))
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    told = list(notices.told_to(account.person)[:SHOWN])
    doers = _doers(told)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": say("Notices"),
        "told": [(n, sentence_of(n), doers.get(n.number or 0, "")) for n in told],
        "unread": notices.unread(account.person).count(),
    }
    return TemplateResponse(request, "governance/notices.html", context)


def _doers(told: list[Notice]) -> dict[int, str]:
    """Who did what is told of, by the number of its entry; nobody where the clock did it."""
    entries = AuditEntry.objects.filter(number__in=[n.number for n in told if n.number])
    by = dict(entries.values_list("number", "person_id"))
    people = Person.objects.in_bulk({person for person in by.values() if person})
    return {number: str(people[person]) for number, person in by.items() if person in people}


def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to what a notice of one's own tells of; with that it is read."""
    mine = Notice.objects.filter(person=account_of(request).person)
    notice = get_object_or_404(mine, pk=pk)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    notices.mark_read(person=notice.person, pk=notice.pk)
    return HttpResponseRedirect(_address_of(notice))


def _address_of(notice: Notice) -> str:
    """Of what it tells of, or of what there is to do about it."""
    if "ticket" in notice.facts:
        return reverse("admin:llm_ticket_change", args=[notice.facts["ticket"]])
    if "training_set" in notice.facts:
        return reverse("admin:llm_trainingset_change", args=[notice.facts["training_set"]])
    if notice.version and notice.code == "evidence_left":
        return list_of_left(source=notice.version.source_id)
    if notice.version_id:
        return address_of_version(notice.version_id)
    if notice.change_set_id:
        return address_of_set(notice.change_set_id)
    return reverse("admin:notices")


def badge(request: HttpRequest) -> str:
    """The number of unread notices, for the side bar; empty where there are none."""
    user = request.user
    count = notices.unread(user.person).count() if isinstance(user, Account) else 0
    return str(count) if count else ""
