"""Restoring: into an empty place alone, proven, in a new epoch, and served from as before."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from governance import clock, originals, triggers
from governance.actions import versions
from governance.models import Account, AuditEntry, AuditPayload, Passage, TrailHead, Version
from governance.verification import content_of, verify_trail
from kbadmin import backup, backup_restore
from kbadmin.backup_files import Backup
from llm import clients
from llm.models import CachedVector, Cursor, Exit, TrainingSet
from llm.retrieval import Question, retrieve
from tests.support import knowledge, training
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


def rows_of(*models: Any) -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def served(query: str = "Start low.") -> list[tuple[int, str, float]]:
    answer = retrieve(Question(query), at=clock.now())
    return [(f.passage.pk, f.passage.text, f.score) for f in answer.found]


# What comes back


def test_restored_trail_has_its_root_and_is_whole(made: Backup, elsewhere: Path) -> None:
    with empty_place(elsewhere):
        restored = backup_restore.restore(made.folder)
        leaves = list(AuditEntry.objects.order_by("number").values_list("leaf_hash", flat=True))

        assert restored.findings == []
        assert list(verify_trail()) == []
        assert len(leaves) == made.manifest["trail"]["size"] + 1


def test_rows_come_back_byte_for_byte(made: Backup, elsewhere: Path) -> None:
    kinds = (Account, Version, Passage, CachedVector, Exit)
    before, trail = rows_of(*kinds), rows_of(AuditEntry, AuditPayload)

    with migrated_place(elsewhere):
        backup_restore.restore(made.folder)

        assert rows_of(*kinds) == before
        assert [rows[:-1] for rows in rows_of(AuditEntry, AuditPayload)] == trail


def test_same_question_gets_the_same_passages(made: Backup, elsewhere: Path) -> None:
    before = served()

    with migrated_place(elsewhere):
        restored = backup_restore.restore(made.folder)

        assert restored.stores["drift"] == []
        assert served() == before != []


def test_original_comes_back(made: Backup, active: Version, elsewhere: Path) -> None:
    with migrated_place(elsewhere):
        backup_restore.restore(made.folder)

        assert originals.hash_of(active.upload.sha256) == active.upload.sha256


def test_files_of_a_training_set_come_back(ana: Account, ben: Account, elsewhere: Path) -> None:
    training.rows(ana, ben)
    kept = backup.take(elsewhere / "backups").backup
    before = training.rows_of(TrainingSet.objects.get())

    with migrated_place(elsewhere):
        backup_restore.restore(kept.folder)

        assert training.rows_of(TrainingSet.objects.get()) == before != []


def test_triggers_are_back(made: Backup, elsewhere: Path) -> None:
    with migrated_place(elsewhere):
        backup_restore.restore(made.folder)

        assert triggers.missing(connection) == []


def test_work_goes_on_where_it_stood(made: Backup, elsewhere: Path, ben: Account) -> None:
    with migrated_place(elsewhere):
        backup_restore.restore(made.folder)
        draft = Version.objects.get(label="2025")
        ana = draft.contributors.get().person.accounts.get()

        versions.submit(version=draft, reason="Ready.", by=ana)
        knowledge.approve(Version.objects.get(pk=draft.pk), ben)

        assert list(verify_trail()) == []


def test_number_that_was_given_out_is_not_given_again(
    made: Backup, elsewhere: Path, home: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sqlite_sequence SET seq = 700 WHERE name = 'governance_source'")
    later = backup.take(home / "backups").backup

    with migrated_place(elsewhere):
        backup_restore.restore(later.folder)
        ana = Account.objects.get(username="ana")

        assert knowledge.source(ana).pk == 701


def test_nobody_is_logged_in(made: Backup, elsewhere: Path, home: Path) -> None:
    Session.objects.create(session_key="s" * 32, session_data="", expire_date=timezone.now())
    later = backup.take(home / "backups").backup

    with migrated_place(elsewhere):
        backup_restore.restore(later.folder)

        assert not Session.objects.exists()


# The epoch


def test_restore_begins_a_new_epoch_and_its_first_entry_says_so(
    made: Backup, elsewhere: Path
) -> None:
    with migrated_place(elsewhere):
        restored = backup_restore.restore(made.folder)
        head, entry = TrailHead.objects.get(), AuditEntry.objects.latest("number")

        assert head.epoch == restored.epoch != made.manifest["trail"]["epoch"]
        assert entry.action == "installation.restored"
        assert (content_of(entry) or {})["facts"]["epoch"] == made.manifest["trail"]["epoch"]


def test_root_that_the_trail_ended_with_keeps_the_epoch(made: Backup, elsewhere: Path) -> None:
    told = made.manifest["trail"]

    with migrated_place(elsewhere):
        restored = backup_restore.restore(made.folder, same_epoch=told["root"])

        assert restored.epoch == told["epoch"]
        assert list(verify_trail()) == []


def test_stores_of_another_life_are_walked_from_the_beginning(
    made: Backup, elsewhere: Path
) -> None:
    with migrated_place(elsewhere):
        restored = backup_restore.restore(made.folder)

        cursors = Cursor.objects.filter(name__in=["corpus", "vectors"])
        assert set(cursors.values_list("epoch", flat=True)) == {restored.epoch}


# The command


def run(place: Path, **options: Any) -> str:
    printed = io.StringIO()
    call_command("restore", place=place, stdout=printed, **options)
    return printed.getvalue()


def test_command_takes_the_newest_of_a_folder(
    made: Backup, elsewhere: Path, active: Version, ana: Account
) -> None:
    knowledge.quarantine(active, ana)
    later = backup.take(made.folder.parent).backup

    with migrated_place(elsewhere):
        told = json.loads(run(made.folder.parent, json=True))

        assert told["backup"] == str(later.folder)
        assert told["trail"] == later.manifest["trail"]


def test_command_says_what_it_did(made: Backup, elsewhere: Path) -> None:
    with migrated_place(elsewhere):
        said = run(made.folder)

    assert f"root {made.manifest['trail']['root']}; a new epoch follows" in said
    assert "The record is whole, and every store is as the truth says." in said


def test_command_refuses_in_one_sentence(made: Backup, elsewhere: Path) -> None:
    made.file("manifest.json").unlink()

    with migrated_place(elsewhere), pytest.raises(CommandError, match="no complete backup"):
        run(made.folder)


def test_command_fails_where_the_record_does_not_fit(
    active: Version, home: Path, elsewhere: Path
) -> None:
    with triggers_away():
        Passage.objects.filter(text="Go slow.").update(text="Go fast.")
    made = backup.take(home / "backups").backup

    with migrated_place(elsewhere), pytest.raises(SystemExit, match="1"):
        run(made.folder)


def test_command_says_which_original_the_backup_never_had(
    active: Version, home: Path, elsewhere: Path
) -> None:
    originals.path_of(active.upload.sha256).unlink()
    made = backup.take(home / "backups").backup
    printed = io.StringIO()

    with migrated_place(elsewhere), pytest.raises(SystemExit, match="1"):
        call_command("restore", place=made.folder, stdout=printed)

    assert f"without the original {active.upload.sha256}" in printed.getvalue()


def test_stores_are_let_go_of_afterwards(made: Backup, elsewhere: Path) -> None:
    with migrated_place(elsewhere):
        backup_restore.restore(made.folder)

        assert not clients.is_open()
