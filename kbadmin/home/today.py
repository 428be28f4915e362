"""What waits for a person: each a number, and the way to exactly those it counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, following
from governance.admin.filters import (
    DUE_WITHIN,
    SOON,
    assigned_to,
    liftable_by,
    open_of,
    quarantined,
    sent_back_to,
    undecided_by,
)
from governance.admin.set_filters import decidable_by, returned_to
from governance.duties import Deed
from governance.lifecycle import OPEN
from governance.lockouts import locked_names
from governance.models import (
    Account,
    AuditEntry,
    ChangeSet,
    ClientKey,
    ParseState,
    Upload,
    Version,
)
from ingest.models import Incoming
from llm.models import Delivery, DeliveryState, Proposal, Ticket

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """`address` is empty where this person has no page for it. `is_urgent` colours the number."""

    count: int
    what: Promise | str
    address: str = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class DueRow:
    """Whose versions, and how many of them are due when: a number and its list for each column."""

    whose: str
    cells: list[tuple[int, str]]


def waiting_for(account: Account) -> list[Waiting]:
    """What is not empty, for every deed the account's duty includes."""
    tellers: dict[Deed, Callable[[Account], list[Waiting]]] = {
        Deed.REVIEW: _for_reviewers,
        Deed.APPLY: _for_deciders,
        Deed.DRAW: _for_drawers,
        Deed.ANSWER: _for_answerers,
        Deed.CURATE: _for_curators,
        Deed.READ: _for_readers,
        Deed.AUDIT: _for_auditors,
        Deed.OPERATE: _for_operators,
        Deed.ADMINISTER: _for_administrators,
    }
    told = [w for deed, tell in tellers.items() if account.may(deed) for w in tell(account)]
    return [w for w in told if w.count]


def due_table(account: Account) -> dict[str, Any]:
    """Overdue, and due within 1, 7, 14, 30 and 60 days: mine, my department's, and all."""
    today = clock.today()
    person = account.person
    whose = [(say("Yours"), Q(source__owner=person), {"owner": "me"})]
    if person.department_id:
        department = Q(source__department=person.department_id)
        whose.append(
            (str(person.department), department, {"department": f"{person.department_id}"})
        )
    whose.append((say("All"), Q(), {}))
    counts = Version.objects.active().aggregate(
        **{
            f"n{row}_{column}": Count("pk", filter=scope & due)
            for row, (_name, scope, _query) in enumerate(whose)
            for column, due in enumerate(_dues(today))
        }
    )
    rows = [
        DueRow(name, [(counts[f"n{row}_{c}"], _due(word, query)) for c, word in _words()])
        for row, (name, _scope, query) in enumerate(whose)
    ]
    return {"days": DUE_WITHIN, "rows": rows}


def _words() -> list[tuple[int, str]]:
    return list(enumerate(["overdue", *(f"{days}" for days in DUE_WITHIN)]))


def _dues(today: date) -> list[Q]:
    within = [Q(review_due__range=(today, today + timedelta(days=d))) for d in DUE_WITHIN]
    return [Q(review_due__lt=today), *within]


def _due(word: str, query: dict[str, str]) -> str:
    return list_of("version", due=word, **query)


def list_of(model: str, **parameters: str) -> str:
    """The address of a list that is narrowed in this way."""
    return f"{reverse(f'admin:governance_{model}_changelist')}?{urlencode(parameters)}"


def _for_reviewers(account: Account) -> list[Waiting]:
    rows = Version.objects.all()
    return [
        Waiting(
            assigned_to(rows, account).count(),
            _("assigned to you, for your decision"),
            list_of("version", waiting="assigned"),
        ),
        Waiting(
            undecided_by(rows, account).count(),
            _("in review, for you to approve or send back"),
            list_of("version", waiting="approval"),
        ),
        Waiting(
            liftable_by(rows, account).count(),
            _("quarantined, where your word on ending it is missing"),
            list_of("version", waiting="lifting"),
        ),
    ]


def _for_deciders(account: Account) -> list[Waiting]:
    return [
        Waiting(
            decidable_by(ChangeSet.objects.all(), account).count(),
            _("change sets of the graph, for you to apply or send back"),
            list_of("changeset", waiting="decision"),
        )
    ]


