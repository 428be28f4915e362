"""Takes a backup of the truth and the originals, beside a serving process if need be."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from governance.management.reporting import Report, ReportingCommand
from kbadmin import backup
from kbadmin.backup_files import InUse, NoBackup, place_of


class Command(ReportingCommand):
    help = "Take a backup of the truth and its originals into a folder that may hold others."
    # Before an update's migrations is when a backup is wanted.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", required=True, type=Path, metavar="DIR")

    def act(self, options: dict[str, Any]) -> Report:
        # There are names, password hashes and texts in it.
        before = os.umask(0o077)
        try:
            taken = backup.take(options["to"], self.progress)
        except (NoBackup, InUse) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"No backup was made: {error}") from error
        finally:
            os.umask(before)
        return _report(taken)


def _report(taken: backup.Taken) -> Report:
    folder, told = taken.backup.folder, taken.backup.manifest
    rows, trail = sum(table["rows"] for table in told["tables"]), told["trail"]
    sentences = [
        f"Kept {rows} rows and {len(told['originals'])} originals in {folder}.",
        f"{taken.copied} originals were copied, {taken.already_there} were there and are sound.",
        f"{trail['size']} entries, root {trail['root']}, epoch {trail['epoch']}.",
        f"Not kept: {', '.join(told['not_kept'])}.",
    ]
    sentences += _about(taken.missing)
    data = {
        "backup": str(folder),
        "rows": rows,
        "originals": len(told["originals"]),
        "copied": taken.copied,
        "missing": taken.missing,
        "trail": trail,
    }
    return Report(sentences, data, ok=not taken.missing)


def _about(missing: list[str]) -> list[str]:
    """That the backup was made all the same, what it lacks, and what is to be done about it."""
    if not missing:
        return []
    places = [place_of(sha256, settings.KB_HOME / "uploads") for sha256 in missing]
    return [
        "The backup was written and can be restored. It lacks what was damaged or gone here before"
        " it was taken, and of which there is no sound copy in the folder either:",
        *(f"  {'damaged' if place.exists() else 'gone'}: {place}" for place in places),
        "Put a sound copy in each place, from an older copy of originals/; its SHA-256 is its name."
        " Until then every backup is written, lacks it, and ends with 1.",
    ]
