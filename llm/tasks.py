"""Celery's way in. Each task is a line or two; the work is elsewhere."""

from __future__ import annotations

import logging

from celery import shared_task

from governance.doorbell import ring
from llm import drafts, jobs
from llm.embedding import Unavailable
from llm.projections.advance import advance
from llm.projections.registry import names, projection
from llm.stores.port import StoreAway

log = logging.getLogger(__name__)


@shared_task(name="llm.follow_trail")
def follow_trail() -> None:
    """Wake every projection. One that fails must not hold up the others."""
    for name in names():
        ring(["llm.advance_projection"], name)
    ring(["llm.prepare_drafts"])
    jobs.run_waiting()


@shared_task(name="llm.advance_projection")
def advance_projection(name: str) -> None:
    try:
        advance(projection(name))
    except (StoreAway, Unavailable) as error:
        log.warning("%s is away; it will be followed up: %r", name, error)


@shared_task(name="llm.prepare_drafts")
def prepare_drafts() -> None:
    drafts.prepare_waiting()
