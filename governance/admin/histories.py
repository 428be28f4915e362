"""Field history as a page to read. It is a convenience, never evidence: that is the trail."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils.translation import gettext as say
from simple_history.admin import SimpleHistoryAdmin


class ReadOnlyHistory(SimpleHistoryAdmin):
    """Shows what changed, by whom and why. Stands before `GovernedAdmin` among the bases."""

    object_history_template = "governance/history.html"
    object_history_list_template = "governance/history_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Without the page that would put an old state back, which no action would know of."""
        urls: list[URLPattern] = super().get_urls()
        return [url for url in urls if not (url.name or "").endswith("_simple_history")]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return say("History of %(name)s") % {"name": obj}
