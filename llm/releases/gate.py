"""What must be so before a release is published: one table of named checks.

Another check is a function that asks the truth, or a store, and a line in `CHECKS`. None of them
runs inside a transaction, so each may take its time. Whoever asks within the release calls
`retrieve(question, at=at, within=held_by(release))`, published or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as _kept

from governance.models import Version
from llm.evaluation.gate import evaluation_check
from llm.models import Parked, Release
from llm.projections.compared import differences
from llm.projections.holdings import held_versions
from llm.releases.manifests import frozen, quarantined_by_themselves


@dataclass(frozen=True)
class Finding:
    """`sentence` is in English with places for the numbers, and is translated when it is read."""

    passed: bool
    sentence: str
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    name: str
    title: Promise
    find: Callable[[Release, datetime], Finding]


def nothing_parked(release: Release, at: datetime) -> Finding:
    parked = Parked.objects.count()
    if not parked:
        return Finding(True, _kept("Nothing is parked."))
    return Finding(False, _kept("Parked in the derived stores: %(parked)s."), {"parked": parked})


def nothing_overdue(release: Release, at: datetime) -> Finding:
    """So that a hospital does not publish today what falls out of force next week."""
    today, days = localdate(at), settings.RELEASE_DUE_DAYS
    held = frozen(release).versions
    last = today + timedelta(days=days)
    rows = Version.objects.active().filter(review_due__lte=last).values_list("pk", "review_due")
    due = [day for pk, day in rows if pk in held and day]
    if not due:
        sentence = _kept("No version that it holds is to be reviewed within %(days)s days.")
        return Finding(True, sentence, {"days": days})
    overdue = sum(day < today for day in due)
    numbers = {"overdue": overdue, "due": len(due) - overdue, "days": days}
    sentence = _kept("Overdue for review: %(overdue)s; due within %(days)s days: %(due)s.")
    return Finding(False, sentence, numbers)


def nothing_left(release: Release, at: datetime) -> Finding:
    """Whoever asks within it would miss what has left, and not be given what came instead."""
    held = set(frozen(release).versions)
    there = set(held_versions().values_list("pk", flat=True))
    passages = set(quarantined_by_themselves(held & there)) - set(release.without)
    numbers = {"versions": len(held - there), "passages": len(passages)}
    if not any(numbers.values()):
        return Finding(True, _kept("Nothing that it holds has left since it was cut."), numbers)
    sentence = _kept("Left since it was cut: versions %(versions)s, single passages %(passages)s.")
    return Finding(False, sentence, numbers)


def stores_agree(release: Release, at: datetime) -> Finding:
    """Raises `StoreAway` where a store does not answer: then nothing is found, and that is said."""
    found = len(differences(repair=False))
    if not found:
        return Finding(True, _kept("Every store is as the truth says."))
    sentence = _kept("Differences between the stores and the truth: %(differences)s.")
    return Finding(False, sentence, {"differences": found})


def questions_answered(release: Release, at: datetime) -> Finding:
    """By the runs that are kept: a test of the release asks nothing itself."""
    return Finding(*evaluation_check(release, at, Release.objects.current()))


CHECKS: tuple[Check, ...] = (
    Check("parked", _("Nothing parked"), nothing_parked),
    Check("overdue", _("Nothing overdue"), nothing_overdue),
    Check("left", _("Nothing has left"), nothing_left),
    Check("evaluation", _("Questions find what they must"), questions_answered),
    Check("stores", _("Stores as the truth"), stores_agree),
)


def title_of(name: str) -> str:
    return next((str(check.title) for check in CHECKS if check.name == name), name)


def findings(release: Release, *, at: datetime) -> dict[str, Finding]:
    """What every check finds, in the order of the table."""
    return {check.name: check.find(release, at) for check in CHECKS}
