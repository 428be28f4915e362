"""What this truth was started as, and that it is not started as something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.actions import graph_default
from governance.errors import NotThisInstallation
from governance.models import Installation, TrailHead
from governance.models.audit import new_epoch
from governance.trail import SHELL, changing


def start(*, time_zone: str, is_sample: bool) -> Installation:
    """Write down the hospital's time zone and whether this is the sample, at the first start.

    At every later start both must be the same: days would begin at other instants, and sample
    knowledge must never meet real knowledge. The graph begins with a schema.
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
        graph_default.write_down(changes)
    return known


def begin_epoch() -> None:
    """Let the trail be another one from here on: it may have lost entries that others have seen.

    Within the restore that lost them, before anybody is let in again; `note_restored` says so in
    the first entry of the new epoch.
    """
    TrailHead.objects.update(epoch=new_epoch())


def note_restored(*, trail: Mapping[str, Any], made_at: str) -> None:
    """Say in the trail that it was restored, from where, and which epoch it had."""
    with changing(by=SHELL) as changes:
        known = Installation.objects.filter(pk=1).first()
        facts = {"entries": trail["size"], "root": trail["root"], "epoch": trail["epoch"]}
        changes.note("installation.restored", known, made_at=made_at, **facts)
