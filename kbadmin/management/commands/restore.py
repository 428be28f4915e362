"""Restores a backup into an empty place; nothing may be serving from it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from governance.management.reporting import Report, ReportingCommand
from kbadmin import backup_restore
from kbadmin.backup_files import InUse, NoBackup


class Command(ReportingCommand):
    help = "Restore a backup, the newest of a folder or the one named, into an empty place."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--from", required=True, type=Path, metavar="DIR", dest="place")
        parser.add_argument(
            "--same-epoch",
            default="",
            metavar="ROOT",
            help="keep the trail's epoch; ROOT is what `verify_trail` said after serving stopped",
        )

    def act(self, options: dict[str, Any]) -> Report:
        try:
            restored = backup_restore.restore(
                options["place"], same_epoch=options["same_epoch"], progress=self.progress
            )
        except (NoBackup, InUse) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            raise CommandError(f"Not restored: {error}") from error
        return _report(restored)


def _report(restored: backup_restore.Restored) -> Report:
    told, stores = restored.backup.manifest, restored.stores
    trail, missing = told["trail"], told["missing"]
    rows = sum(table["rows"] for table in told["tables"])
    epoch = "a new epoch" if restored.is_new_epoch else "the same epoch"
    sentences = [
        f"Restored {rows} rows and {len(told['originals'])} originals of {restored.backup.folder}.",
        f"The trail has its {trail['size']} entries and root {trail['root']}; "
        f"{epoch} follows, {restored.epoch}.",
        *(f"The backup was made without the original {sha256}." for sha256 in missing),
        *(str(finding) for finding in restored.findings),
        _about_stores(restored),
    ]
    ok = bool(stores) and "error" not in stores and not stores["parked"] and not missing
    data = {
        "backup": str(restored.backup.folder),
        "rows": rows,
        "originals": len(told["originals"]),
        "missing": missing,
        "trail": trail,
        "epoch": restored.epoch,
        "findings": [[f.kind, f.where, f.detail] for f in restored.findings],
        "stores": stores,
    }
    return Report(sentences, data, ok=ok)


def _about_stores(restored: backup_restore.Restored) -> str:
    stores = restored.stores
    if restored.findings:
        return "The record does not fit, so no store was made: see `manage.py verify_trail`."
    if "error" in stores:
        return f"The truth is restored, the stores are not yet: {stores['error']}"
    if stores["parked"]:
        return f"Parked in the stores: {stores['parked']}"
    return "The record is whole, and every store is as the truth says."
