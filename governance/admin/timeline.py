"""The time line of a source, a version or a passage: who did what to it, when and why.

Told from the trail, to whoever may read it, and about it and its parts alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.admin.field_changes import FieldChange, changes_beside
from governance.admin.pages import account_of, refuse_without
from governance.admin.passage_pages import place_of
from governance.admin.timeline_groups import passages_told, without_repeats
from governance.admin.trail import actor_of
from governance.admin.trail_words import ACTIONS, SUBJECTS
from governance.admin.version_pages import address_of_source, address_of_version, crumbs_of
from governance.duties import Deed
from governance.lifecycle import RetirementReason
from governance.models import (
    KNOWLEDGE,
    Assignment,
    AuditEntry,
    AuditPayload,
    Client,
    Comment,
    Passage,
    Person,
    Review,
    Source,
    Version,
)

A_PAGE = 50
REAFFIRMED = ("version.reaffirmed", "version.partly_reaffirmed")
LARGEST_NUMBER = 2**63 - 1
FACTS: dict[str, Promise] = {
    "review_due": _("next review due %(value)s"),
    "reason_code": _("reason: %(value)s"),
    "successor": _("successor: version no. %(value)s"),
    "amends": _("amends version no. %(value)s"),
    "attempt": _("attempt %(value)s"),
}


@dataclass(frozen=True)
class Told:
    """One entry in words. `before` and `after` are texts, where a passage was corrected.

    `passages` are words and addresses, where it stands for more entries than one.
    """

    entry: AuditEntry
    who: str
    what: Promise | str
    about: str
    address: str
    reason: str
    facts: list[str]
    fields: list[FieldChange]
    before: str = ""
    after: str = ""
    passages: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """What is told of: its own words and addresses, and which entries are about it.

    `text` is what a passage says, which has no name. `tells_each` is for the line of one
    passage: what befell others with it is not told.
    """

    title: str
    back: str
    crumbs: list[tuple[str, str]]
    entries: Q
    text: str = ""
    tells_each: bool = False


def of_source(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, _source)


def of_version(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, _version)


def of_passage(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, pk, _passage)


VIEWS: dict[str, Callable[..., HttpResponse]] = {
    "source": of_source,
    "version": of_version,
    "passage": of_passage,
}


def _page(request: HttpRequest, pk: int, line_of: Callable[[int], Line | None]) -> HttpResponse:
    refuse_without(Deed.READ, account_of(request))
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    line = line_of(pk) if pk <= LARGEST_NUMBER else None
    if line is None:
        raise Http404
    entries = _entries(line.entries)
    pages = Paginator(entries if line.tells_each else without_repeats(entries), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": say("Time line: %(name)s") % {"name": line.title},
        "crumbs": line.crumbs,
        "back": line.back,
        "text": line.text,
        "page": page,
        "page_range_list": list(pages.get_elided_page_range(page.number)),
        "elided": pages.ELLIPSIS,
        "told": _told(list(page.object_list), line),
    }
    return TemplateResponse(request, "governance/timeline.html", context)


def _source(pk: int) -> Line | None:
    source = Source.objects.filter(pk=pk).first()
    if source is None:
        return None
    crumbs = [
        (say("Sources"), reverse("admin:governance_source_changelist")),
        (source.title, address_of_source(pk)),
    ]
    own = Q(governs_type="source", governs_id=str(pk))
    rows = Version.objects.filter(source=source).values_list("pk", "upload_id")
    versions, uploads = {v for v, _u in rows}, {u for _v, u in rows}
    return Line(source.title, crumbs[-1][1], crumbs, own | _of_versions(versions, uploads))


def _version(pk: int) -> Line | None:
    version = Version.objects.select_related("source").filter(pk=pk).first()
    if version is None:
        return None
    entries = _of_versions({pk}, {version.upload_id})
    return Line(str(version), address_of_version(pk), crumbs_of(version), entries)


def _passage(pk: int) -> Line | None:
    """Its own entries, through all corrections, and those that decide if its version is served."""
    passage = Passage.objects.select_related("version__source").filter(pk=pk).first()
    if passage is None:
        return None
    same = Passage.objects.filter(version=passage.version_id, position=passage.position)
    numbers = list(same.values_list("pk", flat=True))
    comments = Comment.objects.filter(passage__in=numbers).values_list("pk", flat=True)
    entries = (
        _about("subject", "passage", numbers)
        | _about("governs", "comment", comments)
        | _about("subject", "version", [passage.version_id]) & Q(action__in=sorted(KNOWLEDGE))
    )
    title = say("passage %(number)s") % {"number": pk}
    crumbs = crumbs_of(passage.version)
    return Line(title, place_of(passage), crumbs, entries, passage.text, tells_each=True)


def _of_versions(versions: Collection[int], uploads: Collection[int]) -> Q:
    """Also of their passages, which the trail files under the version."""
    asked = Assignment.objects.filter(version__in=versions).values_list("pk", flat=True)
    comments = Comment.objects.filter(version__in=versions).values_list("pk", flat=True)
    return (
        _about("governs", "version", versions)
        | _about("subject", "upload", uploads)
        | _about("governs", "assignment", asked)
        | _about("governs", "comment", comments)
    )


def _about(column: str, kind: str, numbers: Collection[int] | QuerySet[Any, int]) -> Q:
    named = [str(number) for number in numbers]
    return Q(**{f"{column}_type": kind, f"{column}_id__in": named})


def _entries(about: Q) -> QuerySet[AuditEntry]:
    person = Person.objects.filter(pk=OuterRef("person_id"))
    client = Client.objects.filter(pk=OuterRef("by_id"))
    payload = AuditPayload.objects.filter(number=OuterRef("number"))
    named = AuditEntry.objects.filter(about).defer("leaf_hash").order_by("-number")
    return named.annotate(
        person_name=Subquery(person.values("display_name")[:1]),
        client_name=Subquery(client.values("name")[:1]),
        private=Subquery(payload.values("content")[:1]),
    )


def _told(entries: list[Any], line: Line) -> list[Told]:
    fields = changes_beside(entries)
    labels = _labels(entries)
    passages = _passages(entries)
    searched = _searched(entries)
    many = {} if line.tells_each else passages_told(entries)
    told = [_one(entry, fields.get(entry.number, []), labels, passages) for entry in entries]
    told = [_with_searched(one, searched) for one in told]
    return [_with_all(one, many.get(one.entry.number, [])) for one in told]


def _searched(entries: list[Any]) -> dict[tuple[str, Any, int], str]:
    """What was searched before reaffirming, by the version, the instant and the person."""
    numbers = {e.subject_id for e in entries if e.action in REAFFIRMED}
    rows = Review.objects.filter(version__in=numbers, kind=Review.Kind.REAFFIRM)
    told = rows.values_list("version", "at", "person", "searched")
    return {(str(version), at, person): searched for version, at, person, searched in told}


def _with_searched(one: Told, searched: dict[tuple[str, Any, int], str]) -> Told:
    entry = one.entry
    words = searched.get((entry.subject_id, entry.at, entry.person_id or 0))
    if entry.action not in REAFFIRMED or not words:
        return one
    return replace(one, facts=[say("searched: %(value)s") % {"value": words}, *one.facts])


def _with_all(one: Told, numbers: list[str]) -> Told:
    if len(numbers) <= 1:
        return one
    words = ngettext("%(n)s passage", "%(n)s passages", len(numbers)) % {"n": len(numbers)}
    return replace(one, about=words, address="", passages=[(n, _place(n)) for n in numbers])


def _place(passage: str) -> str:
    return reverse("admin:governance_passage_change", args=[passage])


def _labels(entries: list[Any]) -> dict[str, str]:
    numbers = [e.subject_id for e in entries if e.subject_type == "version"]
    return {str(pk): name for pk, name in _rows(Version, numbers).values_list("pk", "label")}


def _passages(entries: list[Any]) -> dict[str, Passage]:
    numbers = [e.subject_id for e in entries if e.subject_type == "passage"]
    rows = _rows(Passage, numbers).select_related("replaces")
    return {str(passage.pk): passage for passage in rows}


def _rows(model: Any, numbers: list[str]) -> QuerySet[Any]:
    found: QuerySet[Any] = model.objects.filter(pk__in=numbers)
    return found


def _one(
    entry: Any, fields: list[FieldChange], labels: dict[str, str], passages: dict[str, Passage]
) -> Told:
    about, address = _subject(entry, labels)
    passage = passages.get(entry.subject_id) if entry.action == "passage.corrected" else None
    replaced = passage.replaces if passage else None
    return Told(
        entry,
        actor_of(entry),
        ACTIONS.get(entry.action, entry.action),
        about,
        address,
        str((entry.private or {}).get("reason", "")),
        _facts(entry),
        fields,
        replaced.text if replaced else "",
        passage.text if passage and replaced else "",
    )


def _subject(entry: Any, labels: dict[str, str]) -> tuple[str, str]:
    """Its words, and where it is read; without an address where it has no page."""
    kind, number = entry.subject_type, entry.subject_id
    words = str(SUBJECTS.get(kind, kind))
    if kind == "version" and number in labels:
        return f"{words} {labels[number]}", address_of_version(int(number))
    if kind == "passage":
        return f"{words} {number}", _place(number)
    return words, ""


def _facts(entry: Any) -> list[str]:
    facts = json.loads(bytes(entry.leaf)).get("facts", {})
    told = ((name, facts[name]) for name in FACTS if facts.get(name) not in (None, ""))
    return [str(FACTS[name]) % {"value": _value(name, value)} for name, value in told]


def _value(name: str, value: Any) -> str:
    if name == "reason_code" and value in RetirementReason.values:
        return str(RetirementReason(value).label)
    return str(value)
