"""Wakes those who follow, by task name only. A nudge, not a promise: a sweep finds the rest."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(tasks: Iterable[str], *args: object) -> None:
    """Send each task without waiting; with the broker away, say so in the log and go on."""
    for task in tasks:
        try:
            current_app.send_task(task, args=args, retry=False, ignore_result=True)
        except OperationalError as error:
            log.warning("The broker is away; the sweep will find the work: %s", error)
            return
