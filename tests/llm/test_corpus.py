"""The corpus: the truth at a number of the trail, the same bytes whatever the way there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import rfc8785
import zstandard

from governance.models import Account, AuditEntry, Passage, Source, TrailHead, Version
from llm.corpus import CorpusFolder, Damaged, root_of
from llm.models import CorpusObject, Parked
from llm.projections import advance as advancing
from llm.projections import registry
from llm.projections.advance import last_knowledge
from llm.stores.port import StoreAway
from tests.support import knowledge
from tests.support.following import amended, days_later, follow, lose

pytestmark = pytest.mark.database


def folder() -> CorpusFolder:
    return registry.corpus().folder


def manifest() -> dict[str, Any]:
    follow("corpus")
    return dict(json.loads(folder().newest() or b"{}"))


def listed() -> list[int]:
    return [row["version"] for row in manifest()["versions"]]


def lines_of(sha256: str) -> list[dict[str, Any]]:
    stored = folder().stored_object(sha256)
    return [json.loads(line) for line in zstandard.decompress(stored).splitlines()]


def test_a_version_in_force_is_listed(active: Version) -> None:
    assert listed() == [active.pk]


def test_a_draft_is_not_listed(active: Version, source: Source, ana: Account) -> None:
    knowledge.draft(source, ana)

    assert listed() == [active.pk]


def test_a_row_says_what_readers_rely_on(active: Version) -> None:
    (row,) = manifest()["versions"]

    said = {"version", "source", "digest", "object", "passages", "bytes"}
    assert row.keys() == said | {"from", "until", "review_due"}
    assert (row["digest"], row["passages"]) == (active.digest, 2)


def test_terms_are_given_with_the_hospitals_offset(active: Version) -> None:
    (row,) = manifest()["versions"]

    assert datetime.fromisoformat(row["from"]) == active.latest_term.starts_at
    assert row["from"].endswith("+08:00")
    assert row["until"].endswith("T00:00:00+08:00")


def test_a_manifest_names_the_trail_it_was_made_from(active: Version) -> None:
    found = manifest()

    assert found["trail"] == last_knowledge()
    assert found["epoch"] == TrailHead.objects.get().epoch
    assert len(bytes.fromhex(found["trail_root"])) == 32


def test_the_root_is_the_digest_of_the_rest_in_canonical_form(active: Version) -> None:
    found = manifest()
    root = found.pop("root")

    assert root == hashlib.sha256(rfc8785.dumps(found)).hexdigest()


def test_the_manifest_is_canonical_to_the_byte(active: Version) -> None:
    assert folder().newest() is None

    assert rfc8785.dumps(manifest()) == folder().newest()


def test_an_object_is_named_by_its_bytes_before_compression(active: Version) -> None:
    (row,) = manifest()["versions"]
    content = zstandard.decompress(folder().stored_object(row["object"]))

    assert hashlib.sha256(content).hexdigest() == row["object"]
    assert len(content) == row["bytes"]


def test_an_object_is_canonical_lines_one_a_passage(active: Version) -> None:
    (row,) = manifest()["versions"]
    content = zstandard.decompress(folder().stored_object(row["object"]))

    again = b"".join(rfc8785.dumps(line) + b"\n" for line in lines_of(row["object"]))
    assert again == content
    assert [line["text"] for line in lines_of(row["object"])] == ["Start low.", "Go slow."]


def test_a_line_cites_all_but_the_day_of_review(active: Version) -> None:
    (row,) = manifest()["versions"]
    citation = lines_of(row["object"])[0]["citation"]

    assert citation["title"] == "Asthma guideline"
    assert citation["section"] == ["Dosing"]
    assert "review_due" not in citation


def test_reaffirming_changes_the_manifest_and_no_object(active: Version, ben: Account) -> None:
    (before,) = manifest()["versions"]
    with days_later(30):
        knowledge.reaffirm(active, ben)
        (after,) = manifest()["versions"]

    assert after["object"] == before["object"]
    assert after["review_due"] > before["review_due"]


def test_the_same_truth_built_afresh_is_the_same_bytes(
    active: Version, ana: Account, ben: Account
) -> None:
    follow("corpus")
    amended(active, ana, ben, "Go slow.", "Go slowly.")
    step_by_step = manifest()
    lose("corpus")

    assert manifest() == step_by_step


def test_a_withdrawn_object_is_deleted(active: Version, ben: Account) -> None:
    (row,) = manifest()["versions"]
    knowledge.retire(active, ben)

    assert listed() == []
    assert row["object"] not in folder().objects()


def test_what_was_there_is_told_from_what_never_was(active: Version, ben: Account) -> None:
    (row,) = manifest()["versions"]
    knowledge.retire(active, ben)
    follow("corpus")

    assert CorpusObject.objects.filter(sha256=row["object"], is_held=False).exists()


def test_a_withdrawn_object_stays_while_another_version_has_the_same_bytes(
    active: Version, source: Source, ana: Account, ben: Account
) -> None:
    (row,) = manifest()["versions"]
    other = knowledge.draft(source, ana)
    CorpusObject.objects.create(sha256=row["object"], version=other, passages=2, bytes=1)
    knowledge.retire(active, ben)
    follow("corpus")

    assert row["object"] in folder().objects()


def test_an_object_is_there_again_after_a_lifted_quarantine(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    (row,) = manifest()["versions"]
    knowledge.quarantine(active, ana)
    follow("corpus")
    knowledge.lift(active, ben, dora)

    assert manifest()["versions"] == [row]
    assert folder().is_sound(row["object"])


def test_a_version_without_a_passage_left_is_not_listed(
    active: Version, ana: Account, ben: Account
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben)
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)

    assert listed() == [other.pk]


def test_its_empty_object_is_not_kept_either(active: Version, ana: Account) -> None:
    (row,) = manifest()["versions"]
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)
        manifest()

    assert folder().objects() == set()
    assert registry.corpus().is_gone(active.pk)
    assert not folder().holds(row["object"])


def test_it_is_listed_again_when_the_quarantine_of_one_ends(
    active: Version, ana: Account, ben: Account, dora: Account
) -> None:
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)
    manifest()
    knowledge.lift(active.passages.get(text="Go slow."), ben, dora)

    (row,) = manifest()["versions"]

    assert [line["text"] for line in lines_of(row["object"])] == ["Go slow."]


def test_a_quarantined_passage_makes_another_object(active: Version, ana: Account) -> None:
    (before,) = manifest()["versions"]
    knowledge.quarantine(Passage.objects.get(text="Go slow."), ana)
    (after,) = manifest()["versions"]

    assert after["passages"] == 1
    assert before["object"] not in folder().objects()


def test_old_manifests_keep_their_bytes(active: Version, ben: Account) -> None:
    root = manifest()["root"]
    before = folder().manifest_path(root).read_bytes()
    knowledge.retire(active, ben)
    follow("corpus")

    assert folder().manifest_path(root).read_bytes() == before


def test_settling_twice_writes_the_same(active: Version) -> None:
    before = manifest()

    registry.corpus().settle(active.pk, lambda: None)
    registry.corpus().finish(last_knowledge())

    assert manifest() == before


def test_no_manifest_is_published_for_a_number_the_truth_has_passed(
    active: Version, ben: Account
) -> None:
    before = manifest()
    number = last_knowledge()
    knowledge.retire(active, ben)

    registry.corpus().finish(number)

    assert json.loads(folder().newest())["root"] == before["root"]


def test_more_changes_than_a_batch_end_in_one_whole_manifest(
    active: Version, ana: Account, ben: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advancing, "BATCH", 2)
    followed = [knowledge.active(knowledge.source(ana), ana, ben) for _ in range(3)]

    assert listed() == [active.pk, *(v.pk for v in followed)]
    assert len(list(folder().path.glob("manifests/*"))) == 1


def test_a_folder_that_cannot_be_written_to_is_a_store_away(active: Version) -> None:
    folder().path.parent.mkdir(exist_ok=True)
    folder().path.write_text("a file where the folder should be")

    with pytest.raises(StoreAway):
        folder().put_object(b"content")


def test_nothing_is_parked_while_the_folder_is_away(active: Version) -> None:
    follow("corpus")
    lose("corpus")
    folder().path.mkdir()
    (folder().path / "objects").write_text("a file where a folder should be")

    with pytest.raises(StoreAway):
        follow("corpus")

    assert not Parked.objects.exists()


def test_a_damaged_object_is_not_handed_out(active: Version) -> None:
    sha256 = folder().put_object(b"content")
    place = folder().path / "objects" / sha256[:2] / f"{sha256}.zst"
    place.write_bytes(zstandard.compress(b"other content"))

    with pytest.raises(Damaged):
        folder().stored_object(sha256)


@pytest.mark.parametrize("spoil", [lambda b: b + b"more", lambda b: b[:-1], lambda b: b + b])
def test_an_object_with_more_or_less_behind_it_is_not_sound_and_is_written_anew(
    spoil: Callable[[bytes], bytes], active: Version
) -> None:
    sha256 = folder().put_object(b"content")
    place = folder().path / "objects" / sha256[:2] / f"{sha256}.zst"
    place.write_bytes(spoil(place.read_bytes()))

    assert not folder().is_sound(sha256)
    assert folder().put_object(b"content") == sha256
    assert folder().is_sound(sha256)


def test_an_edited_manifest_has_no_root(active: Version) -> None:
    follow("corpus")
    content = folder().newest()

    assert root_of(content)
    assert root_of(content.replace(b'"passages":2', b'"passages":3')) is None
    assert root_of(content + b" ") is None
    assert root_of(b"[]") is None


def test_usage_and_logins_do_not_move_the_manifest(active: Version, ana: Account) -> None:
    before = manifest()
    knowledge.source(ana)

    assert AuditEntry.objects.last_number() > before["trail"]
    assert manifest() == before
