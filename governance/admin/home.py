"""The first page: what waits for this person, each a number and a way to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.filters import (
    SOON,
    due_soon,
    liftable_by,
    open_of,
    overdue,
    quarantined,
    undecided_by,
)
from governance.admin.standing import moment
from governance.duties import Deed
from governance.models import (
    Account,
    AuditEntry,
    Client,
    ParseState,
    Person,
    TrailHead,
    Upload,
    Version,
)

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """`address` is empty where this person has no page for it. `is_urgent` colours the number."""

    count: int
    what: Promise | str
    address: str = ""
    is_urgent: bool = False


def index(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the admin's first page."""
    account = request.user
    if isinstance(account, Account):
        waiting = [w for w in _all(account) if w.count]
        context |= {"waiting": waiting, "facts": _facts(account), "title": say("Home")}
    return context


def _all(account: Account) -> list[Waiting]:
    tellers: dict[Deed, Callable[[Account], list[Waiting]]] = {
        Deed.REVIEW: _for_reviewers,
        Deed.CURATE: _for_curators,
        Deed.READ: _for_readers,
        Deed.AUDIT: _for_auditors,
        Deed.OPERATE: _for_operators,
        Deed.ADMINISTER: _for_administrators,
    }
    return [w for deed, tell in tellers.items() if account.may(deed) for w in tell(account)]


def _versions(**parameters: str) -> str:
    return _list("version", **parameters)


def _list(model: str, **parameters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{reverse(f'admin:governance_{model}_changelist')}?{query}"


def _for_reviewers(account: Account) -> list[Waiting]:
    rows = Version.objects.all()
    return [
        Waiting(
            undecided_by(rows, account).count(),
            _("in review, for you to approve or send back"),
            _versions(waiting="approval"),
        ),
        Waiting(
            liftable_by(rows, account).count(),
            _("quarantined, where your word on ending it is missing"),
            _versions(waiting="lifting"),
        ),
    ]


def _for_curators(account: Account) -> list[Waiting]:
    failed = Version.objects.filter(upload__parse_state=ParseState.FAILED, status="draft")
    return [
        Waiting(
            open_of(Version.objects.all(), account).count(),
            _("drafts and submissions you contributed to"),
            _versions(waiting="mine"),
        ),
        Waiting(
            failed.count(),
            _("drafts whose file could not be read"),
            _versions(reading="failed", status="draft"),
            is_urgent=True,
        ),
    ]


def _for_readers(account: Account) -> list[Waiting]:
    rows = Version.objects.all()
    return [
        Waiting(
            overdue(rows).count(),
            _("overdue: out of force until reaffirmed or replaced"),
            _versions(due="overdue"),
            is_urgent=True,
        ),
        Waiting(due_soon(rows).count(), _("due within 30 days"), _versions(due="soon")),
        Waiting(
            quarantined(rows).count(),
            _("quarantined, as a whole or in a passage"),
            _versions(force="quarantined"),
            is_urgent=True,
        ),
    ]


def _for_auditors(account: Account) -> list[Waiting]:
    refused = AuditEntry.objects.filter(action="attempt.refused", at__gte=clock.now() - WEEK)
    return [
        Waiting(
            refused.count(),
            _("refused attempts noted in the last 7 days"),
            _list("auditentry", action="attempt.refused", period="7"),
        )
    ]


def _for_operators(account: Account) -> list[Waiting]:
    waiting = Upload.objects.filter(parse_state__in=[ParseState.QUEUED, ParseState.RUNNING])
    failed = Upload.objects.filter(parse_state=ParseState.FAILED)
    return [
        Waiting(waiting.count(), _("files waiting to be read, or being read")),
        Waiting(failed.count(), _("files that could not be read"), is_urgent=True),
    ]


def _for_administrators(account: Account) -> list[Waiting]:
    disabled = Account.objects.filter(is_active=False)
    until = clock.now() + SOON
    ending = Client.objects.filter(revoked_at=None, expires_at__range=(clock.now(), until))
    return [
        Waiting(disabled.count(), _("disabled accounts"), _list("account", state="disabled")),
        Waiting(ending.count(), _("keys that expire within 30 days"), _list("client")),
    ]


def _facts(account: Account) -> list[tuple[str, str]]:
    """What always holds something to say, so that no first page is empty of meaning."""
    head = TrailHead.objects.get()
    last = moment(head.at) if head.at else "–"
    facts = [(say("Entries in the audit trail"), f"{head.size}"), (say("Last entry"), last)]
    if account.may(Deed.READ):
        standing = Version.objects.in_force(clock.now()).count()
        facts.insert(0, (say("Versions in force"), f"{standing}"))
    if account.may(Deed.OPERATE):
        facts.insert(0, (say("Files received"), f"{Upload.objects.count()}"))
    if account.may(Deed.ADMINISTER):
        facts.insert(0, (say("Persons"), f"{Person.objects.count()}"))
        facts.insert(1, (say("Accounts"), f"{Account.objects.count()}"))
        facts.insert(2, (say("Keys"), f"{Client.objects.count()}"))
    return facts
