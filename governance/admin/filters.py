"""Filters of the lists, each a word in the address and a question to the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, QuerySet
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
    Department,
    Language,
    ParseState,
    Quarantine,
    Review,
    Version,
)

SOON = timedelta(days=30)
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


class ByDepartment(Filter):
    title = _("department")
    parameter_name = "department"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(pk), name) for pk, name in Department.objects.values_list("pk", "name")]

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(department=word)


def overdue(rows: QuerySet[Version]) -> QuerySet[Version]:
    return rows.filter(status=Status.ACTIVE, review_due__lt=clock.today())


def due_soon(rows: QuerySet[Version]) -> QuerySet[Version]:
    today = clock.today()
    return rows.filter(status=Status.ACTIVE, review_due__range=(today, today + SOON))


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


def open_of(rows: QuerySet[Version], account: Account) -> QuerySet[Version]:
    return rows.filter(status__in=OPEN, contributors__person=account.person)


class ByDue(Filter):
    title = _("review")
    parameter_name = "due"
    words = (("overdue", _("Overdue")), ("soon", _("Due within 30 days")))

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return {"overdue": overdue, "soon": due_soon}[word](rows)


class ByWaiting(Filter):
    title = _("what waits for me")
    parameter_name = "waiting"
    words = (
        ("approval", _("For my approval")),
        ("lifting", _("For my word on a quarantine")),
        ("mine", _("Drafts I contributed to")),
    )

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        narrowing: dict[str, Callable[[Rows, Account], Rows]] = {
            "approval": undecided_by,
            "lifting": liftable_by,
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
        return rows.filter(Exists({"overdue": overdue, "soon": due_soon}[word](versions)))


ByDuty = of_column("duty", _("duty"), Duty.choices, "duty")


class ByActive(Filter):
    title = _("state")
    parameter_name = "state"
    words = (("active", _("Active")), ("disabled", _("Disabled")))

    def narrow(self, rows: Rows, word: str, account: Account) -> Rows:
        return rows.filter(is_active=word == "active")
