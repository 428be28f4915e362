"""Programs that are told what happened: everything once it is taken, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from governance import clock
from governance.actions import versions
from governance.calling_errors import NothingToReplay, WebhookEnded
from governance.errors import Malformed, NotAllowed
from governance.models import Account, AuditEntry, Version
from governance.verification import verify_trail
from llm.actions import webhooks
from llm.models import Delivery, DeliveryState, Kind, Webhook
from llm.webhooks.delivering import deliver
from llm.webhooks.entries import entry_of
from llm.webhooks.sending import Way
from tests.support import knowledge
from tests.support.following import days_later
from tests.support.receiver import Receiver, receiving

pytestmark = pytest.mark.database

ALL = list(Kind.values)
GUIDE = Path(__file__).parents[2] / "docs/webhooks.md"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_HOSTS = [entry_of(f"127.0.0.0/8:{receiver.port}")]
        yield receiver


@pytest.fixture
def webhook(receiver: Receiver, sue: Account) -> Webhook:
    return webhooks.create(name="ward", url=receiver.url, kinds=ALL, by=sue)[0]


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def told(receiver: Receiver) -> list[tuple[str, str]]:
    bodies = [json.loads(each.body) for each in receiver.got]
    return [(body["type"], body["data"].get("action", "")) for body in bodies]


def shortly(settings: Any) -> Way:
    return Way(settings.WEBHOOK_HOSTS, seconds=0.2)


# What is told.


def test_what_leaves_force_and_what_is_doubted_is_told(
    webhook: Webhook, receiver: Receiver, active: Version, ben: Account
) -> None:
    knowledge.quarantine(active.passages.all()[0], ben)
    knowledge.retire(active, ben)

    assert deliver() == 2
    assert told(receiver) == [
        ("quarantined", "passage.quarantined"),
        ("left_force", "version.retired"),
    ]


def test_what_left_force_by_the_clock_is_told(
    webhook: Webhook, receiver: Receiver, active: Version
) -> None:
    with days_later(400):
        versions.note_left_force()
        deliver()

    assert told(receiver) == [("left_force", "version.left_force")]


def test_kinds_that_were_not_chosen_are_not_told(
    receiver: Receiver, active: Version, ben: Account, sue: Account
) -> None:
    webhooks.create(name="ward", url=receiver.url, kinds=[Kind.RELEASED], by=sue)
    knowledge.retire(active, ben)

    assert deliver() == 0


def test_what_happened_before_is_not_told(
    receiver: Receiver, active: Version, ben: Account, sue: Account
) -> None:
    knowledge.retire(active, ben)
    webhooks.create(name="ward", url=receiver.url, kinds=ALL, by=sue)

    assert deliver() == 0


def test_message_holds_numbers_and_nothing_personal(
    webhook: Webhook, receiver: Receiver, active: Version, ben: Account
) -> None:
    knowledge.retire(active, ben)
    deliver()

    body = json.loads(receiver.got[0].body)
    assert sorted(body) == ["data", "timestamp", "type"]
    assert body["data"]["version"] == active.pk
    assert body["data"]["number"] == AuditEntry.objects.latest("number").number
    assert not any(word in receiver.got[0].body for word in (b"Ben", b"No longer fit"))


def test_message_is_signed_as_the_standard_says(
    receiver: Receiver, active: Version, ben: Account, sue: Account
) -> None:
    _webhook, secret = webhooks.create(name="ward", url=receiver.url, kinds=ALL, by=sue)
    knowledge.retire(active, ben)
    deliver()

    got = receiver.got[0]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{got.name}.{got.headers['webhook-timestamp']}.".encode() + got.body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{mac}"
    assert (got.path, got.headers["content-type"]) == ("/told?by=kb", "application/json")


def example() -> Callable[..., bool]:
    """The function that the documentation gives to receivers."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    names: dict[str, Any] = {}
    exec(code, names)
    is_genuine: Callable[..., bool] = names["is_genuine"]
    return is_genuine


def test_receiver_knows_by_the_example_what_is_genuine(
    webhook: Webhook, receiver: Receiver, sue: Account
) -> None:
    _webhook, secret = webhooks.renew_secret(webhook=webhook, reason="Yearly.", by=sue)
    webhooks.send_test(webhook=webhook, by=sue)
    deliver()
    got, check = receiver.got[0], example()
    old = {**got.headers, "webhook-timestamp": "1"}

    assert check(got.headers, got.body, secret)
    assert not check(got.headers, got.body + b" ", secret)
    assert not check(got.headers, got.body, secret, now=time.time() + 301)
    assert not check(old, got.body, secret)
    assert not check({}, got.body, secret)


def test_for_a_day_both_secrets_sign(webhook: Webhook, receiver: Receiver, sue: Account) -> None:
    webhooks.renew_secret(webhook=webhook, reason="Yearly.", by=sue)
    webhooks.send_test(webhook=webhook, by=sue)
    deliver()

    later = clock.now() + timedelta(days=1)
    assert len(receiver.got[0].headers["webhook-signature"].split()) == 2
    assert len(Webhook.objects.get().salts(later)) == 1


def test_secret_is_in_no_table(webhook: Webhook, sue: Account) -> None:
    _webhook, secret = webhooks.renew_secret(webhook=webhook, reason="Yearly.", by=sue)

    assert secret[10:] not in str(list(Webhook.objects.values_list()))


# Never lost, never twice under two names.


