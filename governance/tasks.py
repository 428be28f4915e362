"""Celery's way in. Each task is a line; the work is elsewhere."""

from __future__ import annotations

from celery import shared_task

from governance import clock, trail
from governance.actions import client_uses, notices, repeats, versions
from governance.mailing import mail_waiting


@shared_task(name="governance.write_down_superseded")
def write_down_superseded() -> None:
    versions.write_down_superseded()


@shared_task(name="governance.note_left_force")
def note_left_force() -> None:
    versions.note_left_force()


@shared_task(name="governance.note_refusals")
def note_refusals() -> None:
    trail.note_left_over_refusals()


@shared_task(name="governance.tell_people")
def tell_people() -> None:
    notices.tell()


@shared_task(name="governance.mail_notices")
def mail_notices() -> None:
    mail_waiting()


@shared_task(name="governance.remind_people")
def remind_people() -> None:
    notices.remind(clock.today())


@shared_task(name="governance.count_programs")
def count_programs() -> None:
    """Written down here for this process, by the doors for theirs; and what is old is let go."""
    client_uses.write_down()
    client_uses.forget_old(clock.today())
    repeats.forget_old(clock.now())
