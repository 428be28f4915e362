"""The pages of concepts: the list, and one concept with what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, graph
from governance.admin.base import GovernedAdmin, badge
from governance.admin.canvas_asked import canvas_around
from governance.admin.concept_pages import PAGES, AddConcept
from governance.admin.filters import Filter, of_column
from governance.admin.graph_words import qualified
from governance.admin.histories import ReadOnlyHistory
from governance.admin.pages import account_of
from governance.admin.passage_pages import place_of_number
from governance.admin.proposing import list_of_concepts
from governance.admin.relation_pages import offers_of
from governance.admin.set_pages import address_of_set, working_set
from governance.duties import Deed
from governance.models import (
    Account,
    Concept,
    ConceptStatus,
    ConceptType,
    Evidence,
    Relation,
)
from governance.wording import folded

ByConceptStatus = of_column("status", _("status"), ConceptStatus.choices, "status")


class ByType(Filter):
    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(each.code, each.label) for each in ConceptType.objects.order_by("code")]

    def narrow(self, rows: QuerySet[Any], word: str, account: Account) -> QuerySet[Any]:
        return rows.filter(type__code=word)


@admin.register(Concept)
class ConceptAdmin(ReadOnlyHistory, GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Concepts")
    empty_sentence = _("The graph has no concept yet. One is proposed, and applied by another.")
    add_page = AddConcept
    pages = PAGES
    detail_template = "governance/concept.html"
    list_display = ["named", "kind", "standing", "other_names", "coded"]
    list_filter = [ByType, ByConceptStatus]
    search_fields = ["names__folded"]
    search_help_text = _("Name, in any language, or code")
    ordering = ["-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Concept]:
        rows: QuerySet[Concept] = super().get_queryset(request)
        return rows.select_related("type").prefetch_related("names", "codes")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By any of its names, however it is spelt, or by a code. Chosen are current ones alone."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(status=ConceptStatus.CURRENT)
        sought = folded(search_term.strip())[0]
        if not sought:
            return queryset, False
        by_name = queryset.filter(names__folded__contains=sought)
        by_code = queryset.filter(codes__code__iexact=search_term.strip())
        return (by_name | by_code).distinct(), False

    def complete(self, rows: list[Any]) -> None:
        numbers = [concept.pk for concept in rows]
        said = graph.said_of(numbers, clock.now()).values_list("subject", "object")
        standing = {number for ends in said for number in ends}
        today = clock.today()
        for concept in rows:
            is_reviewed = concept.review_due is not None and concept.review_due >= today
            concept.now_in_force = is_reviewed or concept.pk in standing

    @admin.display(description=_("Concept"))
    def named(self, concept: Concept) -> str:
        return str(concept)

    @admin.display(description=_("Type"), ordering="type__code")
    def kind(self, concept: Concept) -> str:
        return str(concept.type)

    @admin.display(description=_("In force"))
    def standing(self, concept: Any) -> str:
        if concept.status != ConceptStatus.CURRENT:
            return badge("warn", concept.get_status_display())
        return badge("good", _("In force")) if concept.now_in_force else "–"

    @admin.display(description=_("Other names"))
    def other_names(self, concept: Concept) -> str:
        shown = str(concept)
        names = sorted(n.name for n in concept.names.all() if n.name != shown)
        return " · ".join(names[:5]) or "–"

    @admin.display(description=_("Codes"))
    def coded(self, concept: Concept) -> str:
        return " · ".join(sorted(str(code) for code in concept.codes.all())) or "–"

    def detail(self, request: HttpRequest, subject: Concept) -> Mapping[str, Any]:
        now = clock.now()
        account = account_of(request)
        draft = working_set(account) if account.may(Deed.DRAW) else None
        return {
            "concept": subject,
            "names": subject.names.order_by("-language", "-is_preferred", "name"),
            "is_in_force": graph.is_in_force(subject, now),
            "relations": _relations(subject, request),
            "draft": draft,
            "draft_address": address_of_set(draft.pk) if draft else "",
            "canvas_address": canvas_around(subject),
            "may_draw": account.may(Deed.DRAW),
            "crumbs": [(say("Concepts"), list_of_concepts())],
        }


def _relations(concept: Concept, request: HttpRequest) -> list[dict[str, Any]]:
    """Those that nobody has ended, with what carries each and whether it is in force."""
    now = clock.now()
    rows = Relation.objects.current().filter(subject=concept)
    rows = rows | Relation.objects.current().filter(object=concept)
    rows = rows.select_related("type").order_by("type__code", "pk")
    rows = rows.prefetch_related("subject__names", "object__names")
    standing = set(Relation.objects.in_force(now).filter(pk__in=rows).values_list("pk", flat=True))
    carried: dict[int, list[Evidence]] = {}
    evidence = Evidence.objects.current().filter(relation__in=rows)
    in_force = set(evidence.in_force(now).values_list("pk", flat=True))
    for each in evidence.select_related("passage__version__source").order_by("pk"):
        carried.setdefault(each.relation_id, []).append(each)
    return [
        {
            "relation": relation,
            "other": relation.object if relation.subject == concept else relation.subject,
            "is_in_force": relation.pk in standing,
            "qualifiers": qualified(relation.qualifiers),
            "evidence": [
                (each, place_of_number(each.passage_id), each.pk in in_force)
                for each in carried.get(relation.pk, [])
            ],
            "offers": offers_of(relation, request, carried=len(carried.get(relation.pk, []))),
        }
        for relation in rows
    ]
