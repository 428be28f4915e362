"""Who is told what happened, and whether it arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.base import GovernedAdmin, badge
from governance.admin.people import minute
from governance.duties import Deed
from llm.admin.webhook_pages import (
    CreateWebhook,
    End,
    RenewSecret,
    Replay,
    SendTest,
    kind_of,
    listed,
)
from llm.models import Delivery, DeliveryState, Kind, Webhook

MOST_SHOWN = 50
BADGES = {
    DeliveryState.WAITING: "info",
    DeliveryState.DELIVERED: "good",
    DeliveryState.PARKED: "bad",
}
# What went wrong, in words. `Delivery.error` has the codes.
ERRORS = {
    "no_address": _("This is no address of the web."),
    "host_not_allowed": _("The host is not listed in WEBHOOK_HOSTS."),
    "port_not_allowed": _("The port is not listed in WEBHOOK_HOSTS."),
    "address_not_allowed": _("The name stands for an address that is not listed."),
    "name_unknown": _("The name stands for no address."),
    "timed_out": _("It did not answer in time."),
    "no_answer": _("Nobody answered."),
    "tls_failed": _("Its certificate is not believed."),
    "redirected": _("It answered that it is elsewhere; that is not followed."),
    "not_taken": _("It answered that it did not take it."),
}


@admin.register(Webhook)
class WebhookAdmin(GovernedAdmin):
    view_deed = Deed.TELL
    list_title = _("Webhooks")
    empty_sentence = _("No program is told of anything yet.")
    add_page = CreateWebhook
    pages = (SendTest, Replay, RenewSecret, End)
    detail_template = "llm/webhook.html"
    list_display = ["named", "goes_to", "told", "state", "waiting", "parked", "last"]
    search_fields = ["name", "url"]
    search_help_text = _("Name or address")
    ordering = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        rows: QuerySet[Webhook] = super().get_queryset(request)
        return rows.annotate(
            waits=Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING)),
            parks=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PARKED)),
            arrived=Max("deliveries__delivered_at"),
        )

    @admin.display(description=_("Name"), ordering="name")
    def named(self, webhook: Webhook) -> str:
        return webhook.name

    @admin.display(description=_("Address"))
    def goes_to(self, webhook: Webhook) -> str:
        return webhook.url

    @admin.display(description=_("What it is told"))
    def told(self, webhook: Webhook) -> str:
        return kinds_of(webhook)

    @admin.display(description=_("State"))
    def state(self, webhook: Webhook) -> str:
        return state_of(webhook)

    @admin.display(description=_("Waiting"))
    def waiting(self, webhook: Any) -> str:
        return str(webhook.waits)

    @admin.display(description=_("Parked"))
    def parked(self, webhook: Any) -> str:
        return str(webhook.parks)

    @admin.display(description=_("Delivered last"))
    def last(self, webhook: Any) -> str:
        return minute(webhook.arrived) if webhook.arrived else say("never")

    def detail(self, request: HttpRequest, subject: Webhook) -> Mapping[str, Any]:
        rows = subject.deliveries.order_by("-pk")[:MOST_SHOWN]
        return {
            "webhook": subject,
            "state": state_of(subject),
            "told": kinds_of(subject),
            "deliveries": [(each, kind_of(each), standing_of(each)) for each in rows],
            "crumbs": [(say("Webhooks"), listed())],
        }


def kinds_of(webhook: Webhook) -> str:
    return say(", ").join(str(Kind(kind).label) for kind in webhook.kinds)


def state_of(webhook: Webhook) -> str:
    return badge("bad", _("Ended")) if webhook.ended_at else badge("good", _("Is told"))


def standing_of(delivery: Delivery) -> tuple[str, str]:
    """Its state, and what went wrong last."""
    state = DeliveryState(delivery.state)
    shown = badge(BADGES[state], state.label)
    return shown, str(ERRORS.get(delivery.error, delivery.error))