def _for_drawers(account: Account) -> list[Waiting]:
    return [
        Waiting(
            returned_to(ChangeSet.objects.all(), account).count(),
            _("change sets of the graph, sent back to you to be corrected"),
            list_of("changeset", waiting="sent_back"),
            is_urgent=True,
        ),
        *_evidence_left(),
        Waiting(
            Proposal.objects.waiting(clock.now()).count(),
            _("relations proposed from the text, to be taken or refused"),
            reverse("admin:llm_proposal_changelist"),
        ),
    ]


def _for_answerers(account: Account) -> list[Waiting]:
    waiting, address = Ticket.objects.open(), reverse("admin:llm_ticket_changelist")
    return [
        Waiting(
            waiting.filter(owner=account.person).count(),
            _("feedback on answers, for you to answer"),
            f"{address}?state=mine",
        ),
        Waiting(
            Ticket.objects.overdue(clock.today()).count(),
            _("feedback on answers, not answered in time"),
            f"{address}?state=overdue",
            is_urgent=True,
        ),
    ]


def _evidence_left() -> list[Waiting]:
    """Red while something that is said in the graph has lost all that carried it."""
    asked = following.asked(clock.now())
    what = _("evidence that did not follow a new edition, to be looked at")
    uncarried = any(not each.holds for each in asked)
    return [Waiting(len(asked), what, reverse("admin:evidence_left"), is_urgent=uncarried)]


def _for_curators(account: Account) -> list[Waiting]:
    rows = Version.objects.all()
    failed = rows.filter(upload__parse_state=ParseState.FAILED, status="draft")
    return [
        Waiting(
            sent_back_to(rows, account).count(),
            _("sent back to you, to be corrected"),
            list_of("version", waiting="sent_back"),
            is_urgent=True,
        ),
        Waiting(
            open_of(rows, account).count(),
            _("drafts and submissions you contributed to"),
            list_of("version", waiting="mine"),
        ),
        Waiting(
            Incoming.objects.filter(state=Incoming.State.READY).count(),
            _("files in the inbox, to be confirmed"),
            f"{reverse('admin:bring_in')}?state={Incoming.State.READY}",
        ),
        Waiting(
            failed.count(),
            _("drafts whose file could not be read"),
            list_of("version", reading="failed", status="draft"),
            is_urgent=True,
        ),
    ]


def _for_readers(account: Account) -> list[Waiting]:
    return [
        Waiting(
            quarantined(Version.objects.all()).count(),
            _("quarantined, as a whole or in a passage"),
            list_of("version", force="quarantined"),
            is_urgent=True,
        )
    ]


def _for_auditors(account: Account) -> list[Waiting]:
    refused = AuditEntry.objects.filter(action="attempt.refused", at__gte=clock.now() - WEEK)
    return [
        Waiting(
            refused.count(),
            _("refused attempts noted in the last 7 days"),
            list_of("auditentry", action="attempt.refused", period="7"),
        )
    ]


def _for_operators(account: Account) -> list[Waiting]:
    files = Upload.objects.filter(versions__status__in=OPEN).distinct()
    waiting = files.filter(parse_state__in=[ParseState.QUEUED, ParseState.RUNNING])
    failed = files.filter(parse_state=ParseState.FAILED)
    parked = Delivery.objects.filter(state=DeliveryState.PARKED, webhook__ended_at=None)
    told = reverse("admin:llm_webhook_changelist")
    return [
        Waiting(parked.count(), _("messages that a webhook did not take"), told, is_urgent=True),
        Waiting(waiting.count(), _("files of drafts waiting to be read, or being read")),
        Waiting(failed.count(), _("files of drafts that could not be read"), is_urgent=True),
    ]


def _for_administrators(account: Account) -> list[Waiting]:
    until = clock.now() + SOON
    disabled = Account.objects.filter(is_active=False)
    locked = Account.objects.filter(username__in=locked_names(clock.now()))
    ending = ClientKey.objects.living(clock.now()).filter(expires_at__lte=until)
    ending = ending.filter(client__revoked_at=None)
    return [
        Waiting(locked.count(), _("locked accounts"), list_of("account", state="locked")),
        Waiting(disabled.count(), _("disabled accounts"), list_of("account", state="disabled")),
        Waiting(ending.count(), _("keys that expire within 30 days"), list_of("client")),
    ]
