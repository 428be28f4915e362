"""Celery's way in. Each task is a line or two; the work is elsewhere."""

from __future__ import annotations

from celery import shared_task

from governance.doorbell import ring
from governance.models import ParseState, Upload
from ingest import incoming, reading, tidying
from ingest.models import Incoming

AT_ONCE = 10


@shared_task(name="ingest.parse_upload")
def parse_upload(upload_id: int, again: bool = False) -> None:
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload:
        reading.read(upload, again=again)


@shared_task(name="ingest.sweep_uploads")
def sweep_uploads() -> None:
    """Have read what the doorbell missed and what a killed reader left."""
    for upload in reading.forgotten()[:AT_ONCE]:
        ring(["ingest.parse_upload"], upload.pk, upload.parse_state == ParseState.RUNNING)


@shared_task(name="ingest.read_incoming")
def read_incoming(incoming_id: int) -> None:
    waiting = Incoming.objects.filter(pk=incoming_id).first()
    if waiting:
        incoming.read(waiting)


@shared_task(name="ingest.sweep_incoming")
def sweep_incoming() -> None:
    """The same for files that are no source yet."""
    for waiting in incoming.forgotten()[:AT_ONCE]:
        ring([incoming.TASK], waiting.pk)


@shared_task(name="ingest.tidy")
def tidy() -> None:
    tidying.tidy()
