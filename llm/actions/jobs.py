"""Ordering work on the stores: left to the process that owns them, never waited for."""

from __future__ import annotations

from typing import Any

from governance.duties import Deed
from governance.errors import AlreadyOrdered, NotParked
from governance.models import Account
from governance.trail import changing
from llm.models import Job, Parked


def order(*, verb: str, arguments: dict[str, Any], by: Account) -> Job:
    """Leave a job. The trail's followers are rung when this is committed, and take it up.

    Refused while the same work waits or runs: done twice it would be done for nothing.
    """
    with changing(by=by, may=Deed.OPERATE) as changes:
        alike = Job.objects.filter(verb=verb, arguments=arguments).exclude(state=Job.State.DONE)
        if alike.exists():
            raise AlreadyOrdered
        job = Job.objects.create(verb=verb, arguments=arguments, asked_at=changes.at)
        changes.note("job.ordered", job, verb=verb, **arguments)
    return job


def retry(*, projection: str, kind: str, number: int, by: Account) -> None:
    """Have what was parked tried again now, whatever its pause."""
    with changing(by=by, may=Deed.OPERATE) as changes:
        mine = Parked.objects.filter(projection=projection, kind=kind, number=number)
        if not mine.update(retry_at=changes.at):
            raise NotParked
        changes.note("parked.retried", None, projection=projection, kind=kind, number=number)
