"""Taking out of service at once whatever names a drug, a device or a phrase, and ending that.

Begun by one person, ended by two, like every quarantine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from governance.actions.quarantines import begin_within, lift_within
from governance.duties import Deed
from governance.errors import AlreadyQuarantined, FoundIsOutdated, Malformed, NotQuarantined
from governance.lifecycle import Status
from governance.models import Account, Passage, Pull, PullItem, Quarantine, Version
from governance.trail import Changes, changing, needs_reason

# So many take a few seconds, and the trail is held meanwhile.
MOST = 1000


@dataclass(frozen=True)
class Chosen:
    """What to take out, by number: whole versions, and single passages."""

    versions: Collection[int] = ()
    passages: Collection[int] = ()

    def each(self) -> list[tuple[str, int]]:
        versions = [("version", number) for number in sorted(set(self.versions))]
        return versions + [("passage", number) for number in sorted(set(self.passages))]


@dataclass(frozen=True)
class Pulled:
    """`kept_out` are those that were kept from service already, or are in no service any more."""

    pull: Pull
    kept_out: list[Version | Passage] = field(default_factory=list)


def pull(*, terms: Iterable[str], chosen: Chosen, reason: str, by: Account) -> Pulled:
    """Quarantine all that was chosen, in one transaction, with an entry each.

    Skipped are what is quarantined already, what is not active any more, and a passage whose
    version is quarantined as a whole. Refused where nothing is left, and where another text took
    the place of one that was chosen: it would be served on under its new number.
    """
    with changing(by=by, may=Deed.QUARANTINE, reason=needs_reason(reason)) as changes:
        named = _named(terms)
        _check_number(chosen.each())
        _refuse_outdated(chosen)
        subjects, kept_out = _sorted_out(chosen)
        if not subjects:
            raise AlreadyQuarantined
        made = Pull.objects.create(terms=named, reason=changes.reason, by=by.person, at=changes.at)
        _quarantine(made, subjects, by, changes)
    return Pulled(made, kept_out)


def agree_to_end(*, pull: Pull, chosen: Collection[int], reason: str, by: Account) -> int:
    """Take part in ending those of its quarantines, by number; the second person's word ends them.

    Answers how many. Skipped are those that are ended, those this person has agreed to end
    already, and those of a version that was retired. Refused where nothing is left.
    """
    with changing(by=by, may=Deed.LIFT_QUARANTINE, reason=needs_reason(reason)) as changes:
        _check_number(chosen)
        rows = Quarantine.objects.select_related("first_lift_by", "passage", "version")
        theirs = rows.filter(pull_item__pull=pull, pk__in=chosen, ends_at=None)
        waiting = theirs.filter(version__status=Status.ACTIVE).exclude(first_lift_by=by.person)
        ended = [lift_within(changes, quarantine=each, by=by) for each in waiting.order_by("pk")]
        if not ended:
            raise NotQuarantined
    return len(ended)


def _named(terms: Iterable[str]) -> list[str]:
    named = [term.strip() for term in terms if term.strip()]
    if not named or any("\0" in term for term in named):
        raise Malformed(field="terms", problem=_("Say what to look for: one name a line."))
    return named


def _check_number(chosen: Collection[Any]) -> None:
    if not chosen:
        raise Malformed(field="chosen", problem=_("Choose at least one version or passage."))
    if len(chosen) > MOST:
        problem = _("Choose at most %(most)s at once; a whole version counts as one.")
        raise Malformed(field="chosen", problem=problem % {"most": MOST})


def _quarantine(
    made: Pull, subjects: list[Version | Passage], by: Account, changes: Changes
) -> None:
    begun = [begin_within(changes, subject=subject, by=by) for subject in subjects]
    PullItem.objects.bulk_create([PullItem(pull=made, quarantine=q) for q in begun])
    changes.note("pull.made", made, items=len(begun))


def _refuse_outdated(chosen: Chosen) -> None:
    versions = Version.objects.filter(Q(pk__in=chosen.versions) | Q(passages__in=chosen.passages))
    replaced = Passage.objects.filter(pk__in=chosen.passages).exclude(replacement=None)
    followed = versions.exclude(retirements__successor=None)
    if followed.exists() or replaced.exists():
        raise FoundIsOutdated


def _sorted_out(
    chosen: Chosen,
) -> tuple[list[Version | Passage], list[Version | Passage]]:
    """What is to be quarantined, and what need not be; versions first."""
    versions = Version.objects.select_related("source").filter(pk__in=chosen.versions)
    passages = Passage.objects.select_related("version__source").filter(
        pk__in=chosen.passages, replacement=None
    )
    wanted: list[Version | Passage] = [*versions.order_by("pk"), *passages.order_by("pk")]
    whole, single = _quarantined()
    covered = whole | set(chosen.versions)
    taken = [s for s in wanted if _is_to_be_taken(s, whole, covered, single)]
    among = set(taken)
    return taken, [s for s in wanted if s not in among]


def _quarantined() -> tuple[set[int], set[int]]:
    """Numbers of the versions, and of the passages, that are quarantined now."""
    rows = list(Quarantine.objects.filter(ends_at=None).values_list("version", "passage"))
    return {v for v, p in rows if p is None}, {p for _v, p in rows if p is not None}


def _is_to_be_taken(
    subject: Version | Passage, whole: set[int], covered: set[int], single: set[int]
) -> bool:
    if isinstance(subject, Version):
        return subject.status == Status.ACTIVE and subject.pk not in whole
    is_free = subject.pk not in single and subject.version_id not in covered
    return is_free and subject.version.status == Status.ACTIVE
