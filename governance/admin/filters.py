"""Filters of the lists, each a word in the address and a question to the database."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.forms import Words
from governance.admin.pages import account_of
from governance.classes import SourceClass
from governance.duties import Duty
from governance.lifecycle import OPEN, Status
from governance.models import (
    Account,
    AuditEntry,
    Department,
    Language,
    ParseState,
    Person,
    Quarantine,
    Review,
    Version,
)

SOON = timedelta(days=30)
# The days ahead for which reminders go out, and which lists narrow to.
DUE_WITHIN = (1, 7, 14, 30, 60)
MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
Rows = QuerySet[Any]


class Filter(SimpleListFilter):
    """One of a few words; anything else filters nothing."""

    words: ClassVar[Any] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return self.words

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        word = self.value()
        known = {str(value) for value, _label in self.lookup_choices}
        return self.narrow(queryset, word, account_of(request)) if word in known else queryset

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        raise NotImplementedError


def of_column(column: str, heading: Words, choices: Any, parameter: str) -> type[Filter]:
    """A filter on a column with a closed list of values."""

    class OfColumn(Filter):
        title = heading
        parameter_name = parameter
        words = choices

        def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
            return rows.filter(**{column: word})

    return OfColumn


ByClass = of_column("source_class", _("class"), SourceClass.choices, "class")
ByLanguage = of_column("language", _("language"), Language.choices, "language")
ByStatus = of_column("status", _("status"), Status.choices, "status")
ByReading = of_column("upload__parse_state", _("state of reading"), ParseState.choices, "reading")


ByVersionClass = of_column("source__source_class", _("class"), SourceClass.choices, "class")
ByVersionLanguage = of_column("source__language", _("language"), Language.choices, "language")

NOBODYS = "0"


class ByDepartment(Filter):
    title = _("department")
    parameter_name = "department"
    column: ClassVar[str] = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        named = [(str(pk), name) for pk, name in Department.objects.values_list("pk", "name")]
        return [*named, (NOBODYS, _("No department"))]

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(**{self.column: None if word == NOBODYS else word})


class ByVersionDepartment(ByDepartment):
    column = "source__department"


class ByOwner(Filter):
    """Those who own anything, and whoever asks."""

    title = _("owner")
    parameter_name = "owner"
    column: ClassVar[str] = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        owners = Person.objects.filter(owned_sources__isnull=False).distinct()
        rows = owners.order_by("display_name").values_list("pk", "display_name")
        return [("me", _("You")), *((str(pk), name) for pk, name in rows)]

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(**{self.column: account.person_id if word == "me" else word})


class ByVersionOwner(ByOwner):
    column = "source__owner"


class ByLicence(Filter):
    title = _("licence")
    parameter_name = "licence"
    words = (
        ("closed", _("Not to be served")),
        ("unquoted", _("Served without its text")),
        ("training", _("May train a model")),
    )
    prefix: ClassVar[str] = ""

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        flags = {
            "closed": {"may_serve": False},
            "unquoted": {"may_serve": True, "may_quote": False},
            "training": {"may_train": True},
        }
        return rows.filter(**{f"{self.prefix}{name}": on for name, on in flags[word].items()})


class ByVersionLicence(ByLicence):
    prefix = "source__"


def overdue(rows: QuerySet[Version]) -> QuerySet[Version]:
    return rows.filter(status=Status.ACTIVE, review_due__lt=clock.today())


def due_within(rows: QuerySet[Version], days: int) -> QuerySet[Version]:
    today = clock.today()
    until = today + timedelta(days=days)
    return rows.filter(status=Status.ACTIVE, review_due__range=(today, until))


def due(rows: QuerySet[Version], word: str) -> QuerySet[Version]:
    """By a word of `DUE_WORDS`."""
    return overdue(rows) if word == "overdue" else due_within(rows, int(word))


DUE_WORDS = (
    ("overdue", _("Overdue")),
    ("1", _("Due by tomorrow")),
    ("7", _("Due within 7 days")),
    ("14", _("Due within 14 days")),
    ("30", _("Due within 30 days")),
    ("60", _("Due within 60 days")),
)


def quarantined(rows: QuerySet[Version]) -> QuerySet[Version]:
    """The whole version, or one of its passages."""
    return rows.filter(Exists(Quarantine.objects.filter(version=OuterRef("pk"), ends_at=None)))


def undecided_by(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    """In review, and this person has neither contributed nor decided since the submission."""
    decided = Review.objects.filter(
        version=OuterRef("pk"),
        person=account.person,
        kind=Review.Kind.APPROVE,
        at__gt=OuterRef("submitted_at"),
    )
    in_review = rows.filter(~Exists(decided), status=Status.IN_REVIEW)
    return in_review.exclude(contributors__person=account.person)


def liftable_by(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    """Quarantined, and this person's word on ending it is still missing."""
    waiting = Quarantine.objects.filter(version=OuterRef("pk"), ends_at=None)
    return rows.filter(Exists(waiting.exclude(first_lift_by=account.person)))


