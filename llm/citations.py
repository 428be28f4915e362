"""Whether passages that were cited are still in force: if not, why, since when, and what instead.

A handful of questions to the database, however many are asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q

from governance.comparison import ALIKE, likeness
from governance.lifecycle import APPROVED, RetirementReason
from governance.models import Passage, Quarantine, Retirement, Term, Version
from llm.projections.holdings import latest_terms

MOST = 500
# Passages of one section that are compared with the one that went.
COMPARED = 40

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST = 2**63 - 1


class Why(StrEnum):
    """Why a passage is not in force. Of several reasons the one that lasts longest is told."""

    UNKNOWN = "unknown"
    CORRECTED = "corrected"
    SUPERSEDED = "superseded"
    RETIRED = "retired"
    QUARANTINED = "quarantined"
    NOT_SERVED = "not_served"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Instead:
    """What took over. `passage` is what stands in the same place there, if it can be told."""

    version: Version
    passage: Passage | None = None


@dataclass(frozen=True)
class Standing:
    """`since` is from when on it is as it is; of what is not yet in force, when it will be."""

    asked: Any
    passage: Passage | None = None
    why: Why | None = Why.UNKNOWN
    reason_code: str | None = None
    since: datetime | None = None
    instead: Instead | None = None

    @property
    def is_in_force(self) -> bool:
        return self.why is None


@dataclass
class Facts:
    """What the truth says of the passages that were found."""

    at: datetime
    in_force: set[int]
    terms: dict[int, Term]
    retirements: dict[int, Retirement]
    quarantines: dict[tuple[int, int | None], Quarantine]
    corrections: dict[int, Passage]
    followers: dict[int, Version] = field(default_factory=dict)


def check(asked: Sequence[Any], *, at: datetime) -> list[Standing]:
    """The standing of each number or digest, in the order asked. Nonsense is unknown."""
    found = _found(asked)
    known = {passage.pk: passage for passages in found.values() for passage in passages}
    facts = _facts(list(known.values()), at)
    chosen = {key: _best(passages, facts) for key, passages in found.items()}
    told = {key: _told(passage, facts) for key, passage in chosen.items()}
    told = _with_places(told)
    return [_as_asked(each, told.get(_key(each) or 0)) for each in asked]


def _key(asked: Any) -> int | str | None:
    if isinstance(asked, int) and not isinstance(asked, bool) and 0 < asked <= _LARGEST:
        return asked
    return asked if isinstance(asked, str) and _DIGEST.fullmatch(asked) else None


def _found(asked: Iterable[Any]) -> dict[int | str, list[Passage]]:
    """Nothing that was never approved: no program learns of a draft."""
    keys = {key for each in asked if (key := _key(each)) is not None}
    named = Q(pk__in=[k for k in keys if isinstance(k, int)])
    read = Q(digest__in=[k for k in keys if isinstance(k, str)])
    rows = Passage.objects.filter(named | read, version__status__in=APPROVED)
    found: defaultdict[int | str, list[Passage]] = defaultdict(list)
    for passage in rows.select_related("version", "section").defer("boxes").order_by("pk"):
        for key in (passage.pk, passage.digest):
            if key in keys:
                found[key].append(passage)
    return found


def _facts(passages: Sequence[Passage], at: datetime) -> Facts:
    numbers = [p.pk for p in passages]
    versions = {p.version_id for p in passages}
    retirements = Retirement.objects.filter(version__in=versions).select_related("successor")
    standing = Quarantine.objects.holding(at).filter(version__in=versions)
    corrections = Passage.objects.filter(replaces__in=numbers).select_related("version")
    facts = Facts(
        at,
        set(Passage.objects.in_force(at).filter(pk__in=numbers).values_list("pk", flat=True)),
        latest_terms(versions),
        {r.version_id: r for r in retirements},
        {(q.version_id, q.passage_id): q for q in standing},
        {p.replaces_id: p for p in corrections if p.replaces_id},
    )
    facts.followers = _followers({p.version_id: p.version for p in passages}, facts)
    return facts


def _followers(versions: dict[int, Version], facts: Facts) -> dict[int, Version]:
    """For each version, what is in force in place of it: of the source its retirement leads to,
    or of its own."""
    leads_to = {
        pk: retired.successor.source_id
        if (retired := facts.retirements.get(pk)) and retired.successor
        else version.source_id
        for pk, version in versions.items()
    }
    rows = Version.objects.in_force(facts.at).servable().filter(source__in=leads_to.values())
    by_source = {v.source_id: v for v in rows}
    found = {pk: by_source.get(source) for pk, source in leads_to.items()}
    return {pk: version for pk, version in found.items() if version and version.pk != pk}


def _best(passages: Sequence[Passage], facts: Facts) -> Passage:
    """Of several with the same text one that is in force, else the youngest."""
    return max(passages, key=lambda p: (p.pk in facts.in_force, p.pk))


def _told(passage: Passage, facts: Facts) -> Standing:
    why, code, since = _reason(passage, facts)
    instead = None
    if why is Why.CORRECTED:
        instead = Instead(passage.version, facts.corrections[passage.pk])
    elif why and (version := facts.followers.get(passage.version_id)):
        instead = Instead(version)
    return Standing(None, passage, why, code, since, instead)


def _reason(passage: Passage, facts: Facts) -> tuple[Why | None, str | None, datetime | None]:
    term, pk = facts.terms.get(passage.version_id), passage.version_id
    if passage.pk in facts.in_force:
        return None, None, term.starts_at if term else None
    if passage.pk in facts.corrections:
        return Why.CORRECTED, None, None
    if retired := facts.retirements.get(pk):
        code = retired.reason_code
        why = Why.SUPERSEDED if code == RetirementReason.SUPERSEDED else Why.RETIRED
        return why, code, retired.at
    for of in (None, passage.pk):
        if quarantine := facts.quarantines.get((pk, of)):
            return Why.QUARANTINED, None, quarantine.starts_at
    if not passage.version.citation["licence"]["serve"]:  # type: ignore[index]
        return Why.NOT_SERVED, None, None
    return _by_the_clock(term, facts.followers.get(pk), facts.at)


def _by_the_clock(
    term: Term | None, follower: Version | None, at: datetime
) -> tuple[Why, None, datetime | None]:
    if term and at < term.starts_at:
        return Why.NOT_YET, None, term.starts_at
    # What takes over by the clock is written down as a retirement a little later.
    why = Why.SUPERSEDED if follower else Why.EXPIRED
    return why, None, term.ends_at if term else None


def _with_places(told: dict[int | str, Standing]) -> dict[int | str, Standing]:
    """With the passage that stands where each of those that were followed stood."""
    gone = [s for s in told.values() if s.passage and s.instead and not s.instead.passage]
    offered = _candidates(gone)
    return {key: _placed(each, offered) if each in gone else each for key, each in told.items()}


def _candidates(gone: Collection[Standing]) -> dict[int, list[Passage]]:
    versions = {s.instead.version.pk for s in gone if s.instead}
    passages = [s.passage for s in gone if s.passage]
    alike = Q(digest__in={p.digest for p in passages})
    beside = Q(section__title__in={p.section.title for p in passages})
    rows = Passage.objects.filter(alike | beside, version__in=versions, replacement=None)
    found: defaultdict[int, list[Passage]] = defaultdict(list)
    for passage in rows.select_related("section").defer("boxes").order_by("position", "pk"):
        found[passage.version_id].append(passage)
    return found


def _placed(standing: Standing, offered: dict[int, list[Passage]]) -> Standing:
    passage, instead = standing.passage, standing.instead
    if passage is None or instead is None:
        return standing
    place = _nearest(passage, offered.get(instead.version.pk, []))
    instead = Instead(instead.version, place)
    return Standing(None, passage, standing.why, standing.reason_code, standing.since, instead)


def _nearest(passage: Passage, offered: Sequence[Passage]) -> Passage | None:
    """The same text wherever it stands, else what is most alike under the same headings."""
    same = next((p for p in offered if p.digest == passage.digest), None)
    if same:
        return same
    beside = [p for p in offered if p.section.path == passage.section.path]
    near = sorted(beside, key=lambda p: abs(p.position - passage.position))[:COMPARED]
    scored = [(likeness(passage.text, p.text), -p.pk, p) for p in near]
    best = max(scored, default=None)
    return best[2] if best and best[0] >= ALIKE else None


def _as_asked(asked: Any, standing: Standing | None) -> Standing:
    if standing is None:
        return Standing(asked)
    return Standing(
        asked,
        standing.passage,
        standing.why,
        standing.reason_code,
        standing.since,
        standing.instead,
    )
