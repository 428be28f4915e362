"""What may be proposed about what is drawn: links to the pages that do it, with a way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from governance.admin.canvas_asked import Asked
from governance.admin.canvas_graph import Drawn
from governance.admin.concept_pages import PAGES
from governance.admin.pages import ActionPage
from governance.admin.relation_pages import offers_of
from governance.models import Concept, GraphEdit, Relation


@dataclass(frozen=True)
class Link:
    page: ActionPage[Any]
    address: str

    @classmethod
    def to(cls, page: ActionPage[Any], asked: Asked, address: str) -> Link | None:
        """None where it may not be done by who asks, or makes no sense."""
        if not (page.is_allowed() and page.fits()):
            return None
        return cls(page, asked.led_from(address))


def offers_of_concept(concept: Concept, request: HttpRequest, asked: Asked) -> list[Link]:
    pages = [page(request, concept) for page in PAGES]
    links = [Link.to(page, asked, address_of_page(page.path, concept.pk)) for page in pages]
    return [link for link in links if link]


def offers_of_edge(
    relation: Relation, request: HttpRequest, asked: Asked, *, carried: int
) -> list[Link]:
    if relation.ended_at is not None:
        return []
    offers = offers_of(relation, request, carried=carried)
    return [Link(page, asked.led_from(address)) for page, address in offers]


def take_out(drawn: Drawn, step: GraphEdit) -> str:
    """Offered of one's own draft alone: what is in review would be taken out of it."""
    if not drawn.is_mine:
        return ""
    page = reverse("admin:changeset_remove_step", args=[step.change_set_id])
    return drawn.asked.led_from(f"{page}?step={step.pk}")


def address_of_page(page: str, concept: int) -> str:
    return reverse(f"admin:concept_{page.replace('-', '_')}", args=[concept])
