"""The pages of sources: the list, and one source with its versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import (
    ByClass,
    ByDepartment,
    ByForce,
    ByLanguage,
    ByLicence,
    ByOwner,
    BySourceDue,
)
from governance.admin.histories import ReadOnlyHistory
from governance.admin.source_pages import PAGES, HandOver, Register, list_of_sources
from governance.admin.versions import due_badge, status_badge
from governance.duties import Deed
from governance.identifiers import IdentifierKind
from governance.lifecycle import Status
from governance.models import Source, Version


class ByForceOfSource(ByForce):
    """Sources of which a version is in force now."""

    words = ByForce.words[:2]

    def narrow(self, rows: QuerySet[Any], word: str, account: Any) -> QuerySet[Any]:
        standing = Version.objects.in_force(clock.now()).values("source")
        return rows.filter(pk__in=standing) if word == "yes" else rows.exclude(pk__in=standing)


@admin.register(Source)
class SourceAdmin(ReadOnlyHistory, GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Sources")
    empty_sentence = _("There is no source here. One is registered, or brought in with its file.")
    add_page = Register
    pages = PAGES
    in_bulk = (HandOver,)
    detail_template = "governance/source.html"
    list_display = [
        "named",
        "class_and_rank",
        "published_by",
        "tongue",
        "standing",
        "due",
        "keeper",
    ]
    list_filter = [
        ByClass,
        ByForceOfSource,
        BySourceDue,
        ByDepartment,
        ByOwner,
        ByLanguage,
        ByLicence,
    ]
    search_fields = ["title", "issuer", "identifiers__value"]
    search_help_text = _("Title, issuer or identifier")
    ordering = ["-registered_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        rows: QuerySet[Source] = super().get_queryset(request)
        active = Version.objects.filter(source=OuterRef("pk"), status=Status.ACTIVE)
        first = active.order_by("review_due").values("review_due")[:1]
        return rows.select_related("owner", "department").annotate(first_due=Subquery(first))

    def complete(self, rows: list[Any]) -> None:
        standing = Version.objects.filter(source__in=rows).in_force(clock.now())
        labels = dict(standing.order_by("approved_at").values_list("source", "label"))
        for source in rows:
            source.label_in_force = labels.get(source.pk)

    @admin.display(description=_("Issuer"), ordering="issuer")
    def published_by(self, source: Source) -> str:
        return source.issuer

    @admin.display(description=_("Title"), ordering="title")
    def named(self, source: Source) -> str:
        return source.title

    @admin.display(description=_("Class"), ordering="source_class")
    def class_and_rank(self, source: Source) -> str:
        rank = say("rank %(rank)s") % {"rank": source.policy.rank}
        return format_html("{}<br><small>{}</small>", source.get_source_class_display(), rank)

    @admin.display(description=_("Language"), ordering="language")
    def tongue(self, source: Source) -> str:
        return source.get_language_display()

    @admin.display(description=_("In force"))
    def standing(self, source: Any) -> str:
        label: str | None = source.label_in_force
        return badge("good", label) if label else "–"

    @admin.display(description=_("Review due"), ordering="first_due")
    def due(self, source: Any) -> str:
        if source.first_due and source.first_due < clock.today():
            return badge("bad", say("%(day)s overdue") % {"day": source.first_due})
        return str(source.first_due or "–")

    @admin.display(description=_("Owner"), ordering="owner__display_name")
    def keeper(self, source: Source) -> str:
        return str(source.owner)

    def detail(self, request: HttpRequest, subject: Source) -> Mapping[str, Any]:
        standing = set(subject.versions.in_force(clock.now()).values_list("pk", flat=True))
        rows = subject.versions.select_related("upload").order_by("-registered_at", "-pk")
        return {
            "source": subject,
            "crumbs": [(say("Sources"), list_of_sources())],
            "identifiers": [
                (IdentifierKind(row["kind"]).label, row["value"]) for row in subject.identified()
            ],
            "lacks_identifier": not subject.has_needed_identifier(),
            "needed": [IdentifierKind(kind).label for kind in subject.policy.identified_by],
            "versions": [(v, status_badge(v), due_badge(v), v.pk in standing) for v in rows],
        }
