"""A webhook as somebody made it, to an address where nobody is."""

from __future__ import annotations

from django.test import override_settings

from governance.models import Account
from llm.actions import webhooks
from llm.models import Kind, Webhook
from llm.webhooks.entries import entry_of


def webhook(by: Account) -> Webhook:
    with override_settings(WEBHOOK_HOSTS=[entry_of("ehr.test")]):
        url, kinds = "https://ehr.test/told", list(Kind.values)
        return webhooks.create(name="ward", url=url, kinds=kinds, by=by)[0]
