"""Who is told what happened: named by the security administrator, and told again on request."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from governance.calling_errors import NothingToReplay, WebhookEnded
from governance.duties import Deed
from governance.errors import AlreadyExists, Malformed
from governance.models import Account
from governance.trail import Actor, Changes, changing, needs_reason
from llm.models import Delivery, DeliveryState, Kind, Webhook
from llm.webhooks import signing
from llm.webhooks.addresses import Forbidden, check
from llm.webhooks.telling import shown_instant, trail_stands

LONGEST_NAME = 60
TEST = "test"


def create(*, name: str, url: str, kinds: Sequence[str], by: Actor) -> tuple[Webhook, str]:
    """Have an address told from now on. Its secret is returned this once."""
    _refuse_unfit(name, url, kinds)
    with changing(by=by, may=Deed.ADMINISTER) as changes:
        if Webhook.objects.filter(name=name).exists():
            raise AlreadyExists(name=name)
        webhook = Webhook.objects.create(
            name=name,
            url=url,
            kinds=sorted(set(kinds)),
            since=trail_stands()[1],
            salt=signing.new_salt(),
            created_at=changes.at,
        )
        changes.note("webhook.created", webhook, private={"url": url}, kinds=webhook.kinds)
    return webhook, signing.secret_of(webhook.salt)


def renew_secret(*, webhook: Webhook, reason: str, by: Actor) -> tuple[Webhook, str]:
    """Another secret, returned this once. For a day messages are signed with both."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        webhook = _living(webhook)
        webhook.salt_before, webhook.salt = webhook.salt, signing.new_salt()
        webhook.renewed_at = changes.at
        webhook.save(update_fields=["salt", "salt_before", "renewed_at"])
        changes.note("webhook.secret_renewed", webhook)
    return webhook, signing.secret_of(webhook.salt)


def end(*, webhook: Webhook, reason: str, by: Actor) -> Webhook:
    """Tell it nothing any more, not even what waits. Its name and its deliveries stay."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        webhook = _living(webhook)
        webhook.ended_at = changes.at
        webhook.save(update_fields=["ended_at"])
        changes.note("webhook.ended", webhook)
    return webhook


def send_test(*, webhook: Webhook, by: Account) -> Delivery:
    """Have it told that this is a test, in the same way as everything else."""
    with changing(by=by, may=Deed.TELL) as changes:
        webhook = _living(webhook)
        told = {"type": TEST, "timestamp": shown_instant(changes.at), "data": {}}
        delivery = Delivery.objects.create(
            webhook=webhook,
            name=f"msg_{uuid.uuid4().hex}",
            kind=TEST,
            body=json.dumps(told, separators=(",", ":")),
            created_at=changes.at,
            tried_since=changes.at,
            due_at=changes.at,
        )
        changes.note("webhook.tested", webhook, delivery=delivery.pk)
    return delivery


def replay(*, webhook: Webhook, deliveries: Sequence[int], by: Account) -> int:
    """Send these again, under the names they had. Refused where there is none of them."""
    with changing(by=by, may=Deed.TELL) as changes:
        webhook = _living(webhook)
        count = _again(webhook, deliveries, changes)
        if not count:
            raise NothingToReplay
        changes.note("webhook.replayed", webhook, deliveries=sorted(deliveries))
    return count


def _again(webhook: Webhook, deliveries: Sequence[int], changes: Changes) -> int:
    mine = webhook.deliveries.filter(pk__in=deliveries).exclude(state=DeliveryState.WAITING)
    return mine.update(
        state=DeliveryState.WAITING,
        attempts=0,
        error="",
        delivered_at=None,
        due_at=changes.at,
        tried_since=changes.at,
    )


def _living(webhook: Webhook) -> Webhook:
    webhook = Webhook.objects.get(pk=webhook.pk)
    if webhook.ended_at is not None:
        raise WebhookEnded
    return webhook


def _refuse_unfit(name: str, url: str, kinds: Sequence[str]) -> None:
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        problem = _("Give a name of at most %(longest)s characters.") % {"longest": LONGEST_NAME}
        raise Malformed(field="name", problem=problem)
    if not kinds or not set(kinds) <= set(Kind.values):
        raise Malformed(field="kinds", problem=_("Say of what it is to be told."))
    try:
        check(url, settings.WEBHOOK_HOSTS)
    except Forbidden as why:
        problem = _("Nothing may be sent there (%(code)s): WEBHOOK_HOSTS lists where it may.")
        raise Malformed(field="url", problem=problem % {"code": why.code}) from None
