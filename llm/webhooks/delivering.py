"""Sends what waits: every address by itself, so that a slow one holds up nobody else.

Sending is done on threads that do not touch the database; what came of it is written down by the
one that holds the lease. A worker that is killed after a message was taken and before that was
written down has it sent once more, under the same name: at least once, never not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from django.conf import settings

from governance import clock
from llm.models import Cursor, Delivery, Webhook
from llm.webhooks import signing, telling
from llm.webhooks.sending import Outcome, Way, send

AT_ONCE = 16
# A pass ends after so long even where there is always something to do; the sweep begins another.
LONGEST_PASS = 60.0
PAUSE = 0.5

Now = Callable[[], datetime]


def deliver(way: Way | None = None, *, now: Now = clock.now) -> int:
    """Tell everybody what is to be told now. How many messages were taken.

    Does nothing where another worker is at it, or nobody is to be told.
    """
    if not Webhook.objects.living().exists():
        return 0
    cursor = Cursor.objects.lease(telling.CURSOR)
    if cursor is None:
        return 0
    error = "It stopped unexpectedly; the log says why."
    try:
        telling.derive(cursor, at=now())
        taken = _Pass(cursor, way or Way(settings.WEBHOOK_HOSTS), now).run()
        error = ""
        return taken
    finally:
        cursor.release(error=error)


class _Pass:
    """One message at a time to each address, until nothing is due or on its way."""

    def __init__(self, cursor: Cursor, way: Way, now: Now) -> None:
        self.cursor, self.way, self.now = cursor, way, now
        self.on_its_way: dict[Future[Outcome], Delivery] = {}
        # Who did not take one is not tried again in this pass: the next waits for its pause.
        self.resting: set[int] = set()
        self.taken = 0

    def run(self) -> int:
        until = time.monotonic() + LONGEST_PASS
        with ThreadPoolExecutor(AT_ONCE, "webhook") as threads:
            while time.monotonic() < until:
                self._begin(threads)
                if not self.on_its_way:
                    break
                self._collect(PAUSE)
                telling.derive(self.cursor, at=self.now())
            while self.on_its_way:
                self._collect(None)
        return self.taken

    def _begin(self, threads: ThreadPoolExecutor) -> None:
        busy = {each.webhook_id for each in self.on_its_way.values()} | self.resting
        due = Delivery.objects.due(self.now()).select_related("webhook")
        for delivery in due.exclude(webhook__in=busy)[: AT_ONCE * 4]:
            if delivery.webhook_id in busy or len(self.on_its_way) >= AT_ONCE:
                continue
            busy.add(delivery.webhook_id)
            self.on_its_way[threads.submit(self._sender(delivery))] = delivery

    def _sender(self, delivery: Delivery) -> Callable[[], Outcome]:
        at, body, webhook = self.now(), delivery.body.encode(), delivery.webhook
        seconds, way = int(at.timestamp()), self.way
        headers = signing.headers(delivery.name, body, webhook.salts(at), seconds=seconds)
        headers |= {"Content-Type": "application/json", "User-Agent": "clinical-knowledge-base"}
        return lambda: send(webhook.url, body, headers, way)

    def _collect(self, seconds: float | None) -> None:
        done, _waiting = wait(self.on_its_way, seconds, FIRST_COMPLETED)
        self.cursor.hold()
        for future in done:
            self._note(self.on_its_way.pop(future), future.result())

    def _note(self, delivery: Delivery, outcome: Outcome) -> None:
        if outcome.error:
            self.resting.add(delivery.webhook_id)
            delivery.failed(outcome.status, outcome.error, at=self.now())
        else:
            self.taken += 1
            delivery.taken(outcome.status, at=self.now())
        delivery.save(
            update_fields=["state", "attempts", "status", "error", "due_at", "delivered_at"]
        )
