"""Whatever somebody did to a store is found, named, and put right; a clean store says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from governance.models import Account, Version
from llm import clients, jobs, words
from llm.models import CachedVector, CorpusObject, Cursor, Parked
from llm.projections import registry
from llm.projections.vectors import sparse_of
from llm.stores.port import Payload, Point
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import follow, lose, points, put_foreign

pytestmark = pytest.mark.database

Drift = list[list[object]]


def reconcile(*, repair: bool = False) -> Drift:
    return list(jobs.do("reconcile", {"repair": repair})["drift"])


def kinds() -> list[tuple[object, object]]:
    return [(store, kind) for store, kind, _what, _version in reconcile()]


def a_point() -> tuple[str, Payload]:
    id_, payload = sorted(points().items())[0]
    assert payload
    return id_, payload


def put_again(*, text: str = "", seed: int = 1, **said: object) -> None:
    """Overwrite one of our points in the store directly."""
    store = clients.vector_store()
    live, (id_, payload) = store.live() or "", a_point()
    found = next(s for s in store.scan(live, vectors=True) if s.id == id_)
    dense = FakeEncoder(seed).passages([text])[0] if text else found.dense
    words = sparse_of(text) if text and seed == 1 else found.words
    store.put(live, [Point(id_, dense, words, Payload(**(payload.raw() | said)))])


def lost_point() -> None:
    store = clients.vector_store()
    store.drop_points(store.live() or "", [a_point()[0]])


def no_collection() -> None:
    lose("vectors")


POINTS: dict[str, tuple[Callable[[], object], str]] = {
    "deleted": (lost_point, "missing"),
    "foreign": (lambda: put_foreign(version=7777), "foreign"),
    "foreign twin": (put_foreign, "foreign"),
    "another term": (lambda: put_again(ends=2**52), "damaged"),
    "another version": (lambda: put_again(version=8888), "damaged"),
    "another passage": (lambda: put_again(passage="12345"), "damaged"),
    "another vector": (lambda: put_again(text="Something else.", seed=2), "damaged"),
    "other words": (lambda: put_again(text="Start low, go slow."), "damaged"),
    "all gone": (no_collection, "missing"),
}


def file_of(version: Version) -> Path:
    sha256 = version.corpus_objects.get(is_held=True).sha256
    return registry.corpus().folder.path / "objects" / sha256[:2] / f"{sha256}.zst"


def in_folder(name: str) -> Path:
    path = registry.corpus().folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def newest_kept() -> Path:
    return next(registry.corpus().folder.path.glob("manifests/*.json"))


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b'"passages":2', b'"passages":9'))


FILES: dict[str, tuple[Callable[[Version], object], str]] = {
    "object deleted": (lambda v: file_of(v).unlink(), "missing"),
    "object of other bytes": (
        lambda v: file_of(v).write_bytes(zstandard.compress(b"{}\n")),
        "damaged",
    ),
    "object cut short": (lambda v: file_of(v).write_bytes(file_of(v).read_bytes()[:9]), "damaged"),
    "extra object": (lambda _v: registry.corpus().folder.put_object(b"extra"), "foreign"),
    "extra file": (lambda _v: in_folder("objects/ab/notes.txt").touch(), "foreign"),
    "extra name": (lambda _v: in_folder("objects/ab/notes.zst").touch(), "foreign"),
    "half-written file": (lambda _v: in_folder("manifests/.writing-1").touch(), "foreign"),
    "manifest edited": (lambda _v: edited(in_folder("manifest.json")), "damaged"),
    "manifest deleted": (lambda _v: in_folder("manifest.json").unlink(), "damaged"),
    "manifest garbled": (lambda _v: in_folder("manifest.json").write_bytes(b"\xff"), "damaged"),
    "kept manifest edited": (lambda _v: edited(newest_kept()), "damaged"),
    "kept manifest deleted": (lambda _v: newest_kept().unlink(), "damaged"),
    "row lost": (lambda _v: CorpusObject.objects.all().delete(), "unlisted"),
    "row changed": (lambda _v: CorpusObject.objects.update(bytes=1), "unlisted"),
}


def test_a_clean_store_has_nothing_to_report(active: Version) -> None:
    follow()

    assert reconcile() == []


def test_version_of_which_no_passage_is_left_is_in_no_store(active: Version, ana: Account) -> None:
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)
    follow()

    assert reconcile() == []
    assert points() == {}


def test_empty_object_that_was_kept_of_such_a_version_is_found_and_taken_away(
    active: Version, ana: Account
) -> None:
    for passage in active.passages.current():
        knowledge.quarantine(passage, ana)
    follow()
    empty = {"sha256": registry.corpus().folder.put_object(b""), "passages": 0, "bytes": 0}
    CorpusObject.objects.create(version=active, is_held=True, **empty)

    found = kinds()
    reconcile(repair=True)

    assert {store for store, _kind in found} == {"corpus"}
    assert (registry.corpus().folder.objects(), reconcile()) == (set(), [])


@pytest.mark.parametrize("damage", POINTS)
def test_damage_to_the_points_is_found_and_named(active: Version, damage: str) -> None:
    follow()
    harm, kind = POINTS[damage]
    harm()

    assert kinds() == [("vectors", kind)]


@pytest.mark.parametrize("damage", POINTS)
def test_damage_to_the_points_is_repaired(active: Version, damage: str) -> None:
    follow()
    before = points()
    POINTS[damage][0]()

    reconcile(repair=True)

    assert points() == before
    assert reconcile() == []


@pytest.mark.parametrize("damage", FILES)
def test_damage_to_the_files_is_found_and_named(active: Version, damage: str) -> None:
    follow()
    harm, kind = FILES[damage]
    harm(active)

    found = kinds()

    assert ("corpus", kind) in found
    assert {store for store, _kind in found} == {"corpus"}


@pytest.mark.long
@pytest.mark.parametrize("damage", FILES)
def test_damage_to_the_files_is_repaired(active: Version, damage: str) -> None:
    follow()
    before = registry.corpus().folder.newest()
    FILES[damage][0](active)

    reconcile(repair=True)

    assert registry.corpus().folder.newest() == before
    assert reconcile() == []


def test_a_point_that_is_none_of_ours_is_found_and_removed(active: Version) -> None:
    follow()
    clients.close()
    foreign = "00000000-0000-4000-8000-00000000abcd"
    put_without_payload(foreign)

    assert ["vectors", "foreign", foreign, 0] in reconcile(repair=True)

    assert reconcile() == []


def put_without_payload(id_: str) -> None:
    """As a program would that opens the engine's folder itself."""
    import qdrant_edge as edge
    from django.conf import settings

    (folder,) = (settings.KB_HOME / "vectors" / "collections").iterdir()
    shard = edge.EdgeShard.load(str(folder / "shard"))
    shard.update(edge.UpdateOperation.upsert_points([edge.Point(id_, {}, {})]))
    shard.close()