def assigned_to(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    """In review, or due within 60 days, and this person is asked to look at it."""
    mine = rows.filter(assignment__reviewer=account.person)
    waiting = undecided_by(mine, account) | due_within(mine, DUE_WITHIN[-1]) | overdue(mine)
    return waiting.distinct()


def sent_back_to(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    """Drafts of this person that a reviewer has sent back and nobody has submitted since."""
    told = AuditEntry.objects.filter(
        subject_type="version",
        subject_id=Cast(OuterRef("pk"), CharField()),
        action__in=["version.submitted", "version.sent_back"],
    )
    last = Subquery(told.order_by("-number").values("action")[:1])
    drafts = rows.filter(status=Status.DRAFT, contributors__person=account.person)
    return drafts.alias(last_told=last).filter(last_told="version.sent_back")


def open_of(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    return rows.filter(status__in=OPEN, contributors__person=account.person)


class ByDue(Filter):
    title = _("review")
    parameter_name = "due"
    words = DUE_WORDS

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return due(rows, word)


class ByMonth(Filter):
    """The month in which a version in force falls due, as YYYY-MM."""

    title = _("month of review")
    parameter_name = "month"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        asked = str(request.GET.get(self.parameter_name, ""))
        return [(asked, asked)] if MONTH.fullmatch(asked) else []

    def has_output(self) -> bool:
        """Not offered by itself: the chart of the first page leads here."""
        return bool(self.lookup_choices)

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        first = date.fromisoformat(f"{word}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        span = {"review_due__gte": first, "review_due__lt": after}
        return rows.filter(status=Status.ACTIVE, **span)


class ByWaiting(Filter):
    title = _("what waits for me")
    parameter_name = "waiting"
    words = (
        ("assigned", _("Assigned to me")),
        ("approval", _("For my approval")),
        ("lifting", _("For my word on a quarantine")),
        ("sent_back", _("Sent back to me")),
        ("mine", _("Drafts I contributed to")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        narrowing: dict[str, Callable[[Rows, Account], Rows]] = {
            "assigned": assigned_to,
            "approval": undecided_by,
            "lifting": liftable_by,
            "sent_back": sent_back_to,
            "mine": open_of,
        }
        return narrowing[word](rows, account)


class ByForce(Filter):
    title = _("being in force")
    parameter_name = "force"
    words: ClassVar[Any] = (
        ("yes", _("In force")),
        ("no", _("Not in force")),
        ("quarantined", _("Quarantined")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        if word == "quarantined":
            return quarantined(rows)
        standing = Exists(Version.objects.in_force(clock.now()).filter(pk=OuterRef("pk")))
        return rows.filter(standing if word == "yes" else ~standing)


class BySourceDue(Filter):
    """Sources whose version in force, or last in force, is overdue."""

    title = _("review")
    parameter_name = "due"
    words = ByDue.words

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        versions = Version.objects.filter(source=OuterRef("pk"))
        return rows.filter(Exists(due(versions, word)))


ByDuty = of_column("duty", _("duty"), Duty.choices, "duty")


class ByActive(Filter):
    title = _("state")
    parameter_name = "state"
    words = (("active", _("Active")), ("disabled", _("Disabled")))

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(is_active=word == "active")
