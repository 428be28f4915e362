"""What the security administrator does with programs and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import clients
from governance.actions.clients import Limits
from governance.admin import forms as fields
from governance.admin.people_pages import Administration, shown_once
from governance.admin.standing import until
from governance.classes import SourceClass
from governance.duties import Scope
from governance.models import Client, ClientKey

# What a new program is offered; enough for a ward, and no more than the smallest machine bears.
RATE, BURST = 600, 60
OVERLAP = timedelta(days=7)


class LimitsForm(forms.Form):
    source_classes = fields.choices(
        _("Source classes"),
        SourceClass.choices,
        _("Of which it may be given something. Without a tick, of all."),
        required=False,
    )
    rate = fields.number(
        _("Requests a minute"), _("Without a number there is no limit."), required=False
    )
    burst = fields.number(
        _("Requests at once"),
        _("So many may come together before the rate holds."),
        required=False,
    )


class ExpiryForm(forms.Form):
    expires_on = fields.day(
        _("Last day"),
        _("Without one it opens until it is revoked."),
    )

    def clean_expires_on(self) -> date | None:
        last: date | None = self.cleaned_data["expires_on"]
        if last and not clock.today() <= last <= clock.today() + clients.LONGEST_LIFE:
            raise ValidationError(clients.why_not(clock.start_of(last)))
        return last


class ClientForm(ExpiryForm, LimitsForm):
    name = fields.line(_("Name of the program"), longest=60)
    scopes = fields.choices(_("What its key opens"), Scope.choices)
    field_order = ["name", "scopes", "expires_on", "source_classes", "rate", "burst"]


def limits_of(given: dict[str, Any]) -> Limits:
    return Limits(given["source_classes"], given["rate"], given["burst"])


def end_of(last: date | None) -> datetime | None:
    """A key opens through its last day."""
    return clock.start_of(last + timedelta(days=1)) if last else None


class ClientPage(Administration[Client]):
    model, listed = "client", _("Keys")

    def fits(self) -> bool:
        return self.subject.revoked_at is None


class CreateClient(Administration[None]):
    path = "add"
    model, listed = "client", _("Keys")
    title = _("Make a key for a program")
    button = _("Make the key")
    hint = _("The key is shown once, on the next page, and can be had nowhere again.")
    done = _("Made.")
    again = _(
        "The key was made and shown once; it cannot be shown again. If nobody copied it, revoke it"
        " and make another."
    )
    form_class = ClientForm

    def initial(self) -> dict[str, Any]:
        return {"rate": RATE, "burst": BURST}

    def do(self, given: dict[str, Any]) -> HttpResponse:
        client, key = clients.create(
            name=given["name"],
            scopes=[Scope(scope) for scope in given["scopes"]],
            expires_at=end_of(given["expires_on"]),
            limits=limits_of(given),
            by=self.account,
        )
        return key_shown(self, client, key)


def key_shown(page: Administration[Any], client: Client, key: str) -> HttpResponse:
    title = say("The key of %(name)s") % {"name": client.name}
    return shown_once(
        page, "governance/key.html", {"title": title, "key": key, "back": page.back()}
    )


class SetLimitsForm(LimitsForm, fields.ReasonForm):
    field_order = ["source_classes", "rate", "burst", "reason"]


class SetLimits(ClientPage):
    path = "set-limits"
    title = _("Set the limits of a program")
    button = _("Set the limits")
    hint = _("Which source classes it may be given, and how often it may ask.")
    done = _("The limits are set.")
    form_class = SetLimitsForm

    def sentences(self) -> Sequence[str]:
        return [str(self.hint), say("It holds from the next request on.")]

    def initial(self) -> dict[str, Any]:
        client = self.subject
        return {
            "source_classes": client.source_classes,
            "rate": client.rate,
            "burst": client.burst,
        }

    def do(self, given: dict[str, Any]) -> str:
        clients.set_limits(
            client=self.subject, limits=limits_of(given), reason=given["reason"], by=self.account
        )
        return self.back()


class RenewForm(ExpiryForm, fields.ReasonForm):
    until = fields.day(
        _("Last day of the key before"),
        _("Until its end both open. Give the programs time to change over."),
    )
    field_order = ["until", "expires_on", "reason"]

    def clean_until(self) -> date:
        last: date | None = self.cleaned_data["until"]
        days = clients.LONGEST_OVERLAP.days
        if last is None or not clock.today() <= last < clock.today() + clients.LONGEST_OVERLAP:
            words = say("Give a day from today on and within %(days)s days.")
            raise ValidationError(words % {"days": days})
        return last


class Renew(ClientPage):
    path = "renew"
    title = _("Make another key for the program")
    button = _("Make another key")
    hint = _("The one before opens beside it until a day you choose.")
    done = _("Made.")
    again = CreateClient.again
    form_class = RenewForm

    def sentences(self) -> Sequence[str]:
        return [str(CreateClient.hint), str(self.hint)]

    def initial(self) -> dict[str, Any]:
        return {"until": clock.today() + OVERLAP}

    def do(self, given: dict[str, Any]) -> HttpResponse:
        _key, secret = clients.renew(
            client=self.subject,
            until=clock.start_of(given["until"] + timedelta(days=1)),
            expires_at=end_of(given["expires_on"]),
            reason=given["reason"],
            by=self.account,
        )
        return key_shown(self, self.subject, secret)


class KeyForm(forms.Form):
    """Which of the keys that still open."""

    key = fields.one_of(_("Key"), ())
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))

    def __init__(self, *args: Any, keys: Sequence[ClientKey] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["key"])
        field.choices = [(str(key.pk), in_words(key)) for key in keys]


def in_words(key: ClientKey) -> str:
    ends = until(key.expires_at) if key.expires_at else say("without an end")
    return say("%(hint)s… until %(end)s") % {"hint": key.hint, "end": ends}


class RevokeKey(ClientPage):
    path = "revoke-key"
    title = _("Revoke one of its keys")
    button = _("Revoke one key")
    hint = _("This one opens nothing any more, at once; its others still do.")
    done = _("Revoked.")
    dangerous = True
    form_class = KeyForm

    def fits(self) -> bool:
        return super().fits() and len(self._keys()) > 1

    def form_arguments(self) -> dict[str, Any]:
        return {"keys": self._keys()}

    def _keys(self) -> list[ClientKey]:
        return list(self.subject.keys.living(clock.now()).order_by("pk"))

    def do(self, given: dict[str, Any]) -> str:
        key = next(k for k in self._keys() if str(k.pk) == given["key"])
        clients.revoke_key(key=key, reason=given["reason"], by=self.account)
        return self.back()


class Revoke(ClientPage):
    path = "revoke"
    title = _("Revoke a key")
    button = _("Revoke")
    hint = _("None of its keys opens anything any more, at once and for good.")
    done = _("Revoked.")
    dangerous = True

    def do(self, given: dict[str, Any]) -> str:
        clients.revoke(client=self.subject, reason=given["reason"], by=self.account)
        return self.back()
