"""The text of a version as a person reads it: a hundred passages a page, and a way to each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from governance.admin.passage_pages import PAGES, PassagePage, address_of
from governance.admin.tables import shown
from governance.models import Passage, Quarantine, Section, Version

A_PAGE = 100


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents. `page` is the page of passages it begins on."""

    section: Section
    page: int

    @property
    def indent(self) -> int:
        return min(max(self.section.level - 1, 0), 5)


@dataclass(frozen=True)
class Shown:
    """A passage with what may be done to it now. `heading` where its section begins."""

    passage: Passage
    html: str
    heading: Section | None
    quarantine: Quarantine | None
    buttons: list[tuple[PassagePage, str]]
    withheld: list[str]


def text_of(version: Version, request: HttpRequest) -> dict[str, Any]:
    current = version.passages.current().select_related("section", "replaces")
    pages = Paginator(current, A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "contents": _contents(version),
        "passages": _shown(version, page, request),
        "text_page": page,
        "page_range_list": list(pages.get_elided_page_range(page.number)),
        "elided": pages.ELLIPSIS,
        "passage_count": pages.count,
    }


def page_of(passage: Passage) -> int:
    """The page of its version's text on which a passage stands."""
    before: QuerySet[Passage] = passage.version.passages.current()
    return before.filter(position__lt=passage.position).count() // A_PAGE + 1


def _contents(version: Version) -> list[Heading]:
    """Every section with the page where its first passage stands, or would stand."""
    places = list(version.passages.current().values_list("section__position", flat=True))
    sections = version.sections.order_by("position")
    return [Heading(s, _first_at(places, s.position) // A_PAGE + 1) for s in sections]


def _first_at(places: list[int], section: int) -> int:
    return min(bisect_right(places, section - 1), max(len(places) - 1, 0))


def _shown(version: Version, page: Page[Passage], request: HttpRequest) -> list[Shown]:
    passages = list(page.object_list)
    open_ones = Quarantine.objects.filter(passage__in=passages, ends_at=None)
    quarantines = {q.passage_id: q for q in open_ones.select_related("begun_by", "first_lift_by")}
    found, section_id = [], 0
    for passage in passages:
        passage.version = version
        heading = passage.section if passage.section_id != section_id else None
        section_id = passage.section_id
        found.append(_one(passage, heading, quarantines.get(passage.pk), request))
    return found


def _one(
    passage: Passage, heading: Section | None, quarantine: Quarantine | None, request: HttpRequest
) -> Shown:
    pages = [page(request, passage, quarantine=quarantine) for page in PAGES]
    fitting = [p for p in pages if p.is_allowed() and p.fits()]
    buttons = [(p, address_of(p, passage)) for p in fitting if not p.obstacle()]
    withheld = [p.obstacle() for p in fitting if p.obstacle()]
    return Shown(passage, shown(passage.text), heading, quarantine, buttons, withheld)
