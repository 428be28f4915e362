"""Programs with their keys and their use, for the security administrator alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Max, Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import client_uses
from governance.admin.access_filters import ByKeyState, ByScope
from governance.admin.base import GovernedAdmin, badge
from governance.admin.client_pages import CreateClient, Renew, Revoke, RevokeKey, SetLimits
from governance.admin.client_panels import panels_of
from governance.admin.people import last_word, minute
from governance.admin.people_pages import list_of
from governance.admin.standing import until
from governance.classes import SourceClass
from governance.duties import Deed, Scope
from governance.models import Client, ClientKey

LOOKED_BACK = timedelta(days=14)
THROTTLED = "throttled"


def state_of_client(client: Client, at: datetime) -> str:
    if client.revoked_at:
        return badge("bad", _("Revoked"))
    if not any(key.opens_at(at) for key in client.keys.all()):
        return badge("warn", _("Expired"))
    return badge("good", _("Valid"))


def state_of_key(key: ClientKey, at: datetime) -> str:
    if key.revoked_at:
        return badge("bad", _("Revoked"))
    return badge("good", _("Valid")) if key.opens_at(at) else badge("warn", _("Expired"))


def end_of(key: ClientKey) -> str:
    return until(key.expires_at) if key.expires_at else "–"


def newest(client: Client) -> ClientKey:
    return max(client.keys.all(), key=lambda key: key.pk)


@admin.register(Client)
class ClientAdmin(GovernedAdmin):
    view_deed = Deed.ADMINISTER
    list_title = _("Keys")
    empty_sentence = _(
        "There is no key yet. A program of the inference tier needs one to ask anything."
    )
    add_page = CreateClient
    pages = (Renew, SetLimits, RevokeKey, Revoke)
    detail_template = "governance/client.html"
    list_display = ["program", "hint", "opens", "state", "made", "ends", "used"]
    list_filter = [ByKeyState, ByScope]
    search_fields = ["name", "keys__hint"]
    search_help_text = _("Name, or how the key begins")
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        rows: QuerySet[Client] = super().get_queryset(request)
        return rows.prefetch_related("keys")

    @admin.display(description=_("Program"), ordering="name")
    def program(self, client: Client) -> str:
        return client.name

    @admin.display(description=_("Key begins with"))
    def hint(self, client: Client) -> str:
        return format_html("<code>{}…</code>", newest(client).hint)

    @admin.display(description=_("Opens"))
    def opens(self, client: Client) -> str:
        return opened_by(client)

    @admin.display(description=_("State"))
    def state(self, client: Client) -> str:
        return state_of_client(client, clock.now())

    @admin.display(description=_("Made"), ordering="created_at")
    def made(self, client: Client) -> str:
        return date_format(localtime(client.created_at), "Y-m-d")

    @admin.display(description=_("Expires"))
    def ends(self, client: Client) -> str:
        return end_of(newest(client))

    @admin.display(description=_("Used last"), ordering="last_used_at")
    def used(self, client: Client) -> str:
        return minute(client.last_used_at) if client.last_used_at else say("never")

    def detail(self, request: HttpRequest, subject: Client) -> Mapping[str, Any]:
        # What this process has counted and nobody has written down yet.
        client_uses.write_down()
        at, today = clock.now(), clock.today()
        keys = [(k, state_of_key(k, at), end_of(k)) for k in subject.keys.order_by("-pk")]
        return {
            "client": subject,
            "opens": opened_by(subject),
            "classes": classes_of(subject),
            "state": state_of_client(subject, at),
            "keys": keys,
            "days": days_of(subject, today),
            "errors": errors_of(subject, today),
            "panels": panels_of(subject, at),
            "revoked": last_word("client.revoked", subject) if subject.revoked_at else None,
            "crumbs": [(say("Keys"), list_of("client"))],
        }


def opened_by(client: Client) -> str:
    return say(", ").join(str(Scope(scope).label) for scope in client.scopes)


def classes_of(client: Client) -> str:
    """The classes that it may be given; empty where that is all of them."""
    return say(", ").join(str(SourceClass(each).label) for each in client.source_classes)


@dataclass(frozen=True)
class DayOfUse:
    day: date
    requests: int
    retrievals: int
    throttled: int
    refused: int


def days_of(client: Client, today: date) -> list[DayOfUse]:
    """How much was asked on each day of late, the newest first."""
    rows = client.uses.filter(day__gt=today - LOOKED_BACK).values("day").order_by("-day")
    told = rows.annotate(
        requests=Sum("times"),
        retrievals=Sum("times", filter=Q(door="retrieve", code=""), default=0),
        throttled=Sum("times", filter=Q(code=THROTTLED), default=0),
        refused=Sum("times", filter=~Q(code__in=["", THROTTLED]), default=0),
    )
    return [DayOfUse(**row) for row in told]


def errors_of(client: Client, today: date) -> list[Any]:
    """What went wrong of late by its code, the latest first."""
    rows = client.uses.filter(day__gt=today - LOOKED_BACK).exclude(code="")
    told = rows.values("door", "code").annotate(total=Sum("times"), last=Max("last_at"))
    return list(told.order_by("-last"))
