"""What changed since the release before, as text for people: what came, what went, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as say

from governance.classes import SourceClass
from governance.models import AuditEntry, Quarantine, Retirement, Version
from llm.models import Release
from llm.releases.manifests import Manifest, frozen

# Versions that are named under each heading; how many more there are is said.
MOST_NAMED = 200


@dataclass(frozen=True)
class Difference:
    """The numbers of versions that one manifest has and the other has not, or has otherwise."""

    came: list[int]
    went: list[int]
    changed: list[int]

    @staticmethod
    def between(before: Manifest, now: Manifest) -> Difference:
        old, new = before.versions, now.versions
        both = sorted(old.keys() & new.keys())
        return Difference(
            sorted(new.keys() - old.keys()),
            sorted(old.keys() - new.keys()),
            [pk for pk in both if old[pk] != new[pk]],
        )


def written(manifest: Manifest, before: Release | None) -> dict[str, str]:
    """The notes by language, for people to go on with."""
    found = {}
    for language in ("zh", "en"):
        with translation.override("zh-hans" if language == "zh" else "en"):
            lines = _first(manifest) if before is None else _since(before, manifest)
            found[language] = "\n".join(lines)
    return found


def _first(manifest: Manifest) -> Iterator[str]:
    yield say("The first release: versions %(versions)s, passages %(passages)s.") % {
        "versions": len(manifest.versions),
        "passages": manifest.passages,
    }
    citations = Version.objects.filter(pk__in=manifest.versions).values_list("citation", flat=True)
    counts = Counter((cited or {}).get("source_class", "") for cited in citations)
    labels = {code: str(label) for code, label in SourceClass.choices}
    yield from (f"- {labels.get(code, code)}: {n}" for code, n in sorted(counts.items()))


def _since(before: Release, manifest: Manifest) -> Iterator[str]:
    old = frozen(before)
    difference = Difference.between(old, manifest)
    yield say("Since the release “%(name)s”, trail numbers %(since)s to %(until)s.") % {
        "name": before.name,
        "since": before.trail + 1,
        "until": manifest.trail,
    }
    why = _Why(before)
    yield from _listed(say("Came"), difference.came, why.came)
    yield from _listed(say("Went"), difference.went, why.went)
    yield from _listed(say("Changed"), difference.changed, why.changed)
    if old.relations != manifest.relations:
        numbers = {"before": old.relations, "now": manifest.relations}
        yield say("Relations of the graph: %(before)s before, %(now)s now.") % numbers


def _listed(heading: str, numbers: Sequence[int], why: object) -> Iterator[str]:
    yield ""
    yield f"{heading} ({len(numbers)})"
    named = Version.objects.select_related("source").in_bulk(numbers[:MOST_NAMED])
    for number in numbers[:MOST_NAMED]:
        version = named[number]
        yield f"- {_name_of(version)}{say(': ')}{why(version)}"  # type: ignore[operator]
    if len(numbers) > MOST_NAMED:
        more = say("and %(more)s more, which the manifest names")
        yield f"- {more % {'more': len(numbers) - MOST_NAMED}}"


def _name_of(version: Version) -> str:
    names = {"title": version.source.title, "label": version.label, "number": version.pk}
    return say("“%(title)s” %(label)s (version %(number)s)") % names


class _Why:
    """The reasons, as rows and the trail since the release before have them."""

    def __init__(self, before: Release) -> None:
        self.before = before

    def came(self, version: Version) -> str:
        approved = version.approved_at
        if approved and approved > self.before.cut_at:
            return say("approved on %(day)s") % {"day": _day(approved)}
        return say("its quarantine was ended")

    def went(self, version: Version) -> str:
        retired = Retirement.objects.filter(version=version).select_related("successor").first()
        if retired is None:
            return self._withheld(version)
        words = str(retired.get_reason_code_display())
        if retired.successor is None:
            return words
        by = say("%(why)s, by %(label)s (version %(number)s)")
        after = retired.successor
        return by % {"why": words, "label": after.label, "number": after.pk}

    def changed(self, version: Version) -> str:
        told = [self._of_term(version), self._of_passages(version)]
        return say("; ").join(t for t in told if t) or say("its term has moved")

    def _withheld(self, version: Version) -> str:
        whole = Quarantine.objects.filter(version=version, passage=None, ends_at=None)
        if whole.exists():
            return say("quarantined")
        return say("every passage of it is quarantined")

    def _of_term(self, version: Version) -> str:
        if not self._happened(version, "version.reaffirmed"):
            return ""
        due = version.review_due.isoformat() if version.review_due else ""
        return say("reaffirmed, its next review due by %(due)s") % {"due": due}

    def _of_passages(self, version: Version) -> str:
        begun = self._happened(version, "passage.quarantined")
        ended = self._happened(version, "passage.quarantine_ended")
        told = say("passages quarantined %(begun)s, quarantines of passages ended %(ended)s")
        return told % {"begun": begun, "ended": ended} if begun or ended else ""

    def _happened(self, version: Version, action: str) -> int:
        entries = AuditEntry.objects.after(self.before.trail).filter(action=action)
        return entries.filter(governs_type="version", governs_id=str(version.pk)).count()


def _day(at: datetime) -> str:
    return date_format(localtime(at), "Y-m-d")
