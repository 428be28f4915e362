"""The canvas as two tables: the same concepts and relations, and everything that may be done there,
without a mouse and without scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.canvas import to_read
from governance.admin.canvas_asked import Asked, asked_by
from governance.admin.canvas_graph import Drawn, Edge, Node
from governance.admin.canvas_offers import (
    Link,
    address_of_page,
    offers_of_concept,
    offers_of_edge,
    take_out,
)
from governance.admin.canvas_pending import ADDED, CHANGED, ENDED, MERGED
from governance.admin.canvas_search import other_names, sought
from governance.admin.canvas_steps import last_written
from governance.admin.canvas_words import schema
from governance.admin.concept_pages import AddConcept
from governance.admin.graph_words import UNKNOWN, qualified
from governance.admin.pages import account_of
from governance.admin.proposing import address_of_concept, list_of_concepts
from governance.admin.set_pages import address_of_set
from governance.duties import Deed
from governance.models import Evidence
from governance.surroundings import said_most_of

# Rows shown at a time, of each table.
A_PAGE = 100
# What a step would do, with the colour of its badge.
STATES: dict[str, tuple[str, Promise]] = {
    ADDED: ("good", _("Would be added")),
    ENDED: ("bad", _("Would be ended")),
    CHANGED: ("warn", _("Would be changed")),
    MERGED: ("bad", _("Would be merged into another")),
}
SUGGESTED = 8
T = TypeVar("T", Node, Edge)


@dataclass(frozen=True)
class ConceptRow:
    node: Node
    type: str
    state: tuple[str, Promise] | None
    address: str
    around: str
    # Without it; empty where it was not asked for by its number.
    off: str
    begin_here: str
    offers: list[Link]
    # What may be said of it and of the concept from which one begins: the words, and the page.
    joins: list[tuple[str, str]]


@dataclass(frozen=True)
class RelationRow:
    edge: Edge
    source: str
    target: str
    state: tuple[str, Promise] | None
    qualifiers: list[tuple[str, str]]
    offers: list[Link]


@to_read
def table(request: HttpRequest) -> HttpResponse:
    asked, account = asked_by(request, is_table=True), account_of(request)
    drawn = Drawn(asked, account)
    rows = _Rows(drawn, request)
    context = {
        **admin.site.each_context(request),
        "title": say("Graph as a table"),
        "crumbs": [(say("Concepts"), list_of_concepts())],
        "asked": asked,
        "kept": [(n, v) for n, v in asked.told.items() if n in ("concept", "with", "set")],
        "all_kept": list(asked.other(is_table=False).told.items()),
        "drawn": drawn,
        "steps": [(step, take_out(drawn, step.edit)) for step in drawn.pending.steps],
        "canvas": asked.other(is_table=False).address,
        "concepts": rows.concepts(),
        "relations": rows.relations(),
        "begin": rows.begin,
        "stop": asked.address,
        "set_address": address_of_set(drawn.change_set.pk) if drawn.change_set else "",
        "hide_pending": asked.other(set_number=0).address,
        "show_pending": asked.other(set_number=None).address,
        "add": Link.to(AddConcept(request, None), asked, reverse("admin:governance_concept_add")),
        "may_take_back": bool(account.may(Deed.DRAW) and last_written(request)),
        "take_back": asked.led_from(reverse("admin:canvas_take_back")),
        "begin_with": _beginnings(asked),
        **_search(request, asked),
    }
    return TemplateResponse(request, "governance/canvas_table.html", context)


def _beginnings(asked: Asked) -> list[tuple[str, str]]:
    if asked.is_somewhere:
        return []
    return [(str(each), _around(asked, each.pk)) for each in said_most_of(SUGGESTED)]


def _search(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    words = request.GET.get("q", "")
    hits, has_more = sought(words)
    told = [
        (each, other_names(each), _with(asked, each.pk), _around(asked, each.pk)) for each in hits
    ]
    return {"sought": words[:200], "hits": told, "has_more": has_more}


def _with(asked: Asked, number: int) -> str:
    return asked.other(alone=tuple(dict.fromkeys([*asked.alone, number]))).address


def _around(asked: Asked, number: int) -> str:
    return asked.other(centres=tuple(dict.fromkeys([*asked.centres, number]))).address


@dataclass(frozen=True)
class Part:
    """A page of a table: its rows, of how many, and where the other pages are."""

    rows: list[Any]
    count: int
    links: list[tuple[int, str]]


class _Rows:
    def __init__(self, drawn: Drawn, request: HttpRequest) -> None:
        self.drawn, self.request, self.asked = drawn, request, drawn.asked
        self.may_draw = drawn.account.may(Deed.DRAW)
        self.labels = {node.id: node.label for node in drawn.nodes}
        self.triples = schema()["triples"] if self.begin else []

    @cached_property
    def begin(self) -> Node | None:
        """The concept from which a relation is begun."""
        wanted = self.request.GET.get("from", "")
        return next((n for n in self.drawn.nodes if n.id == wanted and self._may_join(n)), None)

    def _may_join(self, node: Node) -> bool:
        """What is only proposed is related to others in the set that proposes it."""
        is_there = bool(node.concept) and not node.standing
        return self.may_draw and (is_there or (not node.concept and self.drawn.is_mine))

    def concepts(self) -> Part:
        shown, links = self._page("page", self.drawn.nodes)
        return Part(list(map(self._concept, shown)), len(self.drawn.nodes), links)

    def relations(self) -> Part:
        shown, links = self._page("relations", self.drawn.edges)
        carried = self._carried(shown)
        rows = [self._relation(edge, carried) for edge in shown]
        return Part(rows, len(self.drawn.edges), links)

    def _page(self, name: str, rows: list[T]) -> tuple[list[T], list[tuple[int, str]]]:
        page = Paginator(rows, A_PAGE).get_page(self.request.GET.get(name, "1"))
        numbers = page.paginator.page_range
        links = [(n, self._at_page(name, n) if n != page.number else "") for n in numbers]
        return list(page), links if page.has_other_pages() else []

    def _at_page(self, name: str, number: int) -> str:
        begun = {"from": self.begin.id} if self.begin else {}
        return self.asked.at_page(**begun, **{name: number})

    def _concept(self, node: Node) -> ConceptRow:
        return ConceptRow(
            node,
            self.drawn.types.get(node.type, UNKNOWN),
            STATES.get(node.state),
            address_of_concept(node.concept.pk) if node.concept else "",
            _around(self.asked, node.concept.pk) if node.concept else "",
            self._off(node),
            self._begin_at(node),
            self._offers(node),
            list(self._joins(self.begin, node)) if self.begin else [],
        )

    def _relation(self, edge: Edge, carried: Mapping[int, int]) -> RelationRow:
        number = edge.relation.pk if edge.relation else 0
        return RelationRow(
            edge,
            self.labels[edge.source],
            self.labels[edge.target],
            STATES.get(edge.state),
            qualified(edge.relation.qualifiers) if edge.relation else [],
            self._offers_of(edge, carried.get(number, 0)),
        )

    def _off(self, node: Node) -> str:
        number = node.concept.pk if node.concept else 0
        if number not in (*self.asked.centres, *self.asked.alone):
            return ""
        centres = tuple(n for n in self.asked.centres if n != number)
        alone = tuple(n for n in self.asked.alone if n != number)
        return self.asked.other(centres=centres, alone=alone).address

    def _begin_at(self, node: Node) -> str:
        return self.asked.at_page(**{"from": node.id}) if self._may_join(node) else ""

    def _offers(self, node: Node) -> list[Link]:
        if node.concept is None or not self.may_draw:
            return []
        return offers_of_concept(node.concept, self.request, self.asked)

    def _offers_of(self, edge: Edge, carried: int) -> list[Link]:
        if edge.relation is None or not self.may_draw:
            return []
        return offers_of_edge(edge.relation, self.request, self.asked, carried=carried)

    def _joins(self, begin: Node, node: Node) -> Iterator[tuple[str, str]]:
        if node.id == begin.id or not self._may_join(node):
            return
        for code, subject, object_ in self.triples:
            for one, other in ((begin, node), (node, begin)):
                if (one.type, other.type) == (subject, object_):
                    yield self._relating(code, one, other)
        if begin.concept and node.concept and begin.type == node.type:
            words = say("Merge “%(name)s” into “%(into)s”")
            page = address_of_page("merge", begin.concept.pk)
            told = words % {"name": begin.label, "into": node.label}
            yield told, self._led(page, {"into": node.named})

    def _relating(self, code: str, one: Node, other: Node) -> tuple[str, str]:
        words = f"{one.label} – {self.drawn.relation_types.get(code, UNKNOWN)} → {other.label}"
        given = {"type": code, "object": other.named}
        if one.concept and other.concept:
            return words, self._led(address_of_page("relate", one.concept.pk), given)
        page = reverse("admin:canvas_relate")
        return words, self._led(page, {**given, "subject": one.named})

    def _led(self, page: str, given: dict[str, str]) -> str:
        return self.asked.led_from(f"{page}?{urlencode(given)}")

    def _carried(self, edges: list[Edge]) -> dict[int, int]:
        """By how many words each relation is carried."""
        numbers = [edge.relation.pk for edge in edges if edge.relation]
        rows = Evidence.objects.current().filter(relation__in=numbers)
        return dict(rows.values_list("relation").annotate(n=Count("pk")).order_by())
