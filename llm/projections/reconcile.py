"""Compares a store with the truth, point by point and file by file, and repairs it.

Finds what was lost, what should be gone, and what somebody changed in the store directly. What
the store has not followed yet is no difference.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from governance.models import AuditEntry, Passage
from llm.caching import Vector, vectors_of
from llm.models import CorpusObject, Cursor, ReleaseManifest
from llm.projections.advance import Beat, last_knowledge, subjects_of
from llm.projections.corpus import Corpus, content_of
from llm.projections.corpus_facts import shards_touched
from llm.projections.drift import Drift
from llm.projections.holdings import all_holdings, held_versions
from llm.projections.vectors import Vectors, ids_of, payload_of, profile_of, sparse_of
from llm.stores.port import Payload, Sparse, Stored

PAGE = 500
# The store may keep a vector in its own rounding.
LEAST_COSINE = 0.9999
WEIGHT_ROUNDING = 1e-5


@dataclass(frozen=True)
class _Expected:
    payload: Payload
    passage: int


def reconcile_vectors(vectors: Vectors, *, repair: bool, beat: Beat) -> list[Drift]:
    """What differs in the live collection; put right where `repair` is set.

    A collection made with another embedding model, or from words cut otherwise, is `outdated`;
    only a rebuild puts that right.
    """
    live = vectors.store.live()
    if live is None:
        return _missing_collection(vectors, repair=repair, beat=beat)
    if profile_of(live) != vectors.profile:
        return [Drift("vectors", "outdated", live)]
    found = _settled_alone(differences(vectors, live, beat=beat), vectors.name)
    if repair:
        strays = [d.what for d in found if d.kind in ("foreign", "damaged")]
        vectors.store.drop_points(live, strays)
        for version_id in sorted({d.number for d in found if d.number}):
            vectors.settle_in(live, version_id, beat)
    return found


def differences(vectors: Vectors, collection: str, *, beat: Beat) -> list[Drift]:
    """Every point that is missing, foreign or damaged in a collection."""
    expected = _expected(vectors, beat)
    found: list[Drift] = []
    stored = vectors.store.scan(collection, vectors=True)
    while page := list(itertools.islice(stored, PAGE)):
        beat()
        mine = [(s, expected.pop(s.id)) for s in page if s.id in expected]
        ours = {s.id for s, _want in mine}
        found += [_foreign(s) for s in page if s.id not in ours]
        found += _damaged(vectors, mine, beat)
    found += [
        Drift("vectors", "missing", id_, want.payload.version) for id_, want in expected.items()
    ]
    return found


def reconcile_corpus(corpus: Corpus, *, repair: bool, beat: Beat) -> list[Drift]:
    """What differs in the folder; put right where `repair` is set."""
    facts = _facts_differences(corpus, beat)
    found = _settled_alone(_corpus_differences(corpus, beat), corpus.name)
    if repair and (found or facts):
        for drift in found:
            if "/" in drift.what:
                corpus.folder.remove(drift.what)
        for version_id in sorted({d.number for d in found if d.number}):
            corpus.settle(version_id, beat)
        corpus.facts.settle([d.number for d in facts], beat)
        _put_back_manifests(corpus, beat)
        corpus.finish(_number(corpus.name))
    return [*found, *facts]


def _missing_collection(vectors: Vectors, *, repair: bool, beat: Beat) -> list[Drift]:
    if repair:
        vectors.prepare(beat)
        for version_id in list(held_versions().values_list("pk", flat=True)):
            vectors.settle(version_id, beat)
    return [Drift("vectors", "missing", "the live collection")]


def _settled_alone(found: Collection[Drift], name: str) -> list[Drift]:
    """Without what the trail says of versions that the store has not followed yet."""
    ahead = AuditEntry.objects.knowledge().after(_number(name)).filter(governs_type="version")
    moved = {int(id_) for id_ in ahead.values_list("governs_id", flat=True)}
    return [drift for drift in found if drift.number not in moved]


def _expected(vectors: Vectors, beat: Beat) -> dict[str, _Expected]:
    expected: dict[str, _Expected] = {}
    for holding in all_holdings():
        beat()
        for id_, passage in ids_of(holding, vectors.profile).items():
            expected[id_] = _Expected(payload_of(holding, passage.pk), passage.pk)
    return expected


def _foreign(stored: Stored) -> Drift:
    return Drift("vectors", "foreign", stored.id, stored.payload.version if stored.payload else 0)


def _damaged(
    vectors: Vectors, page: Sequence[tuple[Stored, _Expected]], beat: Beat
) -> Iterator[Drift]:
    passages = Passage.objects.select_related("section").in_bulk([w.passage for _s, w in page])
    texts = [passages[want.passage].embedded_text() for _stored, want in page]
    right = vectors_of(texts, vectors.encoder, beat=beat)
    for (stored, want), text, vector in zip(page, texts, right, strict=True):
        if stored.payload != want.payload or not _is_right(stored, vector, sparse_of(text)):
            yield Drift("vectors", "damaged", stored.id, want.payload.version)


def _is_right(stored: Stored, vector: Vector, words: Sparse) -> bool:
    if stored.dense is None or stored.words is None:
        return False
    if stored.dense.shape != vector.shape or float(vector @ stored.dense) < LEAST_COSINE:
        return False
    there = dict(zip(stored.words.indices, stored.words.values, strict=True))
    wanted = dict(zip(words.indices, words.values, strict=True))
    weights = [there[term] for term in wanted if term in there]
    return there.keys() == wanted.keys() and np.allclose(
        weights, list(wanted.values()), atol=WEIGHT_ROUNDING
    )


def _corpus_differences(corpus: Corpus, beat: Beat) -> list[Drift]:
    found: list[Drift] = []
    there, wanted = corpus.folder.objects(), corpus.facts.objects()
    for holding in all_holdings():
        beat()
        content = content_of(holding)
        sha256 = corpus.folder.name_of(content)
        wanted.add(sha256)
        if sha256 not in there:
            found.append(Drift("corpus", "missing", sha256, holding.version.pk))
        elif not corpus.folder.is_sound(sha256):
            found.append(Drift("corpus", "damaged", sha256, holding.version.pk))
        elif not corpus.lists(holding, content):
            found.append(Drift("corpus", "unlisted", sha256, holding.version.pk))
    lost = [Drift("corpus", "missing", f"manifests/{m.root}.json") for m in _lost_manifests(corpus)]
    return [*found, *_unwanted(corpus, there - wanted), *_wrong_manifests(corpus), *lost]


def _facts_differences(corpus: Corpus, beat: Beat) -> list[Drift]:
    """Without the objects in which something is that the corpus has not followed yet."""
    ahead = subjects_of(list(AuditEntry.objects.knowledge().after(_number(corpus.name))))
    moved = {shard for subject in ahead for shard in shards_touched(subject)}
    return [d for d in corpus.facts.differences(beat) if d.number not in moved]


def _unwanted(corpus: Corpus, objects: set[str]) -> Iterator[Drift]:
    """Objects that no version wants, other files, and versions that are listed but not held."""
    owners = dict(CorpusObject.objects.values_list("sha256", "version_id").order_by("pk"))
    for sha256 in sorted(objects):
        path = f"objects/{sha256[:2]}/{sha256}.zst"
        yield Drift("corpus", "foreign", path, owners.get(sha256, 0))
    for name in sorted(corpus.folder.strays()):
        yield Drift("corpus", "foreign", name)
    listed = CorpusObject.objects.filter(is_held=True).exclude(version__in=held_versions())
    for sha256, version_id in listed.exclude(sha256__in=objects).values_list("sha256", "version"):
        yield Drift("corpus", "listed", sha256, version_id)


def _wrong_manifests(corpus: Corpus) -> Iterator[Drift]:
    for name in sorted(corpus.folder.unsound_manifests()):
        yield Drift("corpus", "damaged", name)
    number = _number(corpus.name)
    manifest = corpus.manifest(number)
    # Before the first approval there is no manifest, and none is missing.
    if number and last_knowledge() == number and not corpus.folder.is_published(manifest):
        yield Drift("corpus", "damaged", "manifest.json")


def _lost_manifests(corpus: Corpus) -> list[ReleaseManifest]:
    """Those of releases that the folder lacks; what a release holds is kept beside it."""
    kept = ReleaseManifest.objects.defer("packed").order_by("pk")
    return [each for each in kept if not corpus.folder.manifest_path(each.root).exists()]


def _put_back_manifests(corpus: Corpus, beat: Beat) -> None:
    for each in _lost_manifests(corpus):
        beat()
        corpus.folder.keep_manifest(each.root, each.content)


def _number(name: str) -> int:
    return Cursor.objects.filter(name=name).values_list("number", flat=True).first() or 0
