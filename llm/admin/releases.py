"""The pages of releases: the list, and one release with its tests, its notes and what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import of_column
from governance.admin.standing import moment
from governance.duties import Deed
from llm.actions.releases import VERB
from llm.admin.release_pages import (
    Cut,
    HaveTested,
    Publish,
    Waive,
    Withdraw,
    WriteNotes,
    list_of_releases,
)
from llm.models import Job, Release, ReleaseStatus
from llm.releases.gate import title_of

KINDS = {
    ReleaseStatus.DRAFT: "plain",
    ReleaseStatus.TESTED: "info",
    ReleaseStatus.PUBLISHED: "good",
    ReleaseStatus.WITHDRAWN: "warn",
}
ByStatus = of_column("status", _("status"), ReleaseStatus.choices, "status")


@admin.register(Release)
class ReleaseAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Releases")
    empty_sentence = _("No release was cut yet.")
    add_page = Cut
    pages = (HaveTested, Publish, Waive, WriteNotes, Withdraw)
    detail_template = "llm/release.html"
    list_display = ["named", "standing", "holds", "at_number", "cut", "who"]
    list_filter = [ByStatus]
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["-number"]
    list_select_related = ["cut_by"]

    @admin.display(description=_("Name"), ordering="name")
    def named(self, release: Release) -> str:
        return release.name

    @admin.display(description=_("Status"), ordering="status")
    def standing(self, release: Release) -> str:
        if release == Release.objects.current():
            return badge("good", say("Current"))
        return badge(KINDS[ReleaseStatus(release.status)], release.get_status_display())

    @admin.display(description=_("Versions"), ordering="versions")
    def holds(self, release: Release) -> str:
        return str(release.versions)

    @admin.display(description=_("Trail number"), ordering="trail")
    def at_number(self, release: Release) -> str:
        return str(release.trail)

    @admin.display(description=_("Cut"), ordering="cut_at")
    def cut(self, release: Release) -> str:
        return moment(release.cut_at)

    @admin.display(description=_("By"), ordering="cut_by__display_name")
    def who(self, release: Release) -> str:
        return str(release.cut_by)

    def detail(self, request: HttpRequest, subject: Release) -> Mapping[str, Any]:
        checks = subject.last_checks()
        for check in checks:
            setattr(check, "title", title_of(check.name))  # noqa: B010  (shown beside its row)
        mine, other = subject.notes_en, subject.notes_zh
        if str(get_language()).startswith("zh"):
            mine, other = other, mine
        return {
            "release": subject,
            "status_badge": self.standing(subject),
            "checks": checks,
            "test": _test_of(subject),
            "notes": mine or other,
            "publications": subject.publications.select_related("person").order_by("-pk"),
            "crumbs": [(say("Releases"), list_of_releases())],
        }


def _test_of(release: Release) -> str:
    """How far its last test is, or why it came to nothing; empty where what it found stands."""
    jobs = Job.objects.filter(verb=VERB, arguments__release=release.pk)
    job = jobs.order_by("-pk").first()
    if job is None:
        return ""
    if job.state != Job.State.DONE:
        return say("It is being tested; load this page again to see what was found.")
    outcome = job.outcome or {}
    if "error" not in outcome:
        return ""
    return say("The last test could not be made: %(error)s") % {"error": outcome["error"]}
