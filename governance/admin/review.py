"""What a reviewer needs beside the text: remarks on it, why it came back, where a word stands."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from governance.lifecycle import OPEN, Status
from governance.models import AuditEntry, AuditPayload, Comment, Person, Upload, Version
from governance.readings import warning_sentence
from governance.wording import folded, found_in

PDF = "application/pdf"
LONGEST_QUERY = 100
MOST_HITS = 200
AROUND = 40
# By the position of the passage, which a correction keeps; None for the whole version.
Comments = Mapping[int | None, Sequence[Comment]]


class Place(NamedTuple):
    """Where a passage stands: its page in the file, and the position of its section."""

    passage: int
    page: int | None
    section: int
    position: int


# Every passage, in the order of the text.
Outline = Sequence[Place]


def outline_of(version: Version) -> list[Place]:
    rows = version.passages.current()
    return [Place(*row) for row in rows.values_list("pk", "page", "section__position", "position")]


def comments_of(version: Version) -> QuerySet[Comment]:
    rows = version.comments.select_related("person", "settled_by", "passage__section")
    return rows.order_by("at", "pk")


def open_comments(version: Version) -> QuerySet[Comment]:
    return comments_of(version).filter(settled_at=None)


def by_place(comments: Iterable[Comment]) -> dict[int | None, list[Comment]]:
    found: defaultdict[int | None, list[Comment]] = defaultdict(list)
    for comment in comments:
        found[comment.passage.position if comment.passage else None].append(comment)
    return dict(found)


@dataclass(frozen=True)
class Open:
    """An open comment, and the address in the text where it stands."""

    comment: Comment
    place: str


def open_places(comments: Comments, outline: Outline, a_page: int) -> list[Open]:
    """In the order of the text; what concerns the whole version first."""
    pages = {place.position: at // a_page + 1 for at, place in enumerate(outline)}
    order = [(None, ""), *((position, f"?page={page}") for position, page in pages.items())]
    return [
        Open(comment, f"{page}#comment-{comment.pk}")
        for position, page in order
        for comment in comments.get(position, [])
        if not comment.settled_at
    ]


@dataclass(frozen=True)
class Moved:
    """Who submitted a version or sent it back, when, and what was said with it."""

    by: Person | None
    entry: AuditEntry
    reason: str


def submitters_of(versions: Iterable[Version]) -> dict[int, Person | None]:
    """Who submitted those that are in review, by number; two queries for however many."""
    numbers = [str(v.pk) for v in versions if v.status == Status.IN_REVIEW]
    entries = AuditEntry.objects.filter(
        subject_type="version", subject_id__in=numbers, action="version.submitted"
    )
    last = dict(entries.order_by("number").values_list("subject_id", "person_id"))
    people = Person.objects.in_bulk(set(last.values()))
    return {int(number): people.get(person) for number, person in last.items()}


def moves_of(version: Version) -> dict[str, Moved]:
    """Who submitted it last, and who sent it back last, as `submitted` and `sent_back`.

    While it is in review, both: what it was sent back for is what is looked at again. A draft
    tells of being sent back alone, and only where that is the last that happened.
    """
    if version.status not in OPEN:
        return {}
    told: dict[str, Moved] = {}
    for entry in _entries_of_moves(version):
        told[entry.action.removeprefix("version.")] = _moved(entry)
        last = entry.action
    if not told or (version.status == Status.DRAFT and last != "version.sent_back"):
        return {}
    if version.status == Status.DRAFT:
        del told["submitted"]
    return told


def _entries_of_moves(version: Version) -> QuerySet[AuditEntry]:
    moves = AuditEntry.objects.filter(governs_type="version", governs_id=str(version.pk))
    moves = moves.filter(action__in=["version.submitted", "version.sent_back"])
    return moves.order_by("number")


def _moved(entry: AuditEntry) -> Moved:
    payload = AuditPayload.objects.filter(number=entry.number).first()
    reason = str((payload.content if payload else {}).get("reason", ""))
    by = Person.objects.filter(pk=entry.person_id).first() if entry.person_id else None
    return Moved(by, entry, reason)


@dataclass(frozen=True)
class Remark:
    """A remark of the reader. `place` leads to the page it speaks of; empty where there is none."""

    sentence: str
    place: str


def remarks(upload: Upload, outline: Outline, a_page: int) -> list[Remark]:
    first: dict[int, str] = {}
    for at, place in enumerate(outline):
        if place.page is not None:
            address = f"?page={at // a_page + 1}#passage-{place.passage}"
            first.setdefault(place.page, address)
    warnings = upload.warnings
    return [Remark(warning_sentence(w), first.get(w.get("page") or 0, "")) for w in warnings]


@dataclass(frozen=True)
class Hit:
    place: str
    excerpt: SafeString


@dataclass(frozen=True)
class Search:
    """Passages that hold what is sought. `count` may be more than the hits that are shown."""

    query: str
    count: int
    hits: list[Hit]


def query_in(request: HttpRequest) -> str:
    """What is sought in the text; empty where nothing is."""
    return request.GET.get("q", "").strip()[:LONGEST_QUERY]


def search(version: Version, query: str, a_page: int) -> Search | None:
    if not query:
        return None
    sought = folded(query)[0]
    texts = version.passages.current().values_list("pk", "text")
    holding = [(n, pk, text) for n, (pk, text) in enumerate(texts) if sought in _flat(text)]
    hits = [
        Hit(f"?page={n // a_page + 1}&q={_quoted(query)}#passage-{pk}", excerpt(text, query))
        for n, pk, text in holding[:MOST_HITS]
    ]
    return Search(query, len(holding), hits)


def excerpt(text: str, query: str) -> SafeString:
    """The first place where it stands, marked, with some text around it."""
    spans = found_in(text, query)
    if not spans:
        return format_html("{}", text[: 2 * AROUND])
    start, end = max(spans[0][0] - AROUND, 0), spans[0][1] + AROUND
    return format_html(
        "{}{}{}", "…" if start else "", marked(text[start:end], query), "…" if text[end:] else ""
    )


def marked(text: str, query: str) -> SafeString:
    """The text, escaped, with every place where the query stands marked."""
    parts, done = [], 0
    for start, end in found_in(text, query):
        if start < done:
            continue
        parts += [("", text[done:start], ""), ("<mark>", text[start:end], "</mark>")]
        done = end
    parts.append(("", text[done:], ""))
    return format_html_join("", "{}{}{}", ((mark_safe(a), t, mark_safe(b)) for a, t, b in parts))  # noqa: S308


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _quoted(query: str) -> str:
    return quote(query, safe="")


def picture_pages(version: Version, shown: Iterable[int | None]) -> list[tuple[int, str]]:
    """The pages of the file that the passages stand on, each with the address of its picture."""
    if version.upload.media_type != PDF:
        return []
    pages = [page for page in shown if page]
    if not pages:
        return []
    numbers = range(min(pages), max(pages) + 1)
    return [(n, reverse("admin:page_picture", args=[version.pk, n])) for n in numbers]
