"""Celery's way in. Each task is a line or two; the work is elsewhere."""

from __future__ import annotations

import logging

from celery import shared_task

from governance import clock
from governance.doorbell import ring
from llm import drafts, jobs
from llm.actions import tickets, use
from llm.embedding import Unavailable
from llm.models import LostLease
from llm.projections.advance import advance
from llm.projections.registry import names, projection
from llm.proposing.reading import read_waiting, readers
from llm.stores.port import StoreAway
from llm.training import recalling
from llm.webhooks.delivering import deliver
from llm.webhooks.telling import forget_old

log = logging.getLogger(__name__)


@shared_task(name="llm.follow_trail")
def follow_trail() -> None:
    """Wake every projection. One that fails must not hold up the others."""
    for name in names():
        ring(["llm.advance_projection"], name)
    ring(["llm.tell_webhooks"])
    ring(["llm.prepare_drafts"])
    ring(["llm.propose_relations"])
    ring(["llm.recall_training_rows"])
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


@shared_task(name="llm.propose_relations")
def propose_relations() -> None:
    """By the rules, then with the hospital's model where there is one."""
    for reader in readers():
        try:
            read_waiting(reader)
        except Unavailable as error:
            log.warning("The language model is away: %r", error)


@shared_task(name="llm.propose_relations_again")
def propose_relations_again() -> None:
    """From what was read when the graph and the dictionary knew less."""
    for reader in readers():
        try:
            read_waiting(reader, again=True)
        except Unavailable as error:
            log.warning("The language model is away: %r", error)


@shared_task(name="llm.tell_webhooks")
def tell_webhooks() -> None:
    """Who is told of events. What they do not take is sent again later."""
    try:
        deliver()
    except LostLease:
        log.warning("Another worker has taken over the webhooks.")


@shared_task(name="llm.recall_training_rows")
def recall_training_rows() -> None:
    """What was trained on what left. Read on from where it was read last."""
    try:
        recalling.follow()
    except LostLease:
        log.warning("Another worker has taken over the calling back of rows.")


@shared_task(name="llm.forget_deliveries")
def forget_deliveries() -> None:
    forget_old(clock.now())


@shared_task(name="llm.remind_of_tickets")
def remind_of_tickets() -> None:
    tickets.remind(clock.today())


@shared_task(name="llm.seal_use")
def seal_use() -> None:
    use.seal()


@shared_task(name="llm.purge_use")
def purge_use() -> None:
    use.purge(now=clock.now())
