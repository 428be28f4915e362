"""How a version stands at an instant, and how a person stands to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from governance import clock
from governance.lifecycle import Status, end_of_term, review_due_after, start_of_term
from governance.models import Account, Quarantine, Term, Version


@dataclass(frozen=True)
class Standing:
    """Questions of one request, each asked of the database once."""

    version: Version
    at: datetime
    today: date

    @classmethod
    def now(cls, version: Version) -> Standing:
        return cls(version, clock.now(), clock.today())

    @cached_property
    def is_in_force(self) -> bool:
        return self.version.is_in_force(self.at)

    @cached_property
    def is_overdue(self) -> bool:
        return self.version.is_overdue(self.today)

    @cached_property
    def term(self) -> Term | None:
        return self.version.latest_term

    @cached_property
    def quarantine(self) -> Quarantine | None:
        """The open quarantine of the whole version."""
        open_ones = self.version.quarantines.filter(passage=None, ends_at=None)
        return open_ones.select_related("begun_by", "first_lift_by").first()

    @cached_property
    def quarantined_passages(self) -> list[Quarantine]:
        """The open quarantines of single passages, in the order of the text."""
        open_ones = self.version.quarantines.filter(passage__isnull=False, ends_at=None)
        return list(open_ones.order_by("passage__position"))

    @cached_property
    def is_superseded(self) -> bool:
        """Whether another version has taken effect since, written down already or not."""
        if self.term is None:
            return False
        later = Term.objects.filter(source=self.version.source_id, starts_at__lte=self.at)
        later = later.filter(starts_at__gt=self.term.starts_at)
        return later.exclude(version=self.version).exists()

    @cached_property
    def would_start(self) -> datetime:
        """When it would take effect if it were approved now."""
        effective_from = self.version.effective_from
        return start_of_term(decided_at=self.at, effective_from=effective_from)

    @cached_property
    def would_be_due(self) -> date:
        return review_due_after(self.today, months=self.version.source.months)

    @property
    def would_end(self) -> datetime:
        until = self.version.effective_until
        return end_of_term(review_due=self.would_be_due, effective_until=until)

    def decided_by(self, account: Account, kind: str) -> bool:
        decided = self.version.decided_since_submission(kind)
        return decided.filter(person=account.person).exists()

    def still_needed(self, kind: str) -> int:
        """How many persons must still decide."""
        digest = self.version.digest_now()
        before = self.version.decided_since_submission(kind).filter(digest=digest)
        return max(self.version.persons_needed(kind) - before.count(), 1)

    def why_not_in_force(self) -> str:
        """One sentence; empty if it is in force."""
        if self.is_in_force:
            return ""
        return {
            Status.DRAFT: _("Nobody is served a draft."),
            Status.IN_REVIEW: _("A reviewer who has not contributed approves it or sends it back."),
            Status.WITHDRAWN: _("The draft was withdrawn."),
            Status.RETIRED: _("It was retired and will not come back."),
        }.get(Status(self.version.status)) or self._why_active_is_not()

    def _why_active_is_not(self) -> str:
        if self.quarantine:
            return _("Quarantined: it is served to nobody until two persons end this.")
        if self.is_superseded:
            return _("A newer version has taken effect.")
        if self.term is None or self.at < self.term.starts_at:
            start = moment(self.term.starts_at) if self.term else ""
            return _("Approved; takes effect on %(start)s.") % {"start": start}
        if self.is_overdue and self.version.review_due:
            due = date_format(self.version.review_due, "Y-m-d")
            return _("Its review was due on %(due)s and nobody reaffirmed it.") % {"due": due}
        return _("The time for which it holds is over.")


def open_quarantines(source_id: int) -> QuerySet[Quarantine]:
    """What is quarantined of a source now: active versions, and passages of them."""
    rows = Quarantine.objects.filter(ends_at=None, version__status=Status.ACTIVE)
    rows = rows.filter(version__source=source_id).select_related("version", "passage", "begun_by")
    return rows.order_by("starts_at", "pk")


def moment(at: datetime) -> str:
    """An instant as the hospital's clock shows it."""
    return date_format(localtime(at), "Y-m-d H:i")


def until(end: datetime) -> str:
    """The same of an end: midnight belongs to the day that is over by it."""
    is_midnight = localtime(end).time() == time.min
    return f"{last_day(end)} 24:00" if is_midnight else moment(end)


def last_day(end: datetime) -> str:
    """The last day of a term that ends at an instant."""
    return date_format(localtime(end - timedelta(microseconds=1)), "Y-m-d")
