"""Writes down how often programs called: rows a day, door and outcome, not a row a request."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from governance.counting import Count, Outcome, counted
from governance.models import Client, ClientUse

KEPT_FOR = timedelta(days=400)


def write_down() -> None:
    """What this process has counted. With the truth out of reach it is kept for the next time."""
    counts = counted.take()
    if not counts:
        return
    try:
        with transaction.atomic():
            known = set(Client.objects.values_list("pk", flat=True))
            # In one order, so that two processes never wait for each other's rows.
            for outcome in sorted(counts, key=_order):
                if outcome.client in known:
                    _add(outcome, counts[outcome])
    except OperationalError:
        counted.give_back(counts)


def forget_old(today: date) -> None:
    ClientUse.objects.filter(day__lt=today - KEPT_FOR).delete()


def _order(outcome: Outcome) -> tuple[int, date, str, str]:
    return (outcome.client, outcome.day, outcome.door, outcome.code)


def _add(outcome: Outcome, count: Count) -> None:
    row, is_new = ClientUse.objects.get_or_create(
        client_id=outcome.client,
        day=outcome.day,
        door=outcome.door,
        code=outcome.code,
        defaults={"times": count.times, "last_at": count.last_at},
    )
    if not is_new:
        mine = ClientUse.objects.filter(pk=row.pk)
        last = Greatest(F("last_at"), count.last_at)
        mine.update(times=F("times") + count.times, last_at=last)
