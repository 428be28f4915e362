"""What was pulled, and how far two persons are with working it off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.admin.pages import account_of, refuse_without
from governance.admin.passage_pages import place_of
from governance.admin.pull_excerpts import rest_of
from governance.admin.standing import moment
from governance.admin.tables import excerpt
from governance.admin.version_pages import address_of_version
from governance.duties import Deed
from governance.lifecycle import Status
from governance.models import Account, Pull, PullItem, Quarantine, Retirement
from governance.naming import Names

A_PAGE = 50
SETTLED = Q(items__quarantine__ends_at__isnull=False) | Q(
    items__quarantine__version__status=Status.RETIRED
)
# State, the colour of its badge, and its words.
STATES: dict[str, tuple[str, Promise]] = {
    "quarantined": ("bad", _("Quarantined")),
    "first_word": ("warn", _("One of two has agreed to end it")),
    "ended": ("good", _("Ended, served again")),
    "retired": ("plain", _("Version retired")),
}


@dataclass(frozen=True)
class Item:
    """One thing that was pulled, and what this person may do about it."""

    quarantine: Quarantine
    state: str
    address: str
    # The sentence in which it is named; empty for a whole version.
    html: SafeString | str
    # All that went with that sentence; empty where nothing did.
    whole: SafeString | str
    retirement: Retirement | None
    lift: str
    retire: str

    @property
    def badge(self) -> str:
        return STATES[self.state][0]

    @property
    def words(self) -> Promise:
        return STATES[self.state][1]

    @property
    def is_settled(self) -> bool:
        return self.state in ("ended", "retired")


def pulls(request: HttpRequest) -> HttpResponse:
    refuse_without(Deed.READ, account_of(request))
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    rows = Pull.objects.select_related("by").order_by("-at", "-pk")
    counted = rows.annotate(count=Count("items"), settled=Count("items", filter=SETTLED))
    pages = Paginator(counted, A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": say("Pulls"),
        "page": page,
        "may_pull": account_of(request).may(Deed.QUARANTINE),
    }
    return TemplateResponse(request, "governance/pulls.html", context)


def pull(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_of(request)
    refuse_without(Deed.READ, account)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    made = get_object_or_404(Pull.objects.select_related("by"), pk=pk)
    items = items_of(made, account)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": say("Pull: %(names)s") % {"names": say(", ").join(made.terms)},
        "crumbs": [(say("Pulls"), reverse("admin:pulls"))],
        "pull": made,
        "items": items,
        "half_way": sum(item.state == "first_word" for item in items),
        "settled": sum(item.is_settled for item in items),
        "verdict": out_of_service([i.quarantine for i in items if i.state != "ended"], made),
        "again": reverse("admin:pull_now"),
        "may_pull": account.may(Deed.QUARANTINE),
        "may_end": sum(bool(item.lift) for item in items) > 1,
    }
    return TemplateResponse(request, "governance/pull_one.html", context)


def out_of_service(those: Collection[Quarantine], made: Pull) -> str:
    """How much of a pull is served to nobody, and since when; empty where nothing is."""
    passages = sum(q.passage_id is not None for q in those)
    counts = {"at": moment(made.at), "n": passages, "versions": len(those) - passages}
    if passages and counts["versions"]:
        words = say("Out of service since %(at)s: passages: %(n)s, whole versions: %(versions)s.")
    elif passages:
        words = ngettext(
            "%(n)s passage is out of service since %(at)s.",
            "%(n)s passages are out of service since %(at)s.",
            passages,
        )
    else:
        words = ngettext(
            "%(versions)s whole version is out of service since %(at)s.",
            "%(versions)s whole versions are out of service since %(at)s.",
            len(those),
        )
    return words % counts if those else ""


def items_of(made: Pull, account: Account) -> list[Item]:
    """What is left to do first, then by version and place."""
    names = Names(tuple(made.terms), parts=True)
    rows = list(_rows(made))
    versions = [row.quarantine.version_id for row in rows]
    retirements = {r.version_id: r for r in _retirements(versions)}
    items = [
        _item(r.quarantine, retirements.get(r.quarantine.version_id), names, account) for r in rows
    ]
    return sorted(items, key=lambda item: item.is_settled)


def _retirements(versions: list[int]) -> QuerySet[Retirement]:
    return Retirement.objects.filter(version__in=versions).select_related("by")


def _rows(made: Pull) -> QuerySet[PullItem]:
    named = ("version__source", "passage__section", "begun_by", "first_lift_by", "ended_by")
    rows = made.items.select_related(*(f"quarantine__{name}" for name in named))
    return rows.order_by(
        "quarantine__version", "quarantine__passage__position", "quarantine__passage", "pk"
    )


def _item(
    quarantine: Quarantine, retirement: Retirement | None, names: Names, account: Account
) -> Item:
    passage = quarantine.passage
    if passage:
        passage.version = quarantine.version
    state = _state(quarantine)
    html = excerpt(names, passage.text, names.marked(passage.text)) if passage else ""
    return Item(
        quarantine,
        state,
        place_of(passage) if passage else address_of_version(quarantine.version_id),
        html,
        rest_of(names, passage.text, html) if passage else "",
        retirement if state == "retired" else None,
        _lift(quarantine, state, account),
        _retire(quarantine, state, account),
    )


def _state(quarantine: Quarantine) -> str:
    if quarantine.ends_at:
        return "ended"
    if quarantine.version.status == Status.RETIRED:
        return "retired"
    return "first_word" if quarantine.first_lift_by_id else "quarantined"


def _lift(quarantine: Quarantine, state: str, account: Account) -> str:
    """Where this person's word on ending it is asked for; empty where it is not."""
    has_spoken = quarantine.first_lift_by_id == account.person_id
    if state not in ("quarantined", "first_word") or has_spoken:
        return ""
    if not account.may(Deed.LIFT_QUARANTINE):
        return ""
    if quarantine.passage_id:
        return reverse("admin:passage_lift_quarantine", args=[quarantine.passage_id])
    return reverse("admin:version_lift_quarantine", args=[quarantine.version_id])


def _retire(quarantine: Quarantine, state: str, account: Account) -> str:
    is_active = quarantine.version.status == Status.ACTIVE
    if state not in ("quarantined", "first_word") or not is_active or not account.may(Deed.REVIEW):
        return ""
    return reverse("admin:version_retire", args=[quarantine.version_id])
