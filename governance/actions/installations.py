"""What this truth was started as, and that it is not started as something else."""

from __future__ import annotations

from governance.errors import NotThisInstallation
from governance.models import Installation
from governance.trail import SHELL, changing


def start(*, time_zone: str, is_sample: bool) -> Installation:
    """Write down the hospital's time zone and whether this is the sample, at the first start.

    At every later start both must be the same: days would begin at other instants, and sample
    knowledge must never meet real knowledge.
    """
    with changing(by=SHELL) as changes:
        known = Installation.objects.filter(pk=1).first()
        if known is None:
            known = Installation.objects.create(pk=1, time_zone=time_zone, is_sample=is_sample)
            changes.note("installation.started", known, time_zone=time_zone, sample=is_sample)
        if known.time_zone != time_zone or known.is_sample != is_sample:
            raise NotThisInstallation(
                time_zone=known.time_zone, kind="sample" if known.is_sample else "hospital"
            )
    return known
