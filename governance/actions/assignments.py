"""Who is asked to review a version: proposed by department and load, never a contributor."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from governance import clock
from governance.actions.contributors import reread
from governance.duties import Deed
from governance.errors import AssigningNeedsOpen, ReviewerUnfit
from governance.lifecycle import CURRENT, Status
from governance.models import Absence, Account, Assignment, Contributor, Person, Version
from governance.trail import Changes, changing


@dataclass(frozen=True)
class Candidate:
    """Somebody who may review a version. `load` is how many others they are asked to."""

    person: Person
    same_department: bool
    load: int
    is_away: bool


def candidates(version: Version) -> list[Candidate]:
    """Who may be asked, the fittest first: present, of the source's department, least laden."""
    away = Absence.objects.holding(clock.today()).filter(person=OuterRef("pk"))
    waiting = Q(assignments__version__status__in=CURRENT)
    rows = _fit_for(version).annotate(load=Count("assignments", filter=waiting, distinct=True))
    department = version.source.department_id
    found = [
        Candidate(p, bool(department) and p.department_id == department, p.load, p.is_away)
        for p in rows.annotate(is_away=Exists(away))
    ]
    return sorted(
        found, key=lambda c: (c.is_away, not c.same_department, c.load, c.person.display_name)
    )


def assign(*, version: Version, reviewer: Person, by: Account) -> Assignment:
    """Ask a person to review a version; whoever was asked before is asked no longer.

    Refused where there is nothing left to review.
    """
    with changing(by=by, may=Deed.CURATE) as changes:
        version = reread(version)
        if version.status not in CURRENT:
            raise AssigningNeedsOpen(now=version.get_status_display())
        if not _fit_for(version).filter(pk=reviewer.pk).exists():
            raise ReviewerUnfit
        asked = {"reviewer": reviewer, "assigned_by": by.person, "assigned_at": changes.at}
        assignment, _made = Assignment.objects.update_or_create(version=version, defaults=asked)
        changes.note("assignment.made", assignment, version=version.pk)
    return assignment


def reassign(person: Person, successor: Person, by: Person, changes: Changes) -> tuple[int, int]:
    """Move what a person is asked to review; how many moved, and how many cannot.

    What the successor contributed to, or may not review, stays where it is.
    """
    waiting = Assignment.objects.filter(reviewer=person).exclude(
        version__status__in=[Status.RETIRED, Status.WITHDRAWN]
    )
    moved = left = 0
    for assignment in waiting.select_related("version").order_by("pk"):
        if not _fit_for(assignment.version).filter(pk=successor.pk).exists():
            left += 1
            continue
        assignment.reviewer, assignment.assigned_by = successor, by
        assignment.assigned_at = changes.at
        assignment.save(update_fields=["reviewer", "assigned_by", "assigned_at"])
        changes.note("assignment.made", assignment, version=assignment.version_id)
        moved += 1
    return moved, left


def _fit_for(version: Version) -> QuerySet[Person]:
    """Reviewers with an account to log in with, who have contributed nothing to it."""
    contributed = Contributor.objects.filter(version=version, person=OuterRef("pk"))
    able = Account.objects.filter(person=OuterRef("pk"), is_active=True)
    return Person.objects.filter(Exists(able), ~Exists(contributed), is_reviewer=True)
