"""The life of a version, as one table, and the rules of its dates. Read this first.

draft ⇄ in review → active → retired, and draft → withdrawn. Being in force is not a status: it is
a comparison of an instant with the version's terms (`models.terms`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import TextChoices
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from governance.clock import start_of
from governance.errors import IllegalMove, Malformed


class Status(TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    ACTIVE = "active", _("Active")
    RETIRED = "retired", _("Retired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


MOVES: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.IN_REVIEW, Status.WITHDRAWN}),
    Status.IN_REVIEW: frozenset({Status.DRAFT, Status.ACTIVE}),
    Status.ACTIVE: frozenset({Status.RETIRED}),
    Status.RETIRED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

# Lists, because these end up in migrations and must not wander.
OPEN = [Status.DRAFT, Status.IN_REVIEW]
APPROVED = [Status.ACTIVE, Status.RETIRED]
# What has not ended: somebody may still have something to do about it.
CURRENT = [*OPEN, Status.ACTIVE]


class RetirementReason(TextChoices):
    SUPERSEDED = "superseded", _("Superseded by a newer version")
    WITHDRAWN_BY_ISSUER = "withdrawn_by_issuer", _("Withdrawn by its issuer")
    UNSAFE = "unsafe", _("Unsafe")
    OUTDATED = "outdated", _("Outdated")
    DUPLICATE = "duplicate", _("Duplicate of another source")
    LICENCE = "licence", _("Licence does not allow it")
    OTHER = "other", _("Other")


# Nothing that is printed is older; and so many years ahead a day may lie: an issue dated for next
# month, a law that is to take effect, the day on which a licence ends.
EARLIEST = date(1500, 1, 1)
PUBLISHED_AHEAD, EFFECTIVE_AHEAD, HOLDS_AHEAD = 1, 10, 100

NEEDS_SUCCESSOR = [RetirementReason.SUPERSEDED, RetirementReason.DUPLICATE]


def check_move(now: str, wanted: Status) -> None:
    if wanted not in MOVES[Status(now)]:
        raise IllegalMove(now=Status(now).label, wanted=wanted.label)


def review_due_after(day: date, *, months: int) -> date:
    """So many calendar months later; from 31 August, six months end on the last of February."""
    return day + relativedelta(months=months)


def start_of_term(*, decided_at: datetime, effective_from: date | None) -> datetime:
    return max(decided_at, start_of(effective_from)) if effective_from else decided_at


def end_of_term(
    *, review_due: date, effective_until: date | None, ended: Iterable[datetime] = ()
) -> datetime:
    """The earliest of what ends a term.

    `ended`: the instants at which a successor takes effect or the version was retired.
    """
    days = [review_due, *([effective_until] if effective_until else [])]
    return min([*(start_of(day + timedelta(days=1)) for day in days), *ended])


def check_dates(
    published_on: str,
    effective_from: date | None,
    effective_until: date | None,
    *,
    today: date,
) -> None:
    """Refuse days that do not exist or cannot be meant, and dates that run backwards."""
    published = first_day_of(published_on)
    _refuse_what_cannot_be_meant("published_on", published, PUBLISHED_AHEAD, today)
    _refuse_what_cannot_be_meant("effective_from", effective_from, EFFECTIVE_AHEAD, today)
    _refuse_what_cannot_be_meant("effective_until", effective_until, HOLDS_AHEAD, today)
    if effective_until and effective_from and effective_until < effective_from:
        raise Malformed(
            field="effective_until", problem=translated("It ends before it takes effect.")
        )
    if effective_until and effective_until < published:
        raise Malformed(
            field="effective_until", problem=translated("It ends before it was published.")
        )


def _refuse_what_cannot_be_meant(field: str, day: date | None, years: int, today: date) -> None:
    last = today + relativedelta(years=years)
    if day and not EARLIEST <= day <= last:
        problem = translated("Give a day between %(first)s and %(last)s.")
        raise Malformed(field=field, problem=problem % {"first": EARLIEST, "last": last})


def first_day_of(published_on: str) -> date:
    """The first day of a year, a month or a day, written YYYY, YYYY-MM or YYYY-MM-DD."""
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", published_on):
        problem = translated("Write a year, a month or a day: 2024, 2024-05 or 2024-05-31.")
        raise Malformed(field="published_on", problem=problem)
    try:
        return date.fromisoformat((published_on + "-01-01")[:10])
    except ValueError:
        problem = translated("There is no such day.")
        raise Malformed(field="published_on", problem=problem) from None
