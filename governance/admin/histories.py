"""Field history as a page to read. It is a convenience, never evidence: that is the trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

# The columns that change in a life, as people call them; others keep their own names.
WORDS = {
    "status": _("Status"),
    "predecessor": _("Takes over from"),
    "content_digest": _("Digest of the text"),
    "submitted_at": _("Submitted"),
    "approved_at": _("Approved"),
    "reviewed_on": _("Reviewed on"),
    "review_due": _("Review due"),
    "digest": _("Digest"),
    "citation": _("Frozen citation"),
    "title": _("Title"),
    "source_class": _("Class"),
    "issuer": _("Issuer"),
    "language": _("Language"),
    "licence_text": _("Licence"),
    "may_serve": _("May be served"),
    "may_quote": _("May be quoted"),
    "may_train": _("May train a model"),
    "owner": _("Owner"),
    "department": _("Department"),
    "number": _("Employee number"),
    "display_name": _("Name shown"),
    "duty": _("Duty"),
    "is_curator": _("Curator"),
    "is_reviewer": _("Reviewer"),
    "is_graph_editor": _("Graph editor"),
}


class InWords(HistoricalRecordContextHelper):
    """Changes as people say them: names of fields, choices, days and instants."""

    def format_delta_change(self, change: ModelChange) -> ModelChange:
        said = super().format_delta_change(change)
        return replace(said, field=WORDS.get(change.field, said.field))

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> Any:
        field = self.model._meta.get_field(change.field)
        if value is None or value == "" or getattr(value, "pk", value) is None:
            return "–"
        if isinstance(value, dict):
            return say("as it stood then")
        if isinstance(value, bool):
            return say("yes") if value else say("no")
        if isinstance(value, datetime):
            return date_format(localtime(value), "Y-m-d H:i")
        return dict(field.flatchoices).get(value, value) if field.choices else value


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

    def get_historical_record_context_helper(self, request: HttpRequest, record: Any) -> InWords:
        return InWords(self.model, record)

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return say("History of %(name)s") % {"name": obj}