def test_an_older_manifest_that_was_edited_is_named_and_taken_away(
    active: Version, ben: Account
) -> None:
    follow()
    old = newest_kept()
    knowledge.retire(active, ben)
    follow()
    edited(old)

    found = reconcile(repair=True)

    assert found == [["corpus", "damaged", f"manifests/{old.name}", 0]]
    assert not old.exists()
    assert reconcile() == []


def test_what_the_stores_have_not_followed_yet_is_no_drift(
    active: Version, ana: Account, ben: Account
) -> None:
    follow()
    knowledge.retire(active, ben)
    knowledge.active(knowledge.source(ana), ana, ben)

    assert reconcile() == []


def test_looking_changes_nothing(active: Version) -> None:
    follow()
    lost_point()
    file_of(active).unlink()

    assert reconcile() == reconcile() != []


def test_an_empty_vector_cache_is_no_drift(active: Version) -> None:
    follow()
    CachedVector.objects.all().delete()

    assert reconcile() == []


def test_a_collection_of_another_model_is_named_as_outdated(active: Version) -> None:
    follow("vectors")
    clients.install(with_encoder=FakeEncoder(seed=2))
    follow("corpus")

    assert kinds() == [("vectors", "outdated")]


def test_a_collection_of_words_cut_otherwise_is_named_as_outdated(
    active: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow()
    monkeypatch.setattr(words, "PROFILE", "words-2")

    assert kinds() == [("vectors", "outdated")]


def test_repairing_what_is_outdated_builds_it_anew(active: Version) -> None:
    follow("vectors")
    clients.install(with_encoder=FakeEncoder(seed=2))
    follow("corpus")

    reconcile(repair=True)

    assert reconcile() == []
    assert len(points()) == 2


def test_reconciling_gives_the_leases_back(active: Version) -> None:
    follow()

    reconcile(repair=True)

    assert not Cursor.objects.exclude(holder=None).exists()
    assert not Parked.objects.exists()
