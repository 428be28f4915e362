"""Being away: who is told meanwhile what waits, and who takes over from a person who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from governance.actions.assignments import reassign
from governance.duties import Deed, Duty
from governance.errors import Malformed
from governance.lifecycle import Status
from governance.models import Absence, Account, Contributor, Person, Source, Version
from governance.trail import Changes, changing, needs_reason

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class HandedOver:
    """How many sources and reviews went over, and how many reviews nobody else may do."""

    sources: int
    assignments: int
    left: int


def held_by(person: Person) -> tuple[int, int]:
    """How many sources a person owns, and how many reviews they are asked for that are open."""
    asked = Version.objects.filter(assignment__reviewer=person).exclude(
        status__in=(Status.RETIRED, Status.WITHDRAWN)
    )
    return Source.objects.filter(owner=person).count(), asked.count()


def announce(*, stand_in: Person, starts_on: date, ends_on: date, by: Account) -> Absence:
    """Say when one is away and who is told meanwhile. Gives the other no right they lack."""
    with changing(by=by, may=Deed.READ) as changes:
        _check(stand_in, starts_on, ends_on, by, changes)
        absence = Absence.objects.create(
            person=by.person, stand_in=stand_in, starts_on=starts_on, ends_on=ends_on
        )
        changes.note("absence.announced", absence)
    return absence


def end(*, absence: Absence, by: Account) -> Absence:
    """One is back before the day, or will not go. Twice is once."""
    with changing(by=by, may=Deed.READ) as changes:
        absence = Absence.objects.get(pk=absence.pk, person=by.person)
        if absence.ended_at is None:
            absence.ended_at = changes.at
            absence.save(update_fields=["ended_at"])
            changes.note("absence.ended", absence)
    return absence


@dataclass(frozen=True)
class Outlook:
    """What would go over to a successor, and what would stay because they may not review it."""

    sources: list[Source]
    going: list[Version]
    staying: list[Version]


def stand_ins(person: Person) -> QuerySet[Person]:
    """Who may be told in a person's place: of the same duty, with an account to log in with."""
    return _with_account().filter(duty=person.duty).exclude(pk=person.pk)


def successors() -> QuerySet[Person]:
    """Who can be given something: of the content duty, with an account to log in with."""
    return _with_account().filter(duty=Duty.CONTENT)


def outlook(*, person: Person, successor: Person) -> Outlook:
    """What `hand_over_everything` would do now."""
    able = successor.is_reviewer and successors().filter(pk=successor.pk).exists()
    asked = Version.objects.filter(assignment__reviewer=person).exclude(
        status__in=[Status.RETIRED, Status.WITHDRAWN]
    )
    mine = Contributor.objects.filter(person=successor, version__in=asked)
    contributed = set(mine.values_list("version", flat=True))
    rows = list(asked.select_related("source").order_by("pk"))
    return Outlook(
        list(Source.objects.filter(owner=person).order_by("title", "pk")),
        [v for v in rows if able and v.pk not in contributed],
        [v for v in rows if not able or v.pk in contributed],
    )


def hand_over_everything(
    *, person: Person, successor: Person, reason: str, by: Account
) -> HandedOver:
    """Give all that a person owns and is asked to review to another, in one transaction."""
    with changing(by=by, may=Deed.CURATE, reason=needs_reason(reason)) as changes:
        if successor.pk == person.pk or not successors().filter(pk=successor.pk).exists():
            problem = _("Choose another person whose duty is content and who can log in.")
            raise Malformed(field="successor", problem=problem)
        sources = list(Source.objects.filter(owner=person).order_by("pk"))
        for source in sources:
            source.owner = successor
            source.save(update_fields=["owner"])
            changes.note("source.handed_over", source)
        moved, left = reassign(person, successor, by.person, changes)
    return HandedOver(len(sources), moved, left)


def _with_account() -> QuerySet[Person]:
    able = Account.objects.filter(person=OuterRef("pk"), is_active=True)
    return Person.objects.filter(Exists(able)).order_by("display_name", "pk")


def _check(stand_in: Person, starts_on: date, ends_on: date, by: Account, changes: Changes) -> None:
    if not stand_ins(by.person).filter(pk=stand_in.pk).exists():
        problem = _("Choose another person of your own duty who can log in.")
        raise Malformed(field="stand_in", problem=problem)
    problem = ""
    if ends_on < starts_on:
        problem = _("The last day lies before the first.")
    elif ends_on < changes.today:
        problem = _("That is over already.")
    elif ends_on > starts_on + LONGEST:
        problem = _("An absence is at most a year long.")
    if problem:
        raise Malformed(field="ends_on", problem=problem)
