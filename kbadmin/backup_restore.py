"""Puts a backup into an empty place, proves it, and has the derived stores made again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from governance.actions import installations
from governance.models import AuditEntry, TrailHead
from governance.verification import Finding, verify_trail
from kbadmin import backup_tables
from kbadmin.backup import head_of
from kbadmin.backup_files import (
    Backup,
    InUse,
    NoBackup,
    Progress,
    copy,
    damaged,
    hash_of,
    newest,
    place_in_home,
    place_of,
    silent,
)
from llm import clients, jobs
from llm.stores import shards

# Of the database's other sessions, all but those that tidy up.
_OTHERS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND backend_type IS DISTINCT FROM 'autovacuum worker'"""


@dataclass(frozen=True)
class Restored:
    """What came of it. `findings`: what does not fit in the record; then no store was made."""

    backup: Backup
    epoch: str
    is_new_epoch: bool
    findings: list[Finding]
    stores: dict[str, Any]


def restore(place: Path, *, same_epoch: str = "", progress: Progress = silent) -> Restored:
    """Restore the newest backup of a folder, or the one that the folder is.

    A new epoch begins, unless `same_epoch` is the root that the trail ended with, by which it is
    shown that nothing was lost. Everything is checked before anything is written. Raises
    `NoBackup` and `InUse`; the truth is then as empty as it was.
    """
    with _alone():
        backup = newest(place)
        _refuse_what_does_not_fit(backup, same_epoch)
        if bad := damaged(backup, progress):
            raise NoBackup(f"Damaged or missing, nothing was restored: {', '.join(bad)}")
        _bring_files(backup, progress)
        _bring_tables(backup, is_new_epoch=not same_epoch, progress=progress)
        call_command("migrate", verbosity=0)
        # A record that does not even let itself be continued is told of by the findings.
        with suppress(IntegrityError):
            told = backup.manifest
            installations.note_restored(trail=told["trail"], made_at=told["made_at"])
        findings = list(verify_trail())
        stores = {} if findings else _stores()
        epoch = TrailHead.objects.values_list("epoch", flat=True).get()
    return Restored(backup, epoch, not same_epoch, findings, stores)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody serves from this place. Raises `InUse`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if cursor.fetchone() != (0,):
                raise InUse("Others are connected to this database: stop serving and workers.")
    try:
        if not settings.QDRANT_URL:
            clients.vector_store()
    except shards.InUse:
        raise InUse("Another process serves from this KB_HOME: stop it first.") from None
    try:
        yield
    finally:
        clients.close()


def _refuse_what_does_not_fit(backup: Backup, same_epoch: str) -> None:
    told = backup.manifest
    there = connection.introspection.table_names()
    if "governance_auditentry" in there and AuditEntry.objects.exists():
        raise NoBackup("The database is not empty: a backup is restored into an empty one.")
    if strays := _strays({each["sha256"] for each in told["originals"]}):
        raise NoBackup(f"{settings.KB_HOME / 'uploads'} is not empty, it holds {strays[0]}.")
    if told["time_zone"] != settings.TIME_ZONE:
        raise NoBackup(f"TIME_ZONE is {settings.TIME_ZONE}, the backup's is {told['time_zone']}.")
    if unknown := backup_tables.unknown(_nodes(backup)):
        migration = ".".join(unknown[0])
        raise NoBackup(f"The backup is of later software: {migration} is not known here.")
    if same_epoch and same_epoch != told["trail"]["root"]:
        raise NoBackup(
            "Entries were lost: the trail ended with another root than the backup's, which is "
            f"{told['trail']['root']} with {told['trail']['size']} entries. Begin a new epoch."
        )


def _strays(wanted: set[str]) -> list[str]:
    """Files in the place of uploads that an interrupted restore of this backup did not leave."""
    found = (p for p in (settings.KB_HOME / "uploads").rglob("*") if p.is_file())
    return [p.name for p in found if p.name not in wanted and not p.name.startswith(".receiving-")]


def _nodes(backup: Backup) -> list[backup_tables.Node]:
    return [(app, name) for app, name in backup.manifest["migrations"]]


def _bring_files(backup: Backup, progress: Progress) -> None:
    """Twice does no harm: what a restore that was interrupted brought is looked at again."""
    wanted = backup.files()
    for done, (path, sha256) in enumerate(wanted, start=1):
        target = place_in_home(path, sha256)
        source = place_of(sha256, backup.originals)
        if hash_of(target) != sha256 and not copy(source, target, sha256=sha256):
            raise NoBackup(f"It changed while it was read: {source}")
        progress(done, len(wanted))


def _bring_tables(backup: Backup, *, is_new_epoch: bool, progress: Progress) -> None:
    """All or none of them, and the new epoch with them: the old one never meets other entries."""
    nodes = _nodes(backup)
    backup_tables.migrate_to(nodes)
    told = {each["table"]: each for each in backup.manifest["tables"]}
    models = backup_tables.tables(nodes)
    try:
        with transaction.atomic(durable=True):
            backup_tables.empty(models)
            for done, model in enumerate(models, start=1):
                table = told[model._meta.db_table]
                backup_tables.read_table(model, backup.file(table["file"]), table)
                progress(done, len(models))
            _refuse_another_root(backup, models)
            if is_new_epoch:
                installations.begin_epoch()
    except (IntegrityError, KeyError) as error:
        raise NoBackup(f"The rows do not fit together: {error}") from error


def _refuse_another_root(backup: Backup, models: list[backup_tables.Model]) -> None:
    head = next(m for m in models if m._meta.db_table == "governance_trailhead")
    found, told = head_of(head._base_manager.values().first()), backup.manifest["trail"]
    if found != told:
        raise NoBackup(f"The trail ends with root {found['root']}, not with {told['root']}.")


def _stores() -> dict[str, Any]:
    """Make every store hold what the truth says, and compare them with it."""
    outcome = jobs.do("catch_up", {})
    if "error" in outcome:
        return outcome
    return outcome | jobs.do("reconcile", {"repair": True})
