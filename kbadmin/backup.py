"""Takes a backup of the truth: every table in one snapshot, then the files it speaks of."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from governance import clock
from governance.merkle import EMPTY_ROOT, CompactRange
from ingest.models import Incoming
from kbadmin import backup_tables
from kbadmin.backup_files import (
    FORMAT,
    ORIGINALS,
    TRAINING,
    UNFINISHED,
    Backup,
    File,
    NoBackup,
    Progress,
    copy,
    finish,
    hash_of,
    one_writer,
    place_in_home,
    place_of,
    silent,
)

# Not in a backup, so that nobody who gets hold of one can log in by it.
NOT_KEPT = ["secret key", "sessions", "environment", "vectors", "corpus", "model"]


@dataclass(frozen=True)
class Taken:
    """What was kept; `missing` are files that are nowhere to be had as they came to be."""

    backup: Backup
    copied: int
    already_there: int
    missing: list[str]


def take(place: Path, progress: Progress = silent) -> Taken:
    """Keep everything beside those who write. Raises `NoBackup`, `InUse`, `OSError`.

    The files come after the tables: they are only added to, so that there are at least those
    which the tables speak of.
    """
    with one_writer(place):
        unfinished = place / UNFINISHED
        (unfinished / "tables").mkdir(parents=True)
        content, files = _truth(unfinished / "tables", progress)
        kept = _Files(place / ORIGINALS)
        for done, (path, sha256) in enumerate(files, start=1):
            kept.keep(path, sha256)
            progress(done, len(files))
        content |= {ORIGINALS: kept.originals, TRAINING: kept.training, "missing": kept.missing}
        moment = clock.now().strftime("%Y%m%dT%H%M%SZ")
        made = finish(unfinished, content, name=f"{moment}-{content['trail']['size']}")
    return Taken(made, kept.copied, kept.there - kept.copied, kept.missing)


def software() -> str:
    pyproject = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))
    return str(pyproject["project"]["version"])


def head_of(row: dict[str, Any] | None) -> dict[str, Any]:
    """A trail's size, root and epoch, from its head's row."""
    if row is None:
        raise NoBackup("The trail has no head.")
    nodes = tuple(bytes.fromhex(node) for node in row["nodes"])
    root = CompactRange(row["size"], nodes).root() if row["size"] else EMPTY_ROOT
    return {"size": row["size"], "root": root.hex(), "epoch": row["epoch"]}


def _truth(folder: Path, progress: Progress) -> tuple[dict[str, Any], list[File]]:
    with backup_tables.one_snapshot():
        nodes = backup_tables.applied()
        models = {m._meta.db_table: m for m in backup_tables.tables(nodes)}
        if "governance_trailhead" not in models:
            raise NoBackup("There is no truth here yet: run `manage.py migrate` first.")
        kept = []
        for done, model in enumerate(models.values(), start=1):
            kept.append(backup_tables.write_table(model, folder))
            progress(done, len(models))
        head = models["governance_trailhead"]._base_manager.values().first()
        started = models["governance_installation"]._base_manager.values().first() or {}
        files = _spoken_of(models)
    content = {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "software": software(),
        "database": connection.vendor,
        "time_zone": started.get("time_zone", settings.TIME_ZONE),
        "trail": head_of(head),
        "migrations": [list(node) for node in nodes],
        "tables": kept,
        "not_kept": NOT_KEPT,
    }
    return content, files


def _spoken_of(models: dict[str, Any]) -> list[File]:
    """Uploads, what waits in the inbox, and training sets; an old database has not all of them."""
    uploads = set(models["governance_upload"]._base_manager.values_list("sha256", flat=True))
    if "ingest_incoming" in models:
        waiting = models["ingest_incoming"]._base_manager.filter(state__in=Incoming.OPEN)
        uploads |= set(waiting.values_list("sha256", flat=True))
    found = [("", sha256) for sha256 in sorted(uploads)]
    if "llm_trainingset" in models:
        sets = models["llm_trainingset"]._base_manager.order_by("pk")
        for ordered, files in sets.values_list("ordered", "files"):
            found += [(f"{ordered}/{each['name']}", each["sha256"]) for each in files]
    return found


class _Files:
    """The store of files, by their SHA-256, that all backups of a folder share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.originals: list[dict[str, Any]] = []
        self.training: list[dict[str, Any]] = []
        self.missing: list[str] = []
        self.copied = 0

    @property
    def there(self) -> int:
        return len(self.originals) + len(self.training)

    def keep(self, path: str, sha256: str) -> None:
        """Copy what is not there as it should be. Never by a link: that would be no second copy,
        and what damages the one damages the other.
        """
        target = place_of(sha256, self.folder)
        if hash_of(target) != sha256:
            source = place_in_home(path, sha256)
            if not source.is_file() or not copy(source, target, sha256=sha256):
                self.missing.append(path or sha256)
                return
            self.copied += 1
        told = {"sha256": sha256, "bytes": target.stat().st_size}
        if path:
            self.training.append(told | {"path": path})
        else:
            self.originals.append(told)
