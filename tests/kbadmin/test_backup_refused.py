"""Restoring: what is refused and leaves nothing behind, and backups of other software."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from governance import originals
from governance.models import Account, AuditEntry, Passage, TrailHead, Version
from kbadmin import backup, backup_files, backup_restore, backup_tables
from kbadmin.backup_files import Backup, InUse, NoBackup
from llm.stores.edge import EdgeStore
from tests.support import knowledge
from tests.support.databases import triggers_away
from tests.support.following import follow
from tests.support.places import empty_place, migrated_place

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.usefixtures("db", "stores")]


@pytest.fixture
def made(active: Version, ana: Account, home: Path) -> Backup:
    """A backup of a world with a version in force and a draft, followed to its end."""
    knowledge.draft(active.source, ana, texts=["Not yet."], label="2025")
    follow()
    return backup.take(home / "backups").backup


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def altered(made: Backup, **changed: Any) -> None:
    made.file("manifest.json").write_bytes(backup_files.sealed(made.manifest | changed))


def refused(made: Backup, sentence: str, **options: Any) -> None:
    """Restoring is refused so, and neither a row nor a file was written."""
    with pytest.raises((NoBackup, InUse), match=sentence):
        backup_restore.restore(made.folder, **options)
    there = connection.introspection.table_names()
    assert "governance_auditentry" not in there or not AuditEntry.objects.exists()


# What is refused


def test_file_that_would_lie_elsewhere_is_refused(
    made: Backup, active: Version, elsewhere: Path
) -> None:
    stray = {"path": "../uploads/x", "sha256": active.upload.sha256, "bytes": 1}
    altered(made, training=[stray])

    with empty_place(elsewhere):
        refused(made, "outside")


def test_place_with_entries_is_refused(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        backup_restore.restore(made.folder)
        size = TrailHead.objects.get().size

        with pytest.raises(NoBackup, match="not empty"):
            backup_restore.restore(made.folder)

        assert TrailHead.objects.get().size == size


def test_place_with_other_uploads_is_refused(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        originals.keep([b"somebody else's"], "other.txt")

        refused(made, "uploads is not empty")


def test_epoch_is_not_kept_where_entries_were_lost(
    made: Backup, active: Version, ana: Account, elsewhere: Path
) -> None:
    knowledge.quarantine(active, ana)
    ended_with = TrailHead.objects.get().root.hex()

    with empty_place(elsewhere):
        refused(made, "Entries were lost", same_epoch=ended_with)


def test_place_that_is_served_from_is_refused(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        serving = EdgeStore.open(elsewhere / "vectors")

        refused(made, "Another process serves")
        serving.close()


def test_other_time_zone_is_refused(made: Backup, elsewhere: Path, settings: Any) -> None:
    settings.TIME_ZONE = "UTC"

    with empty_place(elsewhere):
        refused(made, "TIME_ZONE is UTC, the backup's is Asia/Shanghai")


def test_backup_of_later_software_is_refused(made: Backup, elsewhere: Path) -> None:
    later = [*made.manifest["migrations"], ["governance", "9999_from_the_future"]]
    altered(made, migrations=later)

    with empty_place(elsewhere):
        refused(made, "governance.9999_from_the_future is not known")


def test_damaged_table_is_named_and_nothing_is_written(made: Backup, elsewhere: Path) -> None:
    table = made.file("tables/governance_passage.jsonl.zst")
    table.write_bytes(table.read_bytes()[:-5])

    with empty_place(elsewhere):
        refused(made, "governance_passage.jsonl.zst")
        assert not (elsewhere / "uploads").exists()
        assert connection.introspection.table_names() == []


def test_damaged_original_is_named_and_nothing_is_written(
    made: Backup, active: Version, elsewhere: Path
) -> None:
    kept = backup_files.place_of(active.upload.sha256, made.originals)
    kept.write_bytes(b"rotten")

    with empty_place(elsewhere):
        refused(made, active.upload.sha256)
        assert connection.introspection.table_names() == []


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda told: told["trail"].update(root="0" * 64), "The trail ends with root"),
        (lambda told: _table(told, "governance_term").update(rows=7), "rows, not 7"),
        (lambda told: told["tables"].pop(), "do not fit together"),
        (
            lambda told: _table(told, "governance_term").update(
                {k: v for k, v in _table(told, "governance_source").items() if k != "table"}
            ),
            "columns of",
        ),
        (
            lambda told: _table(told, "governance_person").update(
                {k: v for k, v in _table(told, "governance_retirement").items() if k != "table"}
            ),
            "columns of",
        ),
    ],
    ids=["another root", "too few rows", "a table is missing", "another table", "no persons"],
)
def test_what_does_not_fit_leaves_the_truth_empty(
    made: Backup, elsewhere: Path, spoil: Callable[[Any], object], sentence: str
) -> None:
    spoil(made.manifest)
    altered(made)

    with migrated_place(elsewhere):
        refused(made, sentence)


def _table(told: Any, name: str) -> Any:
    return next(t for t in told["tables"] if t["table"] == name)


def test_restore_after_an_interrupted_one_goes_through(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        with pytest.raises(KeyboardInterrupt):
            backup_restore.restore(made.folder, progress=_interrupting(made, "governance_term"))

        assert backup_restore.restore(made.folder).findings == []


def _interrupting(made: Backup, table: str) -> Callable[[int, int], None]:
    """Interrupts in the middle of loading, when this is the table that was loaded last."""
    names = [t["table"] for t in made.manifest["tables"]]

    def progress(done: int, of: int) -> None:
        if of == len(names) and done == names.index(table) + 1:
            raise KeyboardInterrupt

    return progress


def test_record_that_was_tampered_with_comes_back_as_it_was_and_is_named(
    active: Version, home: Path, elsewhere: Path
) -> None:
    with triggers_away():
        Passage.objects.filter(text="Go slow.").update(text="Go fast.")
    made = backup.take(home / "backups").backup

    with migrated_place(elsewhere):
        restored = backup_restore.restore(made.folder)

        assert {f.kind for f in restored.findings} >= {"text"}
        assert restored.stores == {}


# Across versions of the software


def test_backup_from_before_the_last_migrations_is_brought_up_to_date(
    elsewhere: Path, tmp_path: Path
) -> None:
    old = _before("governance", "0003")
    with empty_place(tmp_path / "old"):
        backup_tables.migrate_to(old)
        made = backup.take(tmp_path / "backups").backup

    with empty_place(elsewhere):
        restored = backup_restore.restore(made.folder)

        assert made.manifest["migrations"] == [list(node) for node in old]
        assert len(backup_tables.applied()) > len(old)
        assert restored.findings == []


def _before(app: str, prefix: str) -> list[backup_tables.Node]:
    """Every migration but those of an app from this one on, and all that build on them."""
    graph = MigrationLoader(connection).graph
    later = {node for node in graph.nodes if node[0] == app and node[1] >= prefix}
    return [n for n in backup_tables.applied() if later.isdisjoint(graph.forwards_plan(n))]


def test_database_that_is_further_than_the_backup_is_refused(
    elsewhere: Path, tmp_path: Path
) -> None:
    old = _before("governance", "0003")
    with empty_place(tmp_path / "old"):
        backup_tables.migrate_to(old)
        made = backup.take(tmp_path / "backups").backup

    with empty_place(elsewhere):
        call_command("migrate", verbosity=0)
        refused(made, "migrated further than the backup")


def test_database_that_was_only_migrated_is_empty_enough(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        call_command("migrate", verbosity=0)

        assert backup_restore.restore(made.folder).findings == []


def test_database_without_a_truth_has_nothing_to_keep(elsewhere: Path) -> None:
    with empty_place(elsewhere), pytest.raises(NoBackup, match="no truth here yet"):
        backup.take(elsewhere / "backups")
