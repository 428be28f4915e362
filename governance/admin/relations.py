"""The addresses of relations. They are read on the pages of the concepts they are said of."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from governance.admin.base import GovernedAdmin
from governance.admin.proposing import list_of_concepts, place_of_relation
from governance.admin.relation_pages import PAGES
from governance.duties import Deed
from governance.models import Relation


@admin.register(Relation)
class RelationAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Relations")
    empty_sentence = _("Relations are read on the pages of their concepts.")
    pages = PAGES

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Relation]:
        rows: QuerySet[Relation] = super().get_queryset(request)
        rows = rows.select_related("type", "subject__type", "object__type")
        return rows.prefetch_related("subject__names", "object__names")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(list_of_concepts())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """To its place on the page of the concept that it is said of."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        relation = self.get_object(request, object_id)
        if relation is None:
            raise Http404
        return HttpResponseRedirect(place_of_relation(relation))
