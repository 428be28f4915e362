"""`corpus/`: manifests, and objects for exactly as long as what they hold is in force."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from django.utils.timezone import localdate

from governance import canonical
from governance.actions import quarantines
from governance.duties import Scope
from governance.models import Account, Source, Version
from llm.corpus import CorpusFolder
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import V1, Caller, code, log_in, program
from tests.support.following import days_later


@pytest.fixture
def mirror(db: None) -> Caller:
    return program(Scope.CORPUS)


def manifest(mirror: Caller) -> Any:
    answer = mirror.ask("corpus/")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def object_of(mirror: Caller, version: Version) -> str:
    rows = manifest(mirror)["versions"]
    return next(str(row["object"]) for row in rows if row["version"] == version.pk)


def fetch(mirror: Caller, sha256: str, **headers: str) -> Any:
    return mirror.get(f"{V1}corpus/objects/{sha256}", **headers)


@pytest.fixture
def held(active: Version, mirror: Caller) -> str:
    """The object of a version in force."""
    follow()
    return object_of(mirror, active)


# Who may ask


@pytest.mark.parametrize("path", ["", f"manifests/{'0' * 64}/", f"objects/{'0' * 64}"])
def test_nobody_is_asked_for_a_key(db: None, path: str) -> None:
    assert Caller().ask(f"corpus/{path}").status_code == 401


@pytest.mark.parametrize("path", ["", f"manifests/{'0' * 64}/", f"objects/{'0' * 64}"])
def test_key_for_something_else_is_refused(db: None, path: str) -> None:
    assert code(program(Scope.RETRIEVE).ask(f"corpus/{path}")) == (403, "not_allowed")


def test_person_is_refused(ben: Account) -> None:
    assert code(log_in(ben).ask("corpus/")) == (403, "not_allowed")


# The newest manifest


def test_without_a_corpus_there_is_nothing_to_give(mirror: Caller) -> None:
    assert code(mirror.ask("corpus/")) == (503, "corpus_unreachable")


def test_folder_that_is_away_is_no_fault_of_ours(held: str, mirror: Caller, home: Path) -> None:
    (home / "corpus" / "manifest.json").unlink()
    (home / "corpus" / "manifest.json").mkdir()

    assert code(mirror.ask("corpus/")) == (503, "corpus_unreachable")


def test_manifest_is_named_by_its_own_root(held: str, mirror: Caller) -> None:
    told = manifest(mirror)

    root = told.pop("root")
    assert root == hashlib.sha256(canonical.dumps(told)).hexdigest()


def test_manifest_is_tagged_strongly(held: str, mirror: Caller) -> None:
    answer = mirror.ask("corpus/")

    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert answer["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
def test_manifest_that_is_known_is_not_sent_again(held: str, mirror: Caller, form: str) -> None:
    tag = mirror.ask("corpus/")["ETag"]

    answer = mirror.get(f"{V1}corpus/", HTTP_IF_NONE_MATCH=form.format(tag))

    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["Corpus-Behind"]) == (tag, "0")


def test_another_manifest_is_sent(held: str, mirror: Caller, ben: Account, active: Version) -> None:
    tag = mirror.ask("corpus/")["ETag"]
    knowledge.retire(active, ben)
    follow()

    answer = mirror.get(f"{V1}corpus/", HTTP_IF_NONE_MATCH=tag)

    assert answer.status_code == 200
    assert answer.json()["versions"] == []


def test_manifest_says_how_far_it_is_behind(
    held: str, mirror: Caller, ben: Account, active: Version
) -> None:
    knowledge.quarantine(active, ben)

    assert mirror.ask("corpus/")["Corpus-Behind"] == "1"


def test_head_says_what_getting_would(held: str, mirror: Caller) -> None:
    for path in ("corpus/", f"corpus/objects/{held}"):
        asked, told = mirror.head(V1 + path), mirror.ask(path)

        assert (asked.status_code, asked.content) == (200, b"")
        assert asked["ETag"] == told["ETag"]


# Manifests by root


def test_manifest_is_there_under_its_root_for_ever(
    held: str, mirror: Caller, ben: Account, active: Version
) -> None:
    before = mirror.ask("corpus/")
    knowledge.retire(active, ben)
    follow()

    answer = mirror.ask(f"corpus/manifests/{before.json()['root']}/")

    assert answer.content == before.content
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize("root", ["0" * 64, "0" * 63, "../manifest", "A" * 64])
def test_unknown_root_leads_nowhere(held: str, mirror: Caller, root: str) -> None:
    assert mirror.ask(f"corpus/manifests/{root}/").status_code == 404


def test_damaged_manifest_is_not_given(held: str, mirror: Caller, home: Path) -> None:
    root = manifest(mirror)["root"]
    CorpusFolder(home / "corpus").manifest_path(root).write_bytes(b"{}")

    assert code(mirror.ask(f"corpus/manifests/{root}/")) == (503, "corpus_unreachable")


# Objects


def lines(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.json()
    content = zstandard.ZstdDecompressor().decompress(answer.content)
    return [json.loads(line) for line in content.splitlines()]


def test_object_is_named_by_what_it_unpacks_to(held: str, mirror: Caller) -> None:
    answer = fetch(mirror, held)

    content = zstandard.ZstdDecompressor().decompress(answer.content)
    assert hashlib.sha256(content).hexdigest() == held
    assert answer["Content-Type"] == "application/zstd"


def test_object_holds_a_line_a_passage_with_its_citation(held: str, mirror: Caller) -> None:
    first, second = lines(fetch(mirror, held))

    assert (first["text"], second["text"]) == ("Start low.", "Go slow.")
    assert set(first) == {"passage", "text", "citation"}
    assert "review_due" not in first["citation"]
    assert first["citation"]["section"] == ["Dosing"]


def test_known_object_is_not_sent_again(held: str, mirror: Caller) -> None:
    tag = fetch(mirror, held)["ETag"]

    assert tag == f'"{held}"'
    assert fetch(mirror, held, HTTP_IF_NONE_MATCH=tag).status_code == 304


@pytest.mark.parametrize("sha256", ["0" * 64, "0" * 63, "A" * 64, "..%2f..%2fdb.sqlite3"])
def test_unknown_object_leads_nowhere(held: str, mirror: Caller, sha256: str) -> None:
    assert fetch(mirror, sha256).status_code == 404


def test_object_is_not_there_before_its_version_begins(
    source: Source, mirror: Caller, ana: Account, ben: Account
) -> None:
    begins = localdate() + timedelta(days=3)
    version = knowledge.active(source, ana, ben, effective_from=begins)
    follow()
    sha256 = object_of(mirror, version)

    assert code(fetch(mirror, sha256)) == (404, "not_found")
    with days_later(4):
        assert fetch(mirror, sha256).status_code == 200


def test_object_past_its_end_is_gone(
    source: Source, mirror: Caller, ana: Account, ben: Account
) -> None:
    version = knowledge.active(source, ana, ben, effective_until=localdate())
    follow()
    sha256 = object_of(mirror, version)

    with days_later(2):
        assert code(fetch(mirror, sha256)) == (410, "withdrawn")


def test_object_that_is_overdue_for_review_is_gone(held: str, mirror: Caller) -> None:
    with days_later(190):
        assert code(fetch(mirror, held)) == (410, "withdrawn")


# From here on nothing follows the trail: the file still lies in the folder.


def test_object_of_a_retired_version_is_gone_at_once(
    held: str, mirror: Caller, active: Version, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert code(fetch(mirror, held)) == (410, "withdrawn")


def test_object_of_a_quarantined_version_is_gone_at_once(
    held: str, mirror: Caller, active: Version, ben: Account
) -> None:
    knowledge.quarantine(active, ben)

    assert code(fetch(mirror, held)) == (410, "withdrawn")


def test_object_with_a_quarantined_passage_is_gone_at_once(
    held: str, mirror: Caller, active: Version, ben: Account
) -> None:
    passage = active.passages.get(text="Go slow.")
    quarantines.begin(subject=passage, reason="A reader doubts it.", by=ben)

    assert code(fetch(mirror, held)) == (410, "withdrawn")


def test_object_without_the_quarantined_passage_takes_its_place(
    held: str, mirror: Caller, active: Version, ben: Account
) -> None:
    passage = active.passages.get(text="Go slow.")
    quarantines.begin(subject=passage, reason="A reader doubts it.", by=ben)
    follow()

    rest = object_of(mirror, active)

    assert [line["text"] for line in lines(fetch(mirror, rest))] == ["Start low."]
    assert fetch(mirror, held).status_code == 410


def test_known_object_that_is_gone_is_said_to_be_gone(
    held: str, mirror: Caller, active: Version, ben: Account
) -> None:
    knowledge.retire(active, ben)

    assert fetch(mirror, held, HTTP_IF_NONE_MATCH=f'"{held}"').status_code == 410


def test_object_is_back_when_the_quarantine_ends(
    held: str, mirror: Caller, active: Version, ben: Account, dora: Account
) -> None:
    knowledge.quarantine(active, ben)
    follow()
    knowledge.lift(active, ben, dora)
    follow()

    assert fetch(mirror, held).status_code == 200


def test_superseded_object_is_gone_and_its_successor_there(
    held: str, mirror: Caller, active: Version, ana: Account, ben: Account
) -> None:
    newer = knowledge.active(active.source, ana, ben, label="2026", texts=["Start high."])
    follow()

    assert fetch(mirror, held).status_code == 410
    assert lines(fetch(mirror, object_of(mirror, newer)))[0]["text"] == "Start high."


@pytest.mark.parametrize("content", [b"", b"not zstd", zstandard.compress(b"something else")])
def test_damaged_object_is_not_given(held: str, mirror: Caller, home: Path, content: bytes) -> None:
    next((home / "corpus" / "objects").rglob("*.zst")).write_bytes(content)

    assert code(fetch(mirror, held)) == (503, "corpus_unreachable")


def test_lost_object_is_not_said_to_be_unknown(held: str, mirror: Caller, home: Path) -> None:
    next((home / "corpus" / "objects").rglob("*.zst")).unlink()

    assert code(fetch(mirror, held)) == (503, "corpus_unreachable")
