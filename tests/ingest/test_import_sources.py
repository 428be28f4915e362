"""`import_sources`: files and folders become drafts; what is refused is named."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.actions import people
from governance.models import Account, ParseState, Source, Version
from governance.trail import SHELL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "to-import"
    folder.mkdir()
    return folder


def written(folder: Path, name: str, text: str = "Start low.") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(*paths: Path, by: str = "ana", ok: bool = True, **options: Any) -> str:
    printed = StringIO()
    arguments = [str(path) for path in paths]
    if ok:
        call_command("import_sources", *arguments, by=by, stdout=printed, **options)
    else:
        with pytest.raises(SystemExit, match="1"):
            call_command("import_sources", *arguments, by=by, stdout=printed, **options)
    return printed.getvalue()


def titles() -> set[str]:
    return set(Source.objects.values_list("title", flat=True))


def test_file_becomes_a_draft_that_waits_to_be_read(folder: Path, ana: Account) -> None:
    run(written(folder, "asthma.v2.md"))

    version = Version.objects.get()
    assert (version.source.title, version.status) == ("asthma.v2", "draft")
    assert version.upload.parse_state == ParseState.QUEUED
    assert version.contributors.get().person == ana.person


def test_folder_is_gone_through_to_its_depths(folder: Path, ana: Account) -> None:
    for name in ("a.md", "deep/er/b.TXT", "deep/c.xml"):
        written(folder, name, text=name)

    run(folder)

    assert titles() == {"a", "b", "c"}


def test_what_is_no_document_is_passed_over_in_a_folder(folder: Path, ana: Account) -> None:
    written(folder, "a.md")
    written(folder, "b.exe")
    (folder / "c.pdf").mkdir()

    said = run(folder)

    assert titles() == {"a"}
    assert "1 files imported as drafts, 0 refused." in said


def test_file_named_twice_is_imported_once(folder: Path, ana: Account) -> None:
    path = written(folder, "a.md")

    run(folder, path)

    assert Version.objects.count() == 1


def test_same_bytes_again_are_refused_and_named(folder: Path, ana: Account) -> None:
    written(folder, "a.md")
    copy = written(folder, "b.md")

    said = run(folder, ok=False)

    assert "1 files imported as drafts, 1 refused." in said
    assert f"Refused {copy}: " in said


def test_what_is_refused_leaves_no_source_behind(folder: Path, ana: Account) -> None:
    run(written(folder, "a.md"))

    run(written(folder, "b.md"), ok=False)

    assert titles() == {"a"}


def test_file_without_a_title_does_not_stop_the_others(folder: Path, ana: Account) -> None:
    bad, good = written(folder, ".md", "x"), written(folder, "good.md")

    said = run(bad, good, ok=False)

    assert titles() == {"good"}
    assert f"Refused {bad}" in said


def test_unknown_account_imports_nothing(folder: Path, db: None) -> None:
    with pytest.raises(CommandError, match="no active account “ana”"):
        run(written(folder, "a.md"))


def test_disabled_account_imports_nothing(folder: Path, ana: Account) -> None:
    people.set_active(account=ana, active=False, reason="Has left.", by=SHELL)

    with pytest.raises(CommandError, match="no active account “ana”"):
        run(written(folder, "a.md"))


def test_account_without_the_duty_imports_nothing(folder: Path, sam: Account) -> None:
    said = run(written(folder, "a.md"), by="sam", ok=False)

    assert "0 files imported as drafts, 1 refused." in said
    assert titles() == set()


def test_path_that_is_not_there_is_named(folder: Path, ana: Account) -> None:
    with pytest.raises(CommandError, match=r"no file or folder “.*nowhere\.md”"):
        run(written(folder, "a.md"), folder / "nowhere.md")
    assert titles() == set()


def test_empty_folder_is_a_failure(folder: Path, ana: Account) -> None:
    with pytest.raises(CommandError, match="no file to import"):
        run(folder)


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("a.txt", "成人高血压患者应当首先改变生活方式，再考虑药物治疗。", "zh"),
        ("指南.txt", "Adults with hypertension should first change the way they live.", "en"),
        ("成人高血压诊疗指南.pdf", "", "zh"),
        ("Hypertension in adults, a guideline.pdf", "", "en"),
    ],
)
def test_language_is_guessed_from_what_can_be_read(
    folder: Path, ana: Account, name: str, text: str, language: str
) -> None:
    run(written(folder, name, text or "%PDF-1.7"))

    assert Source.objects.get().language == language


def test_language_and_class_are_taken_as_said(folder: Path, ana: Account) -> None:
    run(written(folder, "a.md"), language="zh", source_class="textbook")

    source = Source.objects.get()
    assert (source.language, source.source_class) == ("zh", "textbook")


def test_what_the_file_does_not_say_is_left_to_say(folder: Path, ana: Account) -> None:
    run(written(folder, "a.md"))

    source = Source.objects.get()
    assert source.issuer == source.licence_text == "not said yet"
    assert not source.may_train
    assert not source.identifiers.exists()


def test_scripts_get_what_was_done_as_json(folder: Path, ana: Account) -> None:
    first, copy = written(folder, "a.md"), written(folder, "b.md")

    told = json.loads(run(folder, json=True, ok=False))

    version = Version.objects.get()
    assert told["imported"] == [{"file": str(first), "version": version.pk}]
    assert [refused["file"] for refused in told["refused"]] == [str(copy)]
