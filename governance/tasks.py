"""Celery's way in. Each task is a line; the work is elsewhere."""

from __future__ import annotations

from celery import shared_task

from governance import clock, trail
from governance.actions import notices, versions
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
