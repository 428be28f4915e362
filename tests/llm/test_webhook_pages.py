"""Pages of those who are told: made with the secret once, watched, sent again."""

from __future__ import annotations

from typing import Any

import pytest

from governance import clock
from governance.models import Account
from llm.models import Delivery, DeliveryState, Webhook
from llm.webhooks.entries import entry_of
from tests.support import telling
from tests.support.visiting import Visitor, words

LIST = "/admin/llm/webhook/"
FIELDS = {"name": "ward", "url": "https://ehr.test/told", "kinds": ["left_force"]}


@pytest.fixture
def webhook(sue: Account) -> Webhook:
    return telling.webhook(sue)


def page_of(webhook: Webhook, page: str = "change") -> str:
    return f"{LIST}{webhook.pk}/{page}/"


def test_secret_is_shown_once(settings: Any, sue: Account) -> None:
    settings.WEBHOOK_HOSTS = [entry_of("ehr.test")]
    answer = Visitor(sue).press(f"{LIST}add/", **FIELDS)

    secret = answer.context["secret"]
    assert secret in words(answer)
    assert secret.startswith("whsec_")
    assert secret not in Visitor(sue).read(page_of(Webhook.objects.get()))
    assert "no-store" in answer["Cache-Control"]


def test_address_that_is_not_listed_is_said_at_its_field(settings: Any, sue: Account) -> None:
    settings.WEBHOOK_HOSTS = [entry_of("other.test")]
    answer = Visitor(sue).press(f"{LIST}add/", **FIELDS)

    assert "WEBHOOK_HOSTS" in answer.context["form"].errors["url"][0]


def test_without_a_list_the_page_says_why_it_cannot_be_used(sue: Account) -> None:
    assert "WEBHOOK_HOSTS is not set" in Visitor(sue).read(f"{LIST}add/")


def test_system_administrator_tests_watches_and_sends_again(webhook: Webhook, sam: Account) -> None:
    visitor = Visitor(sam)
    visitor.press(page_of(webhook, "send-test"))
    delivery = Delivery.objects.get()
    delivery.failed(500, "not_taken", at=clock.now())
    delivery.state = DeliveryState.PARKED
    delivery.save()
    assert "It answered that it did not take it. (500)" in visitor.read(page_of(webhook))

    visitor.press(page_of(webhook, "replay"), deliveries=[str(delivery.pk)])

    assert Delivery.objects.get().state == DeliveryState.WAITING


@pytest.mark.parametrize("page", ["send-test", "replay", "renew-secret", "end"])
def test_ended_one_offers_and_does_nothing(page: str, webhook: Webhook, sue: Account) -> None:
    Visitor(sue).press(page_of(webhook, "end"), reason="Gone.")

    answer = Visitor(sue).send(page_of(webhook, page), reason="Because.", deliveries=["1"])

    assert answer.status_code in (400, 409)
    assert not Delivery.objects.exists()
    assert "What you may do now" not in Visitor(sue).read(page_of(webhook))
