"""The pages of versions: the list, and one version with its text and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, originals
from governance.admin.assign_page import AssignReviewer
from governance.admin.base import GovernedAdmin, badge
from governance.admin.decision_pages import Approve, Reaffirm
from governance.admin.filters import (
    ByDue,
    ByForce,
    ByMonth,
    ByReading,
    ByStatus,
    ByVersionClass,
    ByVersionDepartment,
    ByVersionLanguage,
    ByVersionLicence,
    ByVersionOwner,
    ByWaiting,
    quarantined,
)
from governance.admin.histories import ReadOnlyHistory
from governance.admin.next_steps import as_review_falls_due, next_to_decide
from governance.admin.pages import account_of
from governance.admin.reading import text_of
from governance.admin.review import moves_of, submitters_of
from governance.admin.review_difference import basis_of, difference
from governance.admin.review_pages import CommentOnVersion, SettleComment
from governance.admin.standing import Standing, moment, until
from governance.admin.uploads import report_of
from governance.admin.version_pages import (
    Amend,
    ReadAgain,
    SendBack,
    Submit,
    TakeBack,
    VersionPage,
    Withdraw,
    crumbs_of,
)
from governance.admin.withdrawal_pages import BeginQuarantine, LiftQuarantine, Retire
from governance.duties import Deed
from governance.lifecycle import APPROVED, CURRENT, Status
from governance.models import Account, Assignment, Pull, PullItem, Version

KINDS = {
    Status.DRAFT: "plain",
    Status.IN_REVIEW: "info",
    # Whether it is served, which is what is green, another column says.
    Status.ACTIVE: "plain",
    Status.RETIRED: "warn",
    Status.WITHDRAWN: "warn",
}


def status_badge(version: Version) -> SafeString:
    return badge(KINDS[Status(version.status)], version.get_status_display())


def due_badge(version: Version) -> SafeString | str:
    """The day its review is due, marked where that is past."""
    if version.review_due is None or version.status not in CURRENT:
        return "–"
    if version.is_overdue(clock.today()):
        return badge("bad", say("%(day)s overdue") % {"day": version.review_due})
    return str(version.review_due)


PAGES: tuple[type[VersionPage], ...] = (
    ReadAgain,
    Submit,
    TakeBack,
    Approve,
    SendBack,
    LiftQuarantine,
    Reaffirm,
    Amend,
    BeginQuarantine,
    Retire,
    Withdraw,
)

# Not approving, reaffirming and ending a quarantine, for which each text must have been read.
IN_BULK: tuple[type[VersionPage], ...] = (Submit, Withdraw, BeginQuarantine, Retire)


OF_WHAT_WAITS = ["named", "standing", "submitted", "asked", "due"]


@admin.register(Version)
class VersionAdmin(ReadOnlyHistory, GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Versions")
    empty_sentence = _("There is no version yet. One is made on the page of its source.")
    pages = (*PAGES, AssignReviewer, CommentOnVersion, SettleComment)
    in_bulk = IN_BULK
    detail_template = "governance/version.html"
    list_display = ["named", "standing", "force", "reading", "due", "registered"]
    list_filter = [
        ByStatus,
        ByForce,
        ByDue,
        ByWaiting,
        ByReading,
        ByVersionClass,
        ByVersionDepartment,
        ByVersionOwner,
        ByVersionLanguage,
        ByVersionLicence,
        ByMonth,
    ]
    search_fields = ["source__title", "label", "source__issuer", "source__identifiers__value"]
    search_help_text = _("Title, label, issuer or identifier")
    ordering = ["-registered_at", "-pk"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        rows: QuerySet[Version] = super().get_queryset(request)
        return rows.select_related("source", "upload")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """What waits for a decision says since when, from whom, and who was asked to decide."""
        asked = request.GET
        waits = (
            asked.get("waiting") in ("approval", "assigned") or asked.get("status") == "in_review"
        )
        return OF_WHAT_WAITS if waits else self.list_display

    def complete(self, rows: list[Any]) -> None:
        submitters = submitters_of(rows)
        asked = Assignment.objects.filter(version__in=rows).select_related("reviewer")
        reviewers = {each.version_id: each.reviewer for each in asked}
        shown = Version.objects.filter(pk__in=[version.pk for version in rows])
        in_force = set(shown.in_force(clock.now()).values_list("pk", flat=True))
        away = set(quarantined(shown).values_list("pk", flat=True))
        for version in rows:
            version.now_in_force = version.pk in in_force
            version.now_quarantined = version.pk in away
            version.submitter = submitters.get(version.pk)
            version.asked_reviewer = reviewers.get(version.pk)

    @admin.display(description=_("Version"), ordering="source__title")
    def named(self, version: Version) -> str:
        return str(version)

    @admin.display(description=_("Status"), ordering="status")
    def standing(self, version: Version) -> str:
        return status_badge(version)

    @admin.display(description=_("In force"))
    def force(self, version: Any) -> str:
        if version.now_in_force and version.now_quarantined:
            return badge("warn", _("In force but for a passage"))
        if version.now_quarantined:
            return badge("bad", _("Quarantined"))
        if version.now_in_force:
            return badge("good", _("In force"))
        return badge("warn", _("Not in force")) if version.status == Status.ACTIVE else "–"

    @admin.display(description=_("File"))
    def reading(self, version: Version) -> str:
        return version.upload.get_parse_state_display()

    @admin.display(description=_("Review due"), ordering="review_due")
    def due(self, version: Version) -> str:
        return due_badge(version)

    @admin.display(description=_("Registered"), ordering="registered_at")
    def registered(self, version: Version) -> str:
        return moment(version.registered_at)

    @admin.display(description=_("Submitted"), ordering="submitted_at")
    def submitted(self, version: Any) -> str:
        if version.submitted_at is None:
            return "–"
        return f"{moment(version.submitted_at)} · {version.submitter or '–'}"

    @admin.display(description=_("Asked to review"))
    def asked(self, version: Any) -> str:
        return str(version.asked_reviewer or "–")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Asked for a successor, only what was approved is one."""
        if request.path.endswith("/autocomplete/"):
            queryset = queryset.filter(status__in=APPROVED)
        found: tuple[QuerySet[Any], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/state/", view(self.state), name="version_state"),
            path("<int:pk>/file/", view(self.file), name="version_file"),
            path("<int:pk>/difference/", view(self.difference), name="version_difference"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A page that waits for its file loads itself anew; what was told is told there too."""
        shown = super().change_view(request, object_id, form_url, extra_context)
        if isinstance(shown, TemplateResponse) and _waits(shown):
            shown.add_post_render_callback(lambda _shown: _tell_again(request))
        return shown

    def detail(self, request: HttpRequest, subject: Version) -> Mapping[str, Any]:
        standing = Standing.now(subject)
        return {
            "title": subject.label,
            "subtitle": subject.source.title,
            "version": subject,
            "status_badge": status_badge(subject),
            "due_badge": due_badge(subject),
            "terms": [
                (moment(t.starts_at), until(t.ends_at)) for t in subject.terms.order_by("starts_at")
            ],
            "standing": standing,
            "may_trace": _may_trace(account_of(request)),
            "next_steps": as_review_falls_due(subject, request) or next_to_decide(subject, request),
            "why_not": standing.why_not_in_force(),
            "digest": subject.digest_now(),
            "crumbs": crumbs_of(subject)[:-1],
            "report": report_of(subject.upload),
            "moves": moves_of(subject),
            "basis": basis_of(subject),
            "amend": _amend_of(request, subject),
            "may_comment": account_of(request).may(Deed.COMMENT),
            "settle_at": reverse("admin:version_settle_comment", args=[subject.pk]),
            "reviews": subject.reviews.select_related("person").order_by("at"),
            "quarantines": _quarantines(subject),
            "pulls": _pulls(subject),
            "contributors": subject.contributors.select_related("person").order_by("pk"),
            "successors": _successors(subject),
            "asked": _asked(subject),
            **text_of(subject, request),
        }

    def state(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far the file has been read, for the page that waits for it."""
        report = report_of(self._seen(request, pk).upload)
        return JsonResponse({"state": report.state, "settled": report.is_settled})

    def file(self, request: HttpRequest, pk: int) -> FileResponse:
        """The bytes as they were received. Never opened in the browser: a file is hostile."""
        upload = self._seen(request, pk).upload
        place = originals.path_of(upload.sha256)
        if not place.exists():
            raise Http404
        return FileResponse(
            place.open("rb"),
            as_attachment=True,
            filename=upload.filename,
            content_type="application/octet-stream",
        )

    def difference(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What changed since the version it takes over from."""
        version = self._seen(request, pk)
        context = {
            **admin.site.each_context(request),
            "title": say("What changed"),
            "version": version,
            "crumbs": crumbs_of(version),
            **self.offered(request, version),
            "may_comment_here": CommentOnVersion(request, version).is_open(),
            **difference(version, request),
        }
        return TemplateResponse(request, "governance/difference.html", context)

    def _seen(self, request: HttpRequest, pk: int) -> Version:
        if not self.has_view_permission(request):
            raise PermissionDenied
        version: Version = self.find(request, pk)
        return version


def _waits(shown: TemplateResponse) -> bool:
    return not (shown.context_data or {})["report"].is_settled


def _tell_again(request: HttpRequest) -> None:
    setattr(messages.get_messages(request), "used", False)  # noqa: B010  (unknown to the type)


def _may_trace(account: Account) -> bool:
    """Whether there is a page for this person of who was given the version."""
    return account.may(Deed.AUDIT) or account.may(Deed.REVIEW)


def _amend_of(request: HttpRequest, version: Version) -> str:
    """Where this person may amend it, which is how the text of what is active is put right."""
    is_open = Amend(request, version).is_open()
    return reverse("admin:version_amend", args=[version.pk]) if is_open else ""


def _asked(version: Version) -> Assignment | None:
    """Who is to review it, as long as there is something to review."""
    if version.status not in CURRENT:
        return None
    return Assignment.objects.filter(version=version).select_related("reviewer").first()


def _successors(version: Version) -> QuerySet[Version]:
    approved = version.successors.filter(status__in=[Status.ACTIVE, Status.RETIRED])
    return approved.select_related("source").order_by("approved_at")


def _pulls(version: Version) -> QuerySet[Pull]:
    """Those that took it or passages of it out of service, and are not worked off."""
    standing = PullItem.objects.filter(quarantine__version=version, quarantine__ends_at=None)
    return Pull.objects.filter(items__in=standing).distinct().order_by("pk")


def _quarantines(version: Version) -> QuerySet[Any]:
    beside = ("passage", "begun_by", "first_lift_by", "ended_by")
    rows: QuerySet[Any] = version.quarantines.select_related(*beside)
    return rows.order_by("starts_at")
