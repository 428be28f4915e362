"""Answering feedback: one decision a ticket, with the sentence that whoever asked will read."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from governance.actions import notices
from governance.actions.notices import News
from governance.duties import Deed
from governance.errors import Malformed, NotQuarantined
from governance.models import Account, Passage, Quarantine
from governance.trail import changing, needs_reason
from llm.errors import StillServed, TicketDecided
from llm.models import Decision, Ticket


def decide(*, ticket: Ticket, decision: str, answer: str, by: Account) -> Ticket:
    """Refused a second time, and where what is said to have been done was not done."""
    with changing(by=by, may=Deed.ANSWER) as changes:
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
        if ticket.decided_at is not None:
            raise TicketDecided
        if decision not in Decision.values:
            raise Malformed(field="decision", problem=_("Choose what was decided."))
        ticket.answer = needs_reason(answer, field="answer")
        _refuse_what_was_not_done(ticket, decision, changes.at)
        ticket.decision, ticket.decided_by, ticket.decided_at = decision, by.person, changes.at
        ticket.save(update_fields=["decision", "answer", "decided_by", "decided_at"])
        changes.note("ticket.decided", ticket, decision=decision, private={"answer": ticket.answer})
    return ticket


def _refuse_what_was_not_done(ticket: Ticket, decision: str, at: datetime) -> None:
    """Of a doubted passage alone it can be told."""
    if ticket.passage_id is None or decision == Decision.NO_CHANGE:
        return
    if decision == Decision.QUARANTINED and not _is_quarantined(ticket, at):
        raise NotQuarantined
    if Passage.objects.in_force(at).filter(pk=ticket.passage_id).exists():
        raise StillServed


def _is_quarantined(ticket: Ticket, at: datetime) -> bool:
    standing = Quarantine.objects.holding(at).filter(version=ticket.version_id)
    return standing.filter(passage__in=[ticket.passage_id]).exists() or (
        standing.filter(passage=None).exists()
    )


def remind(today: date) -> int:
    """Tell whose turn it was of what was not answered in time, once a ticket."""
    waiting = Ticket.objects.overdue(today).exclude(version=None).exclude(owner=None)
    return sum(
        notices.tell_of(
            News(
                "ticket_overdue",
                ticket.version,
                frozenset({ticket.owner_id}),
                {"ticket": ticket.pk, "due": ticket.due_on.isoformat()},
            ),
            f"ticket:{ticket.pk}",
        )
        for ticket in waiting.select_related("version")
        if ticket.version and ticket.owner_id
    )
