"""Keeping what readers say of answers, and opening a ticket where somebody has to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from governance.errors import Malformed
from governance.models import Client, Passage, Person, Source
from governance.trail import Changes, changing
from llm.errors import FeedbackDiffers
from llm.masking import masked
from llm.models import Feedback, Ticket, Usage
from llm.models.feedback import ASKS_FOR_AN_ANSWER
from llm.usage import commit_to


@dataclass(frozen=True)
class Said:
    verdict: str
    passage: int | None = None
    comment: str = ""


def give(*, usage: Usage, said: Said, by: Client) -> tuple[Feedback, bool]:
    """The feedback as it is kept, and whether it is new. Kept masked.

    Refused where the passage was not given in that retrieval, and where the same program has said
    something else of the same before.
    """
    comment = masked(said.comment)
    with changing(by=by) as changes:
        if said.passage and not usage.given.filter(passage=said.passage).exists():
            problem = _("This passage was not given in that retrieval.")
            raise Malformed(field="passage", problem=problem)
        kept = Feedback.objects.filter(client=by, usage=usage, passage=said.passage).first()
        if kept:
            if (kept.verdict, kept.comment) != (said.verdict, comment):
                raise FeedbackDiffers
            return kept, False
        made = Feedback.objects.create(
            usage=usage,
            client=by,
            at=changes.at,
            verdict=said.verdict,
            passage_id=said.passage,
            comment=comment,
        )
        commit_to(made)
        if made.verdict in ASKS_FOR_AN_ANSWER:
            _open(made, changes)
    return made, True


def owner_of(source: Source) -> Person | None:
    """The source's owner, or the lead of its department once the owner has no account left."""
    lead = source.department.lead if source.department else None
    return next((p for p in (source.owner, lead) if p and _is_here(p)), None)


def _open(feedback: Feedback, changes: Changes) -> Ticket:
    passage = feedback.passage or _first_given(feedback.usage)
    version = passage.version if passage else None
    ticket = Ticket.objects.create(
        feedback=feedback.pk,
        verdict=feedback.verdict,
        version=version,
        passage=feedback.passage,
        owner=owner_of(version.source) if version else None,
        opened_at=changes.at,
        due_on=changes.today + timedelta(days=settings.TICKET_DAYS),
    )
    changes.note(
        "ticket.opened",
        ticket,
        verdict=ticket.verdict,
        version=ticket.version_id,
        passage=ticket.passage_id,
        owner=ticket.owner_id,
        due=ticket.due_on,
    )
    return ticket


def _first_given(usage: Usage) -> Passage | None:
    """Where the whole answer is doubted, the best of what it was made of stands for it."""
    first = usage.given.select_related("passage__version__source").order_by("place").first()
    return first.passage if first else None


def _is_here(person: Person) -> bool:
    return person.accounts.filter(is_active=True).exists()
