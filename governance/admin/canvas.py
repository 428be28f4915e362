"""The graph canvas: its page, and the small doors through which it asks for what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as say

from governance import clock
from governance.admin import once
from governance.admin.canvas_asked import asked_by
from governance.admin.canvas_graph import Drawn
from governance.admin.canvas_offers import Link, offers_of_concept, offers_of_edge, take_out
from governance.admin.canvas_search import other_names, sought
from governance.admin.canvas_steps import last_written, sentences_of
from governance.admin.canvas_words import schema, words
from governance.admin.change_sets import KINDS
from governance.admin.concept_pages import AddConcept
from governance.admin.graph_words import qualified
from governance.admin.pages import account_of, refuse_without
from governance.admin.passage_pages import place_of_number
from governance.admin.proposing import address_of_concept, list_of_concepts
from governance.admin.set_pages import address_of_set
from governance.duties import Deed
from governance.graph import is_in_force
from governance.models import ChangeSetStatus, Concept, Evidence, Relation
from governance.surroundings import said_most_of

SUGGESTED = 8
MOST_QUOTES = 20

View = Callable[..., HttpResponse]


def to_read(view: View) -> View:
    """A page for whoever may read knowledge, that changes nothing."""

    def guarded(request: HttpRequest, **numbers: int) -> HttpResponse:
        refuse_without(Deed.READ, account_of(request))
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return view(request, **numbers)

    return guarded


@to_read
def canvas(request: HttpRequest) -> HttpResponse:
    asked, account = asked_by(request), account_of(request)
    context = {
        **admin.site.each_context(request),
        "title": say("Graph canvas"),
        "crumbs": [(say("Concepts"), list_of_concepts())],
        "asked": asked,
        "table": asked.other(is_table=True).address,
        "may_draw": account.may(Deed.DRAW),
        "add": Link.to(AddConcept(request, None), asked, reverse("admin:governance_concept_add")),
        "begin_with": [] if asked.is_somewhere else said_most_of(SUGGESTED),
        "once": [once.new_token() for _form in range(2)],
        "take_back": asked.led_from(reverse("admin:canvas_take_back")),
        "words": words(),
        "schema": schema(),
    }
    return TemplateResponse(request, "governance/canvas.html", context)


@to_read
def shown(request: HttpRequest) -> HttpResponse:
    """What is drawn, for the canvas to draw."""
    asked = asked_by(request)
    drawn = Drawn(asked, account_of(request))
    told = {
        "nodes": [node.as_json() for node in drawn.nodes],
        "edges": [edge.as_json() for edge in drawn.edges],
        "remarks": drawn.remarks(),
        "set": _set_told(drawn),
        "steps": _steps_told(drawn),
        "last": _last_told(request),
        "at": clock.now().isoformat(),
    }
    return JsonResponse(told)


@to_read
def found(request: HttpRequest) -> HttpResponse:
    hits, has_more = sought(request.GET.get("q", ""))
    told = [
        {
            "number": each.pk,
            "label": str(each),
            "type": each.type.code,
            "typeLabel": each.type.label,
            "names": " · ".join([*other_names(each)[:5], *map(str, each.codes.all())]),
        }
        for each in hits
    ]
    return JsonResponse({"found": told, "hasMore": has_more})


@to_read
def concept(request: HttpRequest, pk: int) -> HttpResponse:
    """What there is to know of a concept, beside the canvas."""
    rows = Concept.objects.select_related("type").prefetch_related("names", "codes")
    subject = _one(rows, pk)
    context = {
        "concept": subject,
        "names": subject.names.order_by("-language", "-is_preferred", "name"),
        "is_in_force": is_in_force(subject, clock.now()),
        "address": address_of_concept(subject.pk),
        "offers": offers_of_concept(subject, request, asked_by(request)),
    }
    return TemplateResponse(request, "governance/canvas_concept.html", context)


@to_read
def relation(request: HttpRequest, pk: int) -> HttpResponse:
    """What is said, and what carries it."""
    rows = Relation.objects.select_related("type", "subject", "object")
    subject = _one(rows.prefetch_related("subject__names", "object__names"), pk)
    evidence = Evidence.objects.current().filter(relation=subject)
    in_force = set(evidence.in_force(clock.now()).values_list("pk", flat=True))
    carrying = list(evidence.select_related("passage__version__source").order_by("pk"))
    context = {
        "relation": subject,
        "is_in_force": subject.ended_at is None and bool(in_force),
        "qualifiers": qualified(subject.qualifiers),
        "evidence": [
            (each, place_of_number(each.passage_id), each.pk in in_force)
            for each in carrying[:MOST_QUOTES]
        ],
        "more": max(len(carrying) - MOST_QUOTES, 0),
        "address": address_of_concept(subject.subject_id),
        "offers": offers_of_edge(subject, request, asked_by(request), carried=len(carrying)),
    }
    return TemplateResponse(request, "governance/canvas_relation.html", context)


def _one(rows: Any, pk: int) -> Any:
    """Numbers that no column holds name nothing either."""
    try:
        row = rows.filter(pk=pk).first()
    except OverflowError:
        row = None
    if row is None:
        raise Http404
    return row


def _set_told(drawn: Drawn) -> dict[str, Any] | None:
    change_set = drawn.change_set
    if change_set is None:
        return None
    return {
        "number": change_set.pk,
        "title": change_set.title,
        "status": change_set.get_status_display(),
        "kind": KINDS[ChangeSetStatus(change_set.status)],
        "isPending": drawn.is_pending,
        "isMine": drawn.is_mine,
        "author": str(change_set.author),
        "address": address_of_set(change_set.pk),
    }


def _steps_told(drawn: Drawn) -> list[dict[str, Any]]:
    return [
        {
            "position": step.edit.position,
            "sentence": step.sentence,
            "about": step.about,
            "takeOut": take_out(drawn, step.edit),
        }
        for step in drawn.pending.steps
    ]


def _last_told(request: HttpRequest) -> str:
    """What would be taken back; empty where nothing is left to."""
    return (sentences_of(last_written(request)) or [""])[-1]


VIEWS: dict[str, tuple[str, View]] = {
    "canvas": ("canvas/", canvas),
    "canvas_shown": ("canvas/shown/", shown),
    "canvas_found": ("canvas/found/", found),
    "canvas_concept": ("canvas/concept/<int:pk>/", concept),
    "canvas_relation": ("canvas/relation/<int:pk>/", relation),
}
