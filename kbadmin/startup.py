"""What must be true before anything is served; each fault stops the start with one sentence."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from governance import triggers
from governance.actions import installations
from governance.errors import NotThisInstallation
from kbadmin import demo
from llm import clients
from llm.stores.shards import InUse


def prepare() -> None:
    """Migrate where this process owns the database, and own the store. Raises `CommandError`."""
    _migrate()
    _clear_half_received()
    gone = triggers.missing(connection)
    if gone:
        raise CommandError(f"Triggers that guard the truth are gone: {', '.join(gone)}. Migrate.")
    try:
        clients.encoder()
        clients.vector_store()
    except ValueError as error:
        raise CommandError(str(error)) from error
    except InUse as error:
        raise CommandError("Another process serves from this KB_HOME already.") from error


def settle(*, is_sample: bool) -> None:
    """Be what this database was started as. Raises `CommandError` where it is something else."""
    try:
        installations.start(time_zone=settings.TIME_ZONE, is_sample=is_sample)
    except NotThisInstallation as refusal:
        raise CommandError(str(refusal)) from refusal
    if is_sample and not demo.is_complete():
        raise CommandError("The sample is not complete. Remove its KB_HOME and start again.")


def _clear_half_received() -> None:
    """What a killed process left of files it was receiving; nobody was told they are here."""
    if settings.EMBEDDED:
        for left in settings.FILE_UPLOAD_TEMP_DIR.glob("*"):
            left.unlink(missing_ok=True)


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if connection.vendor != "sqlite":
        raise CommandError("The database is not at this version: run `manage.py migrate` first.")
    call_command("migrate", verbosity=0)
