"""What waits for a person among the change sets: questions, and the filter of their list."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from governance.admin.filters import Filter, Rows
from governance.models import Account, AuditEntry, ChangeSet, ChangeSetStatus


def written_by(rows: QuerySet[ChangeSet], account: Account) -> QuerySet[ChangeSet]:
    """Any step of it, or all."""
    mine = Q(author=account.person) | Q(edits__person=account.person)
    return rows.filter(pk__in=ChangeSet.objects.filter(mine).values("pk"))


def decidable_by(rows: QuerySet[ChangeSet], account: Account) -> QuerySet[ChangeSet]:
    """In review, and this person wrote none of it."""
    mine = written_by(ChangeSet.objects.all(), account)
    return rows.filter(status=ChangeSetStatus.IN_REVIEW).exclude(pk__in=mine.values("pk"))


def returned_to(rows: QuerySet[ChangeSet], account: Account) -> QuerySet[ChangeSet]:
    """Drafts of this person that somebody has sent back and nobody has submitted since."""
    told = AuditEntry.objects.filter(
        subject_type="changeset",
        subject_id=Cast(OuterRef("pk"), CharField()),
        action__in=["change_set.submitted", "change_set.sent_back"],
    )
    last = Subquery(told.order_by("-number").values("action")[:1])
    drafts = written_by(rows.filter(status=ChangeSetStatus.DRAFT), account)
    return drafts.alias(last_told=last).filter(last_told="change_set.sent_back")


def open_sets_of(rows: QuerySet[ChangeSet], account: Account) -> QuerySet[ChangeSet]:
    is_open = rows.filter(status__in=[ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW])
    return written_by(is_open, account)


class BySetWaiting(Filter):
    title = _("what waits for me")
    parameter_name = "waiting"
    words = (
        ("decision", _("For my decision")),
        ("sent_back", _("Sent back to me")),
        ("mine", _("Open ones that I wrote in")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        narrowing: dict[str, Callable[[Rows, Account], Rows]] = {
            "decision": decidable_by,
            "sent_back": returned_to,
            "mine": open_sets_of,
        }
        return narrowing[word](rows, account)
