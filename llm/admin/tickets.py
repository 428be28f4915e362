"""Feedback that asks for an answer: the queue, one ticket, and the page on which it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin import forms as fields
from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import Filter, of_column
from governance.admin.pages import ActionPage
from governance.admin.passage_pages import open_quarantine_of, place_of
from governance.admin.standing import moment
from governance.admin.tables import opening
from governance.admin.version_pages import address_of_version
from governance.duties import Deed
from governance.models import Account, Passage
from llm.actions import tickets
from llm.models import Decision, Feedback, Ticket, UsagePassage, Verdict

STATES = [
    ("open", _("waiting")),
    ("mine", _("waiting for you")),
    ("overdue", _("overdue")),
    ("decided", _("answered")),
]
COLOURS = {Verdict.WRONG: "bad", Verdict.OVERRIDDEN: "warn"}


class ByState(Filter):
    title = _("state")
    parameter_name = "state"
    words = STATES

    def narrow(self, rows: QuerySet[Any], word: str, account: Account) -> QuerySet[Any]:
        if word == "decided":
            return rows.exclude(decided_at=None)
        rows = rows.filter(decided_at=None)
        if word == "mine":
            return rows.filter(owner=account.person)
        return rows.filter(due_on__lt=clock.today()) if word == "overdue" else rows


ByVerdict = of_column("verdict", _("verdict"), Verdict.choices, "verdict")


class DecideForm(forms.Form):
    decision = fields.one_of(_("What was done"), Decision.choices)
    answer = fields.paragraph(
        _("Answer"),
        _("Whoever gave the feedback reads this. Where nothing is changed, say why it stands."),
    )


class Decide(ActionPage[Ticket]):
    path = "decide"
    deed = Deed.ANSWER
    title = _("Answer the feedback")
    button = _("Answer")
    hint = _("Closes the ticket. The program that gave the feedback is told what you write here.")
    done = _("Answered.")
    form_class = DecideForm
    action_refuses = True

    def fits(self) -> bool:
        return self.subject.decided_at is None

    def back(self) -> str:
        return reverse("admin:llm_ticket_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        mine = reverse("admin:llm_ticket_changelist")
        return [(say("Feedback"), mine), (str(self.subject), self.back())]

    def do(self, given: dict[str, Any]) -> str:
        tickets.decide(
            ticket=self.subject,
            decision=given["decision"],
            answer=given["answer"],
            by=self.account,
        )
        return self.back()


@admin.register(Ticket)
class TicketAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Feedback")
    empty_sentence = _("No reader has called an answer wrong, or overridden one.")
    pages = (Decide,)
    detail_template = "llm/ticket.html"
    list_display = ["number", "said", "about", "whose", "due", "standing"]
    list_filter = [ByState, ByVerdict]
    list_select_related = ["version__source", "owner"]
    search_fields = ["version__source__title"]
    search_help_text = _("A source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        """What waits longest first, then what was answered last."""
        rows: QuerySet[Ticket] = super().get_queryset(request)
        return rows.order_by(F("decided_at").desc(nulls_first=True), "due_on", "pk")

    @admin.display(description=_("Number"), ordering="pk")
    def number(self, ticket: Ticket) -> str:
        return str(ticket)

    @admin.display(description=_("Verdict"), ordering="verdict")
    def said(self, ticket: Ticket) -> str:
        return _verdict(ticket)

    @admin.display(description=_("About"))
    def about(self, ticket: Ticket) -> str:
        return str(ticket.version or "–")

    @admin.display(description=_("For"), ordering="owner__display_name")
    def whose(self, ticket: Ticket) -> str:
        return str(ticket.owner or "–")

    @admin.display(description=_("Due"), ordering="due_on")
    def due(self, ticket: Ticket) -> str:
        return ticket.due_on.isoformat()

    @admin.display(description=_("Standing"))
    def standing(self, ticket: Ticket) -> str:
        if ticket.decision:
            return badge("good", ticket.get_decision_display())
        overdue = ticket.is_overdue(clock.today())
        return badge("bad", say("overdue")) if overdue else badge("info", say("waiting"))

    def detail(self, request: HttpRequest, subject: Ticket) -> Mapping[str, Any]:
        rows = Feedback.objects.select_related("client", "usage")
        feedback = rows.filter(pk=subject.feedback).first()
        version = subject.version
        return {
            "title": say("Feedback %(number)s") % {"number": subject},
            "crumbs": [(self.list_title, reverse("admin:llm_ticket_changelist"))],
            "ticket": subject,
            "verdict": _verdict(subject),
            "standing": self.standing(subject),
            "feedback": feedback,
            "given": _given(feedback, subject) if feedback else [],
            "doubted": _doubted(subject.passage),
            "version_address": address_of_version(version.pk) if version else "",
            "opened": moment(subject.opened_at),
        }


def _verdict(ticket: Ticket) -> str:
    return badge(COLOURS[Verdict(ticket.verdict)], ticket.get_verdict_display())


def _given(feedback: Feedback, ticket: Ticket) -> list[dict[str, Any]]:
    """What was given in the retrieval, with what is in force of it now."""
    rows = UsagePassage.objects.filter(usage=feedback.usage_id).order_by("place")
    rows = rows.select_related("passage__section", "passage__version__source")
    numbers = [row.passage_id for row in rows]
    now = Passage.objects.in_force(clock.now()).filter(pk__in=numbers)
    holding = set(now.values_list("pk", flat=True))
    return [
        {
            "passage": row.passage,
            "address": place_of(row.passage),
            "html": opening(row.passage.text),
            "holds": row.passage_id in holding,
            "is_doubted": row.passage_id == ticket.passage_id,
        }
        for row in rows
    ]


def _doubted(passage: Passage | None) -> dict[str, Any] | None:
    """What may be done about the passage that is doubted."""
    if passage is None:
        return None
    quarantined = open_quarantine_of(passage) is not None
    return {
        "address": place_of(passage),
        "is_quarantined": quarantined,
        "quarantine": reverse("admin:passage_quarantine", args=[passage.pk]),
        "amend": reverse("admin:version_amend", args=[passage.version_id]),
    }