def test_read_twice_a_message_is_made_once(
    webhook: Webhook, receiver: Receiver, active: Version, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert [deliver(), deliver()] == [1, 0]
    assert len(receiver.got) == 1


def test_killed_after_it_was_taken_it_is_sent_again_under_its_name(
    webhook: Webhook, receiver: Receiver, sue: Account
) -> None:
    webhooks.send_test(webhook=webhook, by=sue)
    with pytest.raises(KeyboardInterrupt):
        deliver(now=killed_after(3))

    assert deliver() == 1
    assert len(receiver.got) == 2
    assert receiver.got[0].name == receiver.got[1].name


def killed_after(times: int) -> Callable[[], datetime]:
    """The third asks what time it is when the message leaves; the next when it was taken."""
    left = iter(range(times))

    def now() -> datetime:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return clock.now()

    return now


@pytest.mark.slow
def test_one_that_answers_500_is_tried_for_a_day_and_parked(
    webhook: Webhook, receiver: Receiver, sue: Account
) -> None:
    receiver.answers = 500
    delivery, begun = webhooks.send_test(webhook=webhook, by=sue), clock.now()
    for minutes in range(0, 27 * 60, 20):
        deliver(now=at(begun + timedelta(minutes=minutes)))

    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.error) == ("parked", 500, "not_taken")
    assert 15 <= len(receiver.got) == delivery.attempts <= 25
    assert delivery.due_at >= begun + timedelta(days=1)


def test_parked_is_sent_again_on_request_under_its_name(
    webhook: Webhook, receiver: Receiver, sue: Account, sam: Account
) -> None:
    receiver.answers = 500
    delivery = webhooks.send_test(webhook=webhook, by=sue)
    deliver(now=at(delivery.created_at + timedelta(days=2)))
    assert Delivery.objects.get().state == DeliveryState.PARKED
    receiver.answers = 200

    webhooks.replay(webhook=webhook, deliveries=[delivery.pk], by=sam)

    assert deliver() == 1
    assert {each.name for each in receiver.got} == {delivery.name}


def test_slow_one_does_not_delay_another(
    webhook: Webhook, receiver: Receiver, settings: Any, sue: Account
) -> None:
    with receiving() as slow:
        slow.held.clear()
        settings.WEBHOOK_HOSTS += [entry_of(f"127.0.0.0/8:{slow.port}")]
        other = webhooks.create(name="slow", url=slow.url, kinds=ALL, by=sue)[0]
        for each in (other, webhook, webhook, webhook):
            webhooks.send_test(webhook=each, by=sue)
        assert deliver(shortly(settings)) == 3

    assert Delivery.objects.get(webhook=other).error == "timed_out"


# Who may.


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://127.0.0.1/",
        "http://",
        "http://u:p@127.0.0.1:{port}/",
        "http://10.0.0.1:{port}/",
        "http://127.0.0.1:70000/",
        "http://127.0.0.1:{port}/ a",
        "http://127.0.0.1:{port}/" + "x" * 500,
        "file:///etc/passwd",
    ],
)
def test_address_where_nothing_may_go_is_refused(
    url: str, receiver: Receiver, sue: Account
) -> None:
    url = url.replace("{port}", str(receiver.port))

    with pytest.raises(Malformed) as refusal:
        webhooks.create(name="w", url=url, kinds=ALL, by=sue)

    assert refusal.value.facts["field"] == "url"


def test_without_a_list_nothing_may_go_anywhere(settings: Any, sue: Account) -> None:
    assert settings.WEBHOOK_HOSTS == []
    with pytest.raises(Malformed):
        webhooks.create(name="w", url="https://ehr.test/", kinds=ALL, by=sue)


@pytest.mark.parametrize("kinds", [[], ["rumour"]])
def test_kinds_that_nobody_knows_are_refused(
    kinds: list[str], receiver: Receiver, sue: Account
) -> None:
    with pytest.raises(Malformed):
        webhooks.create(name="w", url=receiver.url, kinds=kinds, by=sue)


def test_only_security_makes_and_ends_one(
    webhook: Webhook, receiver: Receiver, sam: Account
) -> None:
    with pytest.raises(NotAllowed):
        webhooks.create(name="w", url=receiver.url, kinds=ALL, by=sam)
    with pytest.raises(NotAllowed):
        webhooks.end(webhook=webhook, reason="No.", by=sam)


def test_who_curates_sends_nothing_again(webhook: Webhook, ana: Account) -> None:
    with pytest.raises(NotAllowed):
        webhooks.send_test(webhook=webhook, by=ana)


def test_ended_one_is_told_nothing_not_even_what_waits(
    webhook: Webhook, receiver: Receiver, sue: Account
) -> None:
    delivery = webhooks.send_test(webhook=webhook, by=sue)
    webhooks.end(webhook=webhook, reason="Gone.", by=sue)

    assert (deliver(), receiver.got) == (0, [])
    with pytest.raises(WebhookEnded):
        webhooks.replay(webhook=webhook, deliveries=[delivery.pk], by=sue)


def test_what_waits_is_not_sent_again(webhook: Webhook, sue: Account) -> None:
    delivery = webhooks.send_test(webhook=webhook, by=sue)

    with pytest.raises(NothingToReplay):
        webhooks.replay(webhook=webhook, deliveries=[delivery.pk], by=sue)


def test_trail_holds_with_all_of_it(webhook: Webhook, sue: Account) -> None:
    webhooks.send_test(webhook=webhook, by=sue)
    webhooks.renew_secret(webhook=webhook, reason="Yearly.", by=sue)
    webhooks.end(webhook=webhook, reason="Gone.", by=sue)

    assert list(verify_trail()) == []
