"""The system page, its buttons, and the page of a job that was ordered."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from governance.admin.addresses import enter
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage, account_of, refuse_without
from governance.duties import Deed
from kbadmin.home.wellness import wellness
from kbadmin.system import parts, work
from llm.actions import jobs
from llm.models import Job, Parked


class Order(ActionPage[None]):
    """Leaves a job for the process that owns the stores, and leads to its page."""

    deed = Deed.OPERATE
    form_class = NothingForm
    button = _("Have it done")
    done = _("It is ordered; this page shows what comes of it.")
    verb: ClassVar[str]
    arguments: ClassVar[dict[str, Any]] = {}

    def back(self) -> str:
        return reverse("admin:system")

    def do(self, given: dict[str, Any]) -> str:
        job = jobs.order(verb=self.verb, arguments=self.arguments, by=self.account)
        return reverse("admin:system_job", args=[job.pk])


class CatchUp(Order):
    path, verb = "catch-up", "catch_up"
    title = work.VERBS["catch_up"]
    hint = _("Brings every store to the end of the trail and tries again what is parked.")


class RebuildVectors(Order):
    path, verb, arguments = "rebuild-vectors", "rebuild", {"store": "vectors"}
    title = work.VERBS["rebuild vectors"]
    hint = _("Builds them anew beside the old ones, checks them, then moves the readers.")


class RebuildCorpus(Order):
    path, verb, arguments = "rebuild-corpus", "rebuild", {"store": "corpus"}
    title = work.VERBS["rebuild corpus"]
    hint = _("Writes every object and the manifest anew from the truth.")


class RebuildGraph(Order):
    path, verb, arguments = "rebuild-graph", "rebuild", {"store": "graph"}
    title = work.VERBS["rebuild graph"]
    hint = _("Builds it anew beside the old one, checks it, then moves the readers.")


class Reconcile(Order):
    path, verb, arguments = "reconcile", "reconcile", {"repair": False}
    title = work.VERBS["reconcile"]
    hint = _("Reads everything in every store and says what differs. Changes nothing.")


class Repair(Order):
    path, verb, arguments = "repair", "reconcile", {"repair": True}
    title = work.VERBS["reconcile repair"]
    hint = _("Reads everything in every store and puts right what differs.")


ORDERS: tuple[type[Order], ...] = (
    *(CatchUp, RebuildVectors, RebuildCorpus),
    *([RebuildGraph] if settings.NEO4J_URI else []),
    *(Reconcile, Repair),
)


class Retry(ActionPage[Parked]):
    """Tries what was parked again without waiting for the end of its pause."""

    path = "retry"
    deed = Deed.OPERATE
    form_class = NothingForm
    title = _("Try again now")
    button = _("Try again now")
    hint = _("It is tried again within seconds, whatever its pause.")
    done = _("It will be tried again within seconds.")

    def sentences(self) -> list[str]:
        parked = self.subject
        what = say("%(store)s, %(what)s: %(error)s") % {
            "store": work.name_of(parked.projection),
            "what": work.subject_of(parked),
            "error": parked.error,
        }
        return [what, str(self.hint)]

    def back(self) -> str:
        return reverse("admin:system")

    def do(self, given: dict[str, Any]) -> str:
        mine = self.subject
        jobs.retry(projection=mine.projection, kind=mine.kind, number=mine.number, by=self.account)
        return self.back()


def system(request: HttpRequest) -> HttpResponse:
    """Everything at a glance; what can be asked of one part alone stands when another is away."""
    refuse_without(Deed.OPERATE, account_of(request))
    context = {
        "parts": wellness(account_of(request)),
        "queues": work.queues(),
        "uploads": work.uploads(),
        "parked": [
            (p, work.name_of(p.projection), work.subject_of(p), work.since(p.since))
            for p in work.parked()
        ],
        "orders": [(page, reverse(f"admin:system_{_name(page)}")) for page in ORDERS],
        "jobs": work.recent_jobs(),
        "facts": _facts(),
    }
    return _page(request, "kbadmin/system.html", pgettext("what runs", "System"), context)


def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an ordered job is. The page asks again by itself until it is done."""
    refuse_without(Deed.OPERATE, account_of(request))
    if pk > MOST_NUMBER:
        raise Http404
    shown = work.in_words(get_object_or_404(Job, pk=pk))
    return _page(request, "kbadmin/system_job.html", shown.title, {"job": shown})


MOST_NUMBER = 2**63 - 1


def retry(request: HttpRequest, pk: int) -> HttpResponse:
    refuse_without(Deed.OPERATE, account_of(request))
    if pk > MOST_NUMBER:
        raise Http404
    return Retry(request, get_object_or_404(Parked, pk=pk)).answer()


def enter_pages() -> None:
    enter("system/", system, "system")
    enter("system/jobs/<int:pk>/", job, "system_job")
    enter("system/parked/<int:pk>/retry/", retry, "system_retry")
    for page in ORDERS:
        enter(f"system/{page.path}/", _view_of(page), f"system_{_name(page)}")


def _view_of(page: type[Order]) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        refuse_without(Deed.OPERATE, account_of(request))
        return page(request, None).answer()

    return view


def _name(page: type[Order]) -> str:
    return page.path.replace("-", "_")


def _facts() -> list[tuple[Promise, list[tuple[str, str]]]]:
    return [
        (_("Storage"), parts.storage()),
        (_("Settings"), parts.settings_in_words()),
        (_("Model"), parts.model()),
        (_("Versions of parts"), parts.versions()),
    ]


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    common = {**admin.site.each_context(request), "title": title}
    return TemplateResponse(request, template, common | context)
