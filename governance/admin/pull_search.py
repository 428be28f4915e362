"""Every version and passage in force, or to come into force, that names something.

Each text is folded and looked at here and not in the database, which would miss full-width
letters, a line break within a word or a character in its compatibility form: what is not found
is not withdrawn. A name that begins in one passage and goes on in the next is found in both. The
database narrows to what can be served.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from governance.admin.pull_excerpts import rest_of
from governance.admin.standing import moment
from governance.admin.tables import excerpt
from governance.lifecycle import OPEN
from governance.models import Passage, Quarantine, Section, Source, Term, Version
from governance.models.spans import SpanQuerySet
from governance.naming import Names, Piece
from governance.uses import Use

MOST_SHOWN = 2000
AT_ONCE = 2000
Row = tuple[int, int, int, str]


@dataclass(frozen=True)
class Seam:
    """Two neighbouring passages of a section, and the names that go from one into the other."""

    before: str
    after: str
    names: list[str]


# A row, which of the names it was found by, and those seams of it that hold one.
Kept = tuple[Row, list[str], list[Seam]]


@dataclass(frozen=True)
class Hit:
    """A passage with its sentence, and the names it was found by.

    `pieces` is empty where only its heading names it. `is_split` tells that a name begins or goes
    on in the passage beside it. `whole` is all of it, empty where the sentence is.
    """

    passage: Passage
    pieces: list[Piece]
    names: list[str]
    is_split: bool
    is_quarantined: bool
    html: SafeString
    whole: SafeString

    @property
    def value(self) -> str:
        return f"passage-{self.passage.pk}"


@dataclass
class Found:
    """A version. `named_by` is what of its source names it; `passages` counts those not shown."""

    version: Version
    standing: str
    is_quarantined: bool
    named_by: list[str]
    hits: list[Hit] = field(default_factory=list)
    passages: int = 0
    uses: list[Use] = field(default_factory=list)

    @property
    def value(self) -> str:
        return f"version-{self.version.pk}"


@dataclass(frozen=True)
class Findings:
    """`by_name` counts the passages of each name; `drafts` may come into force one day."""

    found: list[Found]
    passages: int
    looked_at: int
    by_name: dict[str, int]
    drafts: list[Version]

    @property
    def shown(self) -> int:
        return sum(len(f.hits) for f in self.found)


def search(names: Names, *, at: datetime) -> Findings:
    """At most `MOST_SHOWN` passages are shown; all are counted. The fullest version first."""
    standings = _standings(at)
    headings = _headings(names, standings)
    kept: list[Kept] = []
    counts: Counter[int] = Counter()
    by_name = Counter(dict.fromkeys(names.terms, 0))
    looked_at = 0
    for row, seams in _with_seams(names, _rows(standings)):
        looked_at += 1
        if told := _told(names, row, seams, headings):
            counts[row[1]] += 1
            by_name.update(told)
            kept += [(row, told, seams)] if len(kept) < MOST_SHOWN else []
    found = _found(names, standings, counts)
    _show(found, kept, names)
    ordered = sorted(found.values(), key=lambda f: (-f.passages, f.version.pk))
    return Findings(ordered, counts.total(), looked_at, dict(by_name), _drafts(names))


def _with_seams(names: Names, rows: Iterable[Row]) -> Iterator[tuple[Row, list[Seam]]]:
    """Each passage with those of its two seams that hold a name."""
    held: Row | None = None
    seams: list[Seam] = []
    for row in rows:
        new = _seams(names, held, row)
        if held:
            yield held, seams + new
        held, seams = row, new
    if held:
        yield held, seams


def _seams(names: Names, held: Row | None, row: Row) -> list[Seam]:
    if held is None or held[2] != row[2]:
        return []
    before, after = held[3], row[3]
    told = names.those_across(before, after)
    return [Seam(before, after, told)] if told else []


def _told(
    names: Names, row: Row, seams: Iterable[Seam], headings: dict[int, list[str]]
) -> list[str]:
    """Which names the passage, its seams or its heading holds."""
    _pk, _version, section, text = row
    told = names.those_in(text) if names.are_in(text) else []
    across = [name for seam in seams for name in seam.names]
    return list(dict.fromkeys(told + across + headings.get(section, [])))


def _drafts(names: Names) -> list[Version]:
    """Nobody is served them; approved, they would be."""
    drafts = Version.objects.filter(status__in=OPEN).select_related("source").order_by("pk")
    rows = _with_seams(names, _rows(draft.pk for draft in drafts))
    naming = {row[1] for row, seams in rows if seams or names.are_in(row[3])}
    naming |= {
        version
        for version, path in Section.objects.filter(version__in=drafts).values_list(
            "version", "path"
        )
        if names.are_in(" › ".join(path))
    }
    return [d for d in drafts if d.pk in naming or _named_by(names, d)]


def _standings(at: datetime) -> dict[int, str]:
    """How each version stands that is served, will be, or would be after a reaffirmation."""
    terms: dict[int, list[Term]] = defaultdict(list)
    active = Version.objects.active()
    for term in Term.objects.filter(source__in=active.values("source")).order_by("starts_at"):
        terms[term.source_id].append(term)
    versions = active.values_list("pk", "source_id")
    told = ((pk, _standing(pk, terms[source], at)) for pk, source in versions)
    return {pk: words for pk, words in told if words}


def _standing(version: int, terms: list[Term], at: datetime) -> str:
    """Empty where another version has taken over from it."""
    own = [t for t in terms if t.version_id == version]
    if any(t.holds(at) for t in own):
        return _("in force")
    if own and own[-1].starts_at > at:
        return _("takes effect on %(start)s") % {"start": moment(own[-1].starts_at)}
    begun = [t for t in terms if t.starts_at <= at]
    is_latest = begun and begun[-1].version_id == version
    return _("not in force now, and can be reaffirmed") if is_latest else ""


def _headings(names: Names, versions: Iterable[int]) -> dict[int, list[str]]:
    """Which names each section's heading holds, or one of those above it."""
    rows = Section.objects.filter(version__in=list(versions)).values_list("pk", "path")
    paths = ((pk, " › ".join(path)) for pk, path in rows.iterator(AT_ONCE))
    return {pk: names.those_in(path) for pk, path in paths if names.are_in(path)}


