"""Makes messages of the trail's entries, one for each address that is told of their kind.

A cursor remembers how far the trail was read. It moves in the same transaction in which the
messages are written down, so that none is lost or made twice whenever a worker is killed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from governance.models import AuditEntry, TrailHead
from governance.verification import content_of
from llm.models import Cursor, Delivery, Kind, Webhook
from llm.projections.holdings import shown

CURSOR = "webhooks"
BATCH = 500
# What happened longer ago is news to nobody, where a restore lets the trail be read anew.
NEWS = timedelta(days=7)
DELIVERIES_KEPT_FOR = timedelta(days=90)

KIND_OF: dict[str, Kind] = {
    "version.superseded": Kind.LEFT_FORCE,
    "version.retired": Kind.LEFT_FORCE,
    "version.left_force": Kind.LEFT_FORCE,
    "version.quarantined": Kind.QUARANTINED,
    "passage.quarantined": Kind.QUARANTINED,
    "release.published": Kind.RELEASED,
    "training_set.recalled": Kind.RECALLED,
}


def trail_stands() -> tuple[str, int]:
    """Its epoch, and its last number."""
    return TrailHead.objects.values_list("epoch", "size").get()


def derive(cursor: Cursor, *, at: datetime) -> int:
    """Write down what is to be told of all that the trail has new. How many messages that is."""
    epoch, last = trail_stands()
    total = 0
    while cursor.number < last or cursor.epoch != epoch:
        total += _some(cursor, epoch, last, at)
    return total


def forget_old(at: datetime) -> None:
    waiting = Delivery.objects.filter(created_at__lt=at - DELIVERIES_KEPT_FOR)
    waiting.exclude(delivered_at=None).delete()


def shown_instant(at: datetime) -> str:
    return str(shown(at))


def _some(cursor: Cursor, epoch: str, last: int, at: datetime) -> int:
    start = cursor.number if cursor.epoch in ("", epoch) else 0
    rows = AuditEntry.objects.after(start).filter(number__lte=last, at__gte=at - NEWS)
    entries = list(rows.filter(action__in=KIND_OF)[:BATCH])
    reached = entries[-1].number if len(entries) == BATCH else last
    told = list(_messages(entries, epoch, at))
    with transaction.atomic():
        Delivery.objects.bulk_create(told, ignore_conflicts=True)
        cursor.move(reached, epoch=epoch)
    return len(told)


def _messages(entries: Iterable[AuditEntry], epoch: str, at: datetime) -> Iterator[Delivery]:
    webhooks = list(Webhook.objects.living().order_by("pk"))
    for entry in entries:
        kind = KIND_OF[entry.action]
        for webhook in webhooks:
            if kind in webhook.kinds and entry.number > webhook.since:
                yield _message(webhook, entry, epoch, at)


def _message(webhook: Webhook, entry: AuditEntry, epoch: str, at: datetime) -> Delivery:
    kind = KIND_OF[entry.action]
    named = f"{epoch}:{entry.number}:{webhook.pk}:{webhook.created_at.timestamp()}"
    return Delivery(
        webhook=webhook,
        number=entry.number,
        name=f"msg_{hashlib.sha256(named.encode()).hexdigest()[:32]}",
        kind=kind,
        body=json.dumps(_told(entry, kind, epoch), separators=(",", ":"), sort_keys=True),
        created_at=at,
        tried_since=at,
        due_at=at,
    )


def _told(entry: AuditEntry, kind: Kind, epoch: str) -> dict[str, Any]:
    """Numbers, digests, instants and codes, as `changes/` tells them: nothing personal."""
    content = content_of(entry) or {}
    governs = content.get("governs") or {}
    version = governs.get("id") if governs.get("type") == "version" else None
    return {
        "type": kind.value,
        "timestamp": shown_instant(entry.at),
        "data": {
            "epoch": epoch,
            "number": entry.number,
            "action": entry.action,
            "subject": content.get("subject"),
            "version": int(version) if version else None,
            "facts": _public(content.get("facts") or {}),
        },
    }


def _public(facts: dict[str, Any]) -> dict[str, Any]:
    """Without who is told besides."""
    return {name: value for name, value in facts.items() if name != "people"}
