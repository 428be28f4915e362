"""The addresses of passages. They are read within their version."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.admin.base import GovernedAdmin
from governance.admin.citing import PARAMETER, is_marked
from governance.admin.passage_pages import PAGES, shown_for
from governance.admin.reading import page_of
from governance.admin.review_pages import CommentOnPassage
from governance.admin.version_pages import address_of_version
from governance.duties import Deed
from governance.models import Passage


@admin.register(Passage)
class PassageAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Passages")
    empty_sentence = _("Passages are read within their version.")
    pages = (*PAGES, CommentOnPassage)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        rows: QuerySet[Passage] = super().get_queryset(request)
        return rows.select_related("section", "version__source", "version__upload")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:governance_version_changelist"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """To its place in the version's text; a corrected one leads to what replaced it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        passage = self.get_object(request, object_id)
        if passage is None:
            raise Http404
        shown = shown_for(passage)
        mark = f"&{PARAMETER}={passage.pk}" if is_marked(passage) else ""
        address = f"{address_of_version(passage.version_id)}?page={page_of(shown)}{mark}"
        return HttpResponseRedirect(f"{address}#passage-{shown.pk}")