def _rows(versions: Iterable[int]) -> Iterator[Row]:
    rows = Passage.objects.filter(version__in=list(versions), replacement=None)
    ordered = rows.order_by("version", "position", "pk")
    yield from ordered.values_list("pk", "version_id", "section_id", "text").iterator(AT_ONCE)


def _found(names: Names, standings: dict[int, str], counts: Counter[int]) -> dict[int, Found]:
    """The versions of which a passage names it, or whose source does."""
    rows = Version.objects.filter(pk__in=list(standings)).select_related("source")
    quarantined = set(_open().filter(passage=None).values_list("version", flat=True))
    found = {}
    for version in rows.prefetch_related("source__identifiers"):
        named_by = _named_by(names, version)
        if counts[version.pk] or named_by:
            standing = standings[version.pk]
            is_out = version.pk in quarantined
            found[version.pk] = Found(version, standing, is_out, named_by)
            found[version.pk].passages = counts[version.pk]
    return found


def _named_by(names: Names, version: Version) -> list[str]:
    """Title, issuer, label and identifiers, as they were approved and as they are now."""
    source: Source = version.source
    cited = version.citation or {}
    identifiers = [i["value"] for i in cited.get("identifiers", [])]
    identifiers += [i.value for i in source.identifiers.all()]
    said = [cited.get("title", ""), source.title, cited.get("issuer", ""), source.issuer]
    said += [cited.get("label", ""), version.label]
    anywhere = Names(names.terms, parts=True)
    hits = [text for text in said if names.are_in(text)]
    return list(dict.fromkeys(hits + [i for i in identifiers if anywhere.are_in(i)]))


def _show(found: dict[int, Found], kept: list[Kept], names: Names) -> None:
    """Give each version the passages that are shown of it."""
    rows = Passage.objects.filter(pk__in=[row[0] for row, _told, _seams in kept])
    passages = {p.pk: p for p in rows.select_related("section").defer("boxes")}
    out = set(_open().exclude(passage=None).values_list("passage", flat=True))
    for (pk, version, _section, text), told, seams in kept:
        if passage := passages.get(pk):
            passage.version = found[version].version
            pieces = _marked(names, text, seams)
            html = excerpt(names, text, pieces)
            whole = rest_of(names, text, html)
            hit = Hit(passage, pieces, told, bool(seams), pk in out, html, whole)
            found[version].hits.append(hit)


def _marked(names: Names, text: str, seams: list[Seam]) -> list[Piece]:
    """The sentence in it that names it; else the one that it shares with a neighbour."""
    return names.marked(text) or [
        piece for seam in seams[:1] for piece in names.marked_across(seam.before, seam.after)
    ]


def _open() -> SpanQuerySet:
    return Quarantine.objects.filter(ends_at=None)
