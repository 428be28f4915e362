"""What may be done about one who is told: making, trying, sending again, ending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.admin.people_pages import shown_once
from governance.admin.standing import moment
from governance.duties import Deed
from llm.actions import webhooks
from llm.models import Delivery, DeliveryState, Kind, Webhook

S = TypeVar("S", Webhook, None)
MOST_CHOICES = 100


def listed() -> str:
    return reverse("admin:llm_webhook_changelist")


class WebhookForm(forms.Form):
    name = fields.line(_("Name"), longest=60)
    url = fields.line(
        _("Address"),
        _("Where it is sent, such as https://ehr.hospital.cn/told. WEBHOOK_HOSTS lists where."),
        longest=500,
    )
    kinds = fields.choices(_("What it is told"), Kind.choices)


class WebhookPage(ActionPage[S]):
    deed = Deed.ADMINISTER

    def back(self) -> str:
        if self.subject is None:
            return listed()
        return reverse("admin:llm_webhook_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        up = (say("Webhooks"), listed())
        return [up] if self.subject is None else [up, (str(self.subject), self.back())]


class CreateWebhook(WebhookPage[None]):
    path = "add"
    title = _("Have a program told")
    button = _("Make the webhook")
    hint = _("Its secret is shown once, on the next page: by it the program knows who sent it.")
    done = _("Made.")
    again = _(
        "The webhook was made and its secret shown once; it cannot be shown again. If nobody"
        " copied it, renew it on the page of the webhook."
    )
    form_class = WebhookForm

    def obstacle(self) -> str:
        if settings.WEBHOOK_HOSTS:
            return ""
        return say("Nothing may be sent anywhere: WEBHOOK_HOSTS is not set on the server.")

    def do(self, given: dict[str, Any]) -> HttpResponse:
        webhook, secret = webhooks.create(**given, by=self.account)
        return secret_shown(self, webhook, secret)


def secret_shown(page: WebhookPage[Any], webhook: Webhook, secret: str) -> HttpResponse:
    told = {
        "title": say("The secret of %(name)s") % {"name": webhook.name},
        "secret": secret,
        "back": reverse("admin:llm_webhook_change", args=[webhook.pk]),
    }
    return shown_once(page, "llm/webhook_secret.html", told)


class OfLiving(WebhookPage[Webhook]):
    def fits(self) -> bool:
        return self.subject.ended_at is None


class SendTest(OfLiving):
    path = "send-test"
    deed = Deed.TELL
    title = _("Send a test")
    button = _("Send a test")
    hint = _("It is told that this is a test, within seconds, signed like everything else.")
    done = _("The test is on its way; this page shows what comes of it.")
    form_class = fields.NothingForm

    def do(self, given: dict[str, Any]) -> str:
        webhooks.send_test(webhook=self.subject, by=self.account)
        return self.back()


class ReplayForm(forms.Form):
    deliveries = fields.choices(_("Deliveries"), ())

    def __init__(self, *args: Any, sent: Sequence[Delivery] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.MultipleChoiceField, self.fields["deliveries"])
        field.choices = [(str(each.pk), in_words(each)) for each in sent]


def in_words(delivery: Delivery) -> str:
    return say("%(what)s, %(when)s: %(state)s") % {
        "what": kind_of(delivery),
        "when": moment(delivery.created_at),
        "state": DeliveryState(delivery.state).label,
    }


def kind_of(delivery: Delivery) -> str:
    if delivery.kind not in Kind.values:
        return say("A test")
    return str(Kind(delivery.kind).label)


class Replay(OfLiving):
    path = "replay"
    deed = Deed.TELL
    title = _("Send deliveries again")
    button = _("Send again")
    hint = _("They are sent under the names they had, so that who took one already can tell.")
    done = _("They are on their way again.")
    form_class = ReplayForm

    def fits(self) -> bool:
        return super().fits() and bool(self._sent())

    def form_arguments(self) -> dict[str, Any]:
        return {"sent": self._sent()}

    def _sent(self) -> list[Delivery]:
        """What waits is sent anyway. Parked ones come first."""
        rows = self.subject.deliveries.exclude(state=DeliveryState.WAITING)
        return list(rows.order_by("-state", "-pk")[:MOST_CHOICES])

    def do(self, given: dict[str, Any]) -> str:
        numbers = [int(each) for each in given["deliveries"]]
        webhooks.replay(webhook=self.subject, deliveries=numbers, by=self.account)
        return self.back()


class RenewSecret(OfLiving):
    path = "renew-secret"
    title = _("Renew the secret")
    button = _("Renew the secret")
    hint = _("The new one is shown once. For a day both sign, so that the program can change over.")
    done = _("Renewed.")
    again = CreateWebhook.again

    def do(self, given: dict[str, Any]) -> HttpResponse:
        webhook, secret = webhooks.renew_secret(
            webhook=self.subject, reason=given["reason"], by=self.account
        )
        return secret_shown(self, webhook, secret)


class End(OfLiving):
    path = "end"
    title = _("End the webhook")
    button = _("End")
    hint = _("It is told nothing any more, not even what waits now.")
    done = _("Ended.")
    dangerous = True

    def do(self, given: dict[str, Any]) -> str:
        webhooks.end(webhook=self.subject, reason=given["reason"], by=self.account)
        return self.back()
