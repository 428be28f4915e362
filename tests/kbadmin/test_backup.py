"""Taking a backup: what is in it, what is not, and what an interrupted one leaves behind."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance import originals
from governance.models import Account, Source, TrailHead, Version
from ingest import incoming
from kbadmin import backup, backup_files
from kbadmin.backup_files import InUse, NoBackup
from tests.support import knowledge

pytestmark = pytest.mark.slow


@pytest.fixture
def place(home: Path) -> Path:
    return home / "backups"


def listed(taken: backup.Taken) -> set[str]:
    return {table["table"] for table in taken.backup.manifest["tables"]}


def test_manifest_names_the_trail(active: Version, place: Path) -> None:
    head = TrailHead.objects.get()

    told = backup.take(place).backup.manifest["trail"]

    assert told == {"size": head.size, "root": head.root.hex(), "epoch": head.epoch}


def test_manifest_names_software_and_time_zone(active: Version, place: Path) -> None:
    told = backup.take(place).backup.manifest

    assert told["time_zone"] == "Asia/Shanghai"
    assert told["software"] == backup.software()
    assert ["governance", "0001_initial"] in told["migrations"]


def test_every_file_has_the_hash_that_the_manifest_names(active: Version, place: Path) -> None:
    made = backup.take(place).backup

    for table in made.manifest["tables"]:
        content = made.file(table["file"]).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (
            table["sha256"],
            table["bytes"],
        )


def test_originals_are_kept_under_their_hashes(active: Version, place: Path) -> None:
    backup.take(place)

    sha256 = active.upload.sha256
    kept = backup_files.place_of(sha256, place / "originals")
    assert kept.read_bytes() == originals.path_of(sha256).read_bytes()


def test_file_that_waits_to_be_confirmed_is_kept(
    active: Version, ana: Account, place: Path
) -> None:
    waiting = incoming.receive(originals.keep([b"# Asthma"], "asthma.md"), by=ana)
    gone = incoming.receive(originals.keep([b"# Gout"], "gout.md"), by=ana)
    incoming.discard(gone, by=ana)

    kept = {each["sha256"] for each in backup.take(place).backup.manifest["originals"]}

    assert kept == {active.upload.sha256, waiting.sha256}


def test_original_is_a_copy_and_no_link(active: Version, place: Path) -> None:
    backup.take(place)

    kept = backup_files.place_of(active.upload.sha256, place / "originals")
    assert kept.stat().st_nlink == 1


def test_original_that_is_there_is_not_copied_again(active: Version, place: Path) -> None:
    first, second = backup.take(place), backup.take(place)

    assert (first.copied, first.already_there) == (1, 0)
    assert (second.copied, second.already_there) == (0, 1)


def test_original_that_is_damaged_in_the_backup_is_copied_again(
    active: Version, place: Path
) -> None:
    backup.take(place)
    kept = backup_files.place_of(active.upload.sha256, place / "originals")
    kept.write_bytes(b"rotten")

    assert backup.take(place).copied == 1
    assert backup_files.hash_of(kept) == active.upload.sha256


def test_original_that_is_damaged_here_is_named_and_not_kept(active: Version, place: Path) -> None:
    originals.path_of(active.upload.sha256).write_bytes(b"rotten")

    taken = backup.take(place)

    assert taken.missing == [active.upload.sha256]
    assert not backup_files.place_of(active.upload.sha256, place / "originals").exists()


@pytest.mark.parametrize(("content", "found"), [(b"rotten", "damaged"), (None, "gone")])
def test_command_says_that_the_backup_is_there_and_what_it_lacks(
    active: Version, place: Path, content: bytes | None, found: str
) -> None:
    original = originals.path_of(active.upload.sha256)
    original.unlink()
    if content:
        original.write_bytes(content)
    printed = io.StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("backup", to=place, stdout=printed)

    assert "The backup was written and can be restored." in printed.getvalue()
    assert f"{found}: {original}\n" in printed.getvalue()


def test_command_ends_well_once_the_original_is_back(active: Version, place: Path) -> None:
    original = originals.path_of(active.upload.sha256)
    content = original.read_bytes()
    original.write_bytes(b"rotten")
    with pytest.raises(SystemExit, match="1"):
        call_command("backup", to=place, stdout=io.StringIO())
    original.write_bytes(content)
    printed = io.StringIO()

    call_command("backup", to=place, stdout=printed)

    assert "It lacks" not in printed.getvalue()


def test_original_that_only_the_backup_still_has_counts_as_kept(
    active: Version, place: Path
) -> None:
    backup.take(place)
    originals.path_of(active.upload.sha256).unlink()

    assert backup.take(place).missing == []


def test_file_that_nothing_speaks_of_is_not_kept(active: Version, place: Path) -> None:
    refused = originals.keep([b"received and refused"], "refused.txt")

    backup.take(place)

    assert not backup_files.place_of(refused.sha256, place / "originals").exists()


def test_sessions_and_cursors_are_left_out(active: Version, place: Path) -> None:
    tables = listed(backup.take(place))

    assert {"governance_auditentry", "llm_exit", "llm_cachedvector"} <= tables
    assert not tables & {"django_session", "llm_cursor", "llm_parked", "llm_job"}


def test_secret_key_is_in_no_file(active: Version, home: Path, place: Path, settings: Any) -> None:
    (home / "secret_key").write_text(settings.SECRET_KEY)

    backup.take(place)

    files = [p for p in place.rglob("*") if p.is_file()]
    assert not any(settings.SECRET_KEY.encode() in p.read_bytes() for p in files)


def test_only_the_owner_can_read_a_backup(active: Version, place: Path) -> None:
    call_command("backup", to=place, stdout=io.StringIO())

    modes = {stat.S_IMODE(p.stat().st_mode) & 0o077 for p in [place, *place.rglob("*")]}
    assert modes == {0}


def test_each_backup_has_a_name_of_its_own(active: Version, place: Path) -> None:
    folders = {backup.take(place).backup.folder for _ in range(3)}

    assert len(folders) == 3
    assert backup_files.newest(place).folder in folders


def test_newest_is_the_one_made_last(source: Source, ana: Account, place: Path) -> None:
    backup.take(place)
    knowledge.draft(source, ana)

    last = backup.take(place).backup

    assert backup_files.newest(place).manifest == last.manifest


def test_tenth_of_a_second_is_newer_than_the_ninth() -> None:
    names = [f"20260131T020000Z-12-{n}" for n in (9, 10)] + ["20260131T020000Z-12"]

    assert max(names, key=backup_files._made) == "20260131T020000Z-12-10"


def test_interrupted_backup_does_not_look_complete(
    active: Version, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyboardInterrupt):
        backup.take(place, progress=_interrupting)

    with pytest.raises(NoBackup, match="no complete backup"):
        backup_files.newest(place)


def test_what_an_interrupted_backup_left_is_cleared_by_the_next(
    active: Version, place: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        backup.take(place, progress=_interrupting)

    backup.take(place)

    assert not (place / ".unfinished").exists()


def _interrupting(done: int, of: int) -> None:
    if done > 3:
        raise KeyboardInterrupt


def test_two_do_not_write_to_one_folder_at_once(active: Version, place: Path) -> None:
    with backup_files.one_writer(place), pytest.raises(InUse, match="Another backup"):
        backup.take(place)


def test_folder_that_cannot_be_written_to_is_one_sentence(active: Version, place: Path) -> None:
    place.write_text("a file")

    with pytest.raises(CommandError, match="No backup was made"):
        call_command("backup", to=place, stdout=io.StringIO())


def test_scripts_get_what_was_kept(active: Version, place: Path) -> None:
    printed = io.StringIO()

    call_command("backup", to=place, json=True, stdout=printed)

    told = json.loads(printed.getvalue())
    assert (told["originals"], told["missing"]) == (1, [])
    assert told["trail"]["root"] == TrailHead.objects.get().root.hex()


def test_people_are_told_what_is_not_in_it(active: Version, place: Path) -> None:
    printed = io.StringIO()

    call_command("backup", to=place, stdout=printed)

    assert "Not kept: secret key, sessions" in printed.getvalue()


def test_manifest_that_was_cut_short_is_named(active: Version, place: Path) -> None:
    manifest = backup.take(place).backup.file("manifest.json")
    manifest.write_bytes(manifest.read_bytes()[:-40])

    with pytest.raises(NoBackup, match="manifest is damaged"):
        backup_files.newest(place)


def test_manifest_that_was_changed_is_named(active: Version, place: Path) -> None:
    manifest = backup.take(place).backup.file("manifest.json")
    manifest.write_bytes(manifest.read_bytes().replace(b"Asia/Shanghai", b"Asia/Hong_Kong"))

    with pytest.raises(NoBackup, match="manifest is damaged"):
        backup_files.newest(place)


def test_file_that_was_changed_is_named(active: Version, place: Path) -> None:
    made = backup.take(place).backup
    table = made.file("tables/governance_version.jsonl.zst")
    table.write_bytes(table.read_bytes() + b"x")

    assert backup_files.damaged(made) == [str(table)]


def test_file_that_is_gone_is_named(active: Version, place: Path) -> None:
    made = backup.take(place).backup
    kept = backup_files.place_of(active.upload.sha256, made.originals)
    kept.unlink()

    assert backup_files.damaged(made) == [str(kept)]


def test_folder_without_a_backup_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoBackup, match="no complete backup"):
        backup_files.newest(tmp_path / "nowhere")


def test_format_of_the_future_is_refused(active: Version, place: Path) -> None:
    made = backup.take(place).backup
    made.file("manifest.json").write_bytes(backup_files.sealed(made.manifest | {"format": 2}))

    with pytest.raises(NoBackup, match="format 2"):
        backup_files.newest(place)


def test_copy_of_other_bytes_than_named_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"other")

    assert not backup_files.copy(tmp_path / "source", tmp_path / "in" / "target", sha256="0" * 64)
    assert list((tmp_path / "in").iterdir()) == []


def test_writer_gives_way_when_it_is_done(tmp_path: Path) -> None:
    with backup_files.one_writer(tmp_path):
        pass
    done = threading.Event()

    with backup_files.one_writer(tmp_path):
        done.set()

    assert done.is_set()
