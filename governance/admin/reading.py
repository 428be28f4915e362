"""The text of a version as a person reads it: a hundred passages a page, and a way to each."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import escape

from governance.admin import review
from governance.admin.citing import cited_in
from governance.admin.passage_pages import PAGES, PassagePage, address_of
from governance.admin.review import Comments, Place
from governance.admin.review_pages import CommentOnPassage
from governance.admin.tables import shown
from governance.models import Comment, Passage, Quarantine, Section, Version

A_PAGE = 100
MOST_LINES = 400


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents. `page` is the page of passages it begins on, `comments`
    how many open ones stand from there to the next line."""

    section: Section
    page: int
    comments: int

    @property
    def indent(self) -> int:
        return min(max(self.section.level - 1, 0), 5)


@dataclass(frozen=True)
class Shown:
    """A passage with what may be done to it now. `heading` where its section begins."""

    passage: Passage
    heading: Section | None
    quarantine: Quarantine | None
    buttons: list[tuple[PassagePage, str]]
    withheld: list[str]
    html: str = ""
    comments: Sequence[Comment] = ()

    @property
    def boxes(self) -> str:
        """Where it stands in the file, as JSON for the marks on the page's picture."""
        return json.dumps(self.passage.boxes)


def text_of(version: Version, request: HttpRequest) -> dict[str, Any]:
    current = version.passages.current().select_related("section", "replaces")
    pages = Paginator(current, A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    outline = review.outline_of(version)
    comments = review.by_place(review.comments_of(version))
    passages = _shown(version, page, request, comments)
    return {
        "contents": _contents(version, outline, comments),
        "passages": passages,
        "cited": cited_in(version, request),
        "remarks": review.remarks(version.upload, outline, A_PAGE),
        "search": review.search(version, review.query_in(request), A_PAGE),
        "pictures": review.picture_pages(version, (s.passage.page for s in passages)),
        "comments": comments.get(None, []),
        "open_comments": review.open_places(comments, outline, A_PAGE),
        "text_page": page,
        "page_range_list": list(pages.get_elided_page_range(page.number)),
        "elided": pages.ELLIPSIS,
        "passage_count": pages.count,
    }


def page_of(passage: Passage) -> int:
    """The page of its version's text on which a passage stands."""
    before: QuerySet[Passage] = passage.version.passages.current()
    return before.filter(position__lt=passage.position).count() // A_PAGE + 1


def _contents(version: Version, outline: Sequence[Place], comments: Comments) -> list[Heading]:
    """The sections with the page where their first passage stands, or would stand."""
    places = [place.section for place in outline]
    sections = _upper(list(version.sections.defer("path").order_by("position")))
    starts = [s.position for s in sections]
    remarked = Counter(
        bisect_right(starts, place.section) - 1
        for place in outline
        for comment in comments.get(place.position, [])
        if not comment.settled_at
    )
    return [
        Heading(s, _first_at(places, s.position) // A_PAGE + 1, remarked[n])
        for n, s in enumerate(sections)
    ]


def _upper(sections: list[Section]) -> list[Section]:
    """Without the lowest levels where they are more than somebody would look through."""
    levels = Counter(s.level for s in sections)
    kept, total = 0, 0
    for level in sorted(levels):
        total += levels[level]
        if kept and total > MOST_LINES:
            break
        kept = level
    return [s for s in sections if s.level <= kept]


def _first_at(places: list[int], section: int) -> int:
    return min(bisect_right(places, section - 1), max(len(places) - 1, 0))


def _shown(
    version: Version, page: Page[Passage], request: HttpRequest, comments: Comments
) -> list[Shown]:
    passages = list(page.object_list)
    query = review.query_in(request)
    said = partial(review.marked, query=query) if query else escape
    open_ones = Quarantine.objects.filter(passage__in=passages, ends_at=None)
    quarantines = {q.passage_id: q for q in open_ones.select_related("begun_by", "first_lift_by")}
    found, section_id = [], 0
    for passage in passages:
        passage.version = version
        heading = passage.section if passage.section_id != section_id else None
        section_id = passage.section_id
        one = _one(passage, heading, quarantines.get(passage.pk), request)
        html = shown(passage.text, said)
        found.append(replace(one, html=html, comments=comments.get(passage.position, ())))
    return found


def _one(
    passage: Passage, heading: Section | None, quarantine: Quarantine | None, request: HttpRequest
) -> Shown:
    pages = [page(request, passage, quarantine=quarantine) for page in (*PAGES, CommentOnPassage)]
    fitting = [p for p in pages if p.is_allowed() and p.fits()]
    buttons = [(p, address_of(p, passage)) for p in fitting if not p.obstacle()]
    withheld = [p.obstacle() for p in fitting if p.obstacle()]
    return Shown(passage, heading, quarantine, buttons, withheld)
