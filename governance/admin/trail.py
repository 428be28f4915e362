"""The audit trail, to be read by the compliance officer. Nothing here changes anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.base import GovernedAdmin
from governance.admin.filters import Filter, Rows
from governance.admin.standing import moment
from governance.admin.trail_words import ACTIONS, ACTORS, PRIVATE, SUBJECTS
from governance.duties import Deed
from governance.models import Account, AuditEntry, AuditPayload, Client, Person

LONGEST_REASON = 120
# What compliance may open beyond the trail itself.
OPENED = {"source", "version", "passage"}


class ByAction(Filter):
    title = _("action")
    parameter_name = "action"
    words = tuple(ACTIONS.items())

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(action=word)


class ByPeriod(Filter):
    title = _("time")
    parameter_name = "period"
    words = (
        ("1", _("The last 24 hours")),
        ("7", _("The last 7 days")),
        ("30", _("The last 30 days")),
        ("184", _("The last half year")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(at__gte=clock.now() - timedelta(days=int(word)))


class ByActor(Filter):
    title = _("who")
    parameter_name = "who"
    words = tuple(ACTORS.items())

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(by_kind=word)


@admin.register(AuditEntry)
class TrailAdmin(GovernedAdmin):
    view_deed = Deed.AUDIT
    list_title = _("Audit trail")
    empty_sentence = _("There is no entry yet.")
    detail_template = "governance/entry.html"
    list_display = ["place", "moment", "actor", "deed", "object", "reason"]
    list_filter = [ByAction, ByPeriod, ByActor]
    date_hierarchy = "at"
    search_fields = ["=number", "=subject_id"]
    search_help_text = _("Number of an entry, or number of a subject")
    ordering = ["-number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        person = Person.objects.filter(pk=OuterRef("person_id"))
        client = Client.objects.filter(pk=OuterRef("by_id"))
        payload = AuditPayload.objects.filter(number=OuterRef("number"))
        return rows.defer("leaf", "leaf_hash").annotate(
            person_name=Subquery(person.values("display_name")[:1]),
            client_name=Subquery(client.values("name")[:1]),
            private=Subquery(payload.values("content")[:1]),
        )

    @admin.display(description=_("Number"), ordering="number")
    def place(self, entry: AuditEntry) -> str:
        return f"#{entry.number}"

    @admin.display(description=_("Time"), ordering="number")
    def moment(self, entry: AuditEntry) -> str:
        return moment(entry.at)

    @admin.display(description=_("Who"))
    def actor(self, entry: AuditEntry) -> str:
        return actor_of(entry)

    @admin.display(description=_("Action"), ordering="action")
    def deed(self, entry: AuditEntry) -> str:
        return str(ACTIONS.get(entry.action, entry.action))

    @admin.display(description=_("Subject"))
    def object(self, entry: AuditEntry) -> str:
        return subject_of(entry)

    @admin.display(description=_("Reason"))
    def reason(self, entry: Any) -> str:
        reason = str((entry.private or {}).get("reason", ""))
        return reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"

    def detail(self, request: HttpRequest, subject: Any) -> Mapping[str, Any]:
        return {
            "title": f"#{subject.number}",
            "entry": subject,
            "actor": actor_of(subject),
            "deed": ACTIONS.get(subject.action, subject.action),
            "subject": subject_of(subject),
            "private": [
                (PRIVATE.get(name, name), value)
                for name, value in sorted((subject.private or {}).items())
            ],
            "leaf": json.dumps(json.loads(bytes(subject.leaf)), indent=2, ensure_ascii=False),
            "leaf_hash": bytes(subject.leaf_hash).hex(),
            "crumbs": [(say("Audit trail"), reverse("admin:governance_auditentry_changelist"))],
        }


def actor_of(entry: Any) -> str:
    """The person's name, the program's, or what it was that acted by itself."""
    if entry.by_kind == "account":
        return str(entry.person_name or say("Person %(number)s") % {"number": entry.person_id})
    if entry.by_kind == "client":
        return str(entry.client_name or say("Program %(number)s") % {"number": entry.by_id})
    return str(ACTORS.get(entry.by_kind, entry.by_kind))


def subject_of(entry: AuditEntry) -> str:
    if not entry.subject_type:
        return "–"
    words = f"{SUBJECTS.get(entry.subject_type, entry.subject_type)} {entry.subject_id}"
    if entry.subject_type not in OPENED:
        return words
    address = reverse(f"admin:governance_{entry.subject_type}_change", args=[entry.subject_id])
    return format_html('<a class="kb-link" href="{}">{}</a>', address, words)
