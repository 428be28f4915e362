"""What must be true before anything is served; each fault stops the start with one sentence."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from governance import triggers
from governance.actions import installations
from governance.errors import NotThisInstallation
from kbadmin import demo
from llm import clients
from llm.stores.shards import InUse

# A start that takes longer than this at one thing says which.
SOON = 2.0  # seconds


def prepare() -> None:
    """Migrate where this process owns the database, and own the store. Raises `CommandError`."""
    with asking("the database"):
        _migrate()
        gone = triggers.missing(connection)
    if gone:
        raise CommandError(f"Triggers that guard the truth are gone: {', '.join(gone)}. Migrate.")
    with asking("the folder of files being received"):
        _clear_half_received()
    try:
        with asking("the encoder and the vector store"):
            clients.encoder()
            clients.vector_store()
    except ValueError as error:
        raise CommandError(str(error)) from error
    except InUse as error:
        raise CommandError("Another process serves from this KB_HOME already.") from error


def settle(*, is_sample: bool) -> None:
    """Be what this database was started as. Raises `CommandError` where it is something else."""
    try:
        with asking("the database"):
            installations.start(time_zone=settings.TIME_ZONE, is_sample=is_sample)
    except NotThisInstallation as refusal:
        raise CommandError(str(refusal)) from refusal
    if is_sample and not demo.is_complete():
        raise CommandError("The sample is not complete. Remove its KB_HOME and start again.")


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Say what the start waits for when it waits, and why it ends where that cannot be used."""
    late = threading.Timer(SOON, _say, [f"Waiting for {what} …"])
    late.daemon = True
    late.start()
    try:
        yield
    except (Error, OSError) as error:
        why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
        raise CommandError(f"The start ends, because {what} cannot be used: {why}.") from error
    finally:
        late.cancel()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


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
