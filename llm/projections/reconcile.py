"""Compares a store with the truth, point by point and file by file, and repairs it.

Finds what was lost, what should be gone, and what somebody changed in the store directly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llm.caching import Vector, cached, digest_of_embedded
from llm.models import Cursor
from llm.projections.advance import Beat, last_knowledge
from llm.projections.corpus import Corpus, content_of
from llm.projections.holdings import all_holdings
from llm.projections.vectors import Vectors, payload_of, point_id
from llm.stores.port import Payload, Stored

PAGE = 500
# The store may keep a vector in its own rounding.
LEAST_COSINE = 0.9999


@dataclass(frozen=True)
class Drift:
    """One thing in which a store differs from the truth. `version` is 0 where there is none."""

    store: str
    kind: str
    what: str
    version: int = 0

    def __str__(self) -> str:
        return f"{self.store}: {self.kind} {self.what}"


@dataclass(frozen=True)
class _Expected:
    payload: Payload
    text_digest: str


def reconcile_vectors(vectors: Vectors, *, repair: bool, beat: Beat) -> list[Drift]:
    """What differs in the live collection; put right where `repair` is set."""
    live = vectors.store.live()
    if live is None:
        return [Drift("vectors", "missing", "the live collection")]
    found = differences(vectors, live, beat=beat)
    if not repair:
        return found
    strays = [d.what for d in found if d.kind in ("foreign", "damaged")]
    vectors.store.drop_points(live, strays)
    for version_id in sorted({d.version for d in found if d.version}):
        vectors.settle_in(live, version_id, beat)
    return found


def differences(vectors: Vectors, collection: str, *, beat: Beat) -> list[Drift]:
    """Every point that is missing, foreign or damaged in a collection."""
    expected = _expected(vectors, beat)
    found: list[Drift] = []
    for page in _pages(vectors, collection):
        beat()
        profile = vectors.encoder.profile.name
        digests = [expected[s.id].text_digest for s in page if s.id in expected]
        known = cached(digests, profile)
        for stored in page:
            want = expected.pop(stored.id, None)
            if want is None:
                version = stored.payload.version if stored.payload else 0
                found.append(Drift("vectors", "foreign", stored.id, version))
            elif not _is_right(stored, want, known):
                found.append(Drift("vectors", "damaged", stored.id, want.payload.version))
    found += [
        Drift("vectors", "missing", id_, want.payload.version) for id_, want in expected.items()
    ]
    return found


def reconcile_corpus(corpus: Corpus, *, repair: bool, beat: Beat) -> list[Drift]:
    """What differs in the folder; put right where `repair` is set."""
    found = list(_corpus_differences(corpus, beat))
    if repair and found:
        for drift in found:
            if drift.kind == "foreign":
                corpus.folder.remove(drift.what)
        for version_id in sorted({d.version for d in found if d.version}):
            corpus.settle(version_id, beat)
        corpus.finish(_number(corpus))
    return found


def _corpus_differences(corpus: Corpus, beat: Beat) -> Iterator[Drift]:
    wanted = set()
    for holding in all_holdings():
        beat()
        content = content_of(holding)
        sha256 = corpus.folder.name_of(content)
        wanted.add(sha256)
        if sha256 not in corpus.folder.objects():
            yield Drift("corpus", "missing", sha256, holding.version.pk)
        elif not corpus.folder.is_sound(sha256):
            yield Drift("corpus", "damaged", sha256, holding.version.pk)
        elif not corpus.holds(holding.version.pk, sha256):
            yield Drift("corpus", "unlisted", sha256, holding.version.pk)
    for sha256 in sorted(corpus.folder.objects() - wanted):
        yield Drift("corpus", "foreign", f"objects/{sha256[:2]}/{sha256}.zst")
    for path in sorted(corpus.folder.strays()):
        yield Drift("corpus", "foreign", str(path.relative_to(corpus.folder.path)))
    if corpus.folder.newest() != corpus.folder.bytes_of(corpus.manifest(_number(corpus))):
        yield Drift("corpus", "damaged", "manifest.json")


def _number(corpus: Corpus) -> int:
    cursor = Cursor.objects.filter(name=corpus.name).first()
    return cursor.number if cursor else last_knowledge()


def _expected(vectors: Vectors, beat: Beat) -> dict[str, _Expected]:
    expected = {}
    for holding in all_holdings():
        beat()
        for passage in holding.passages:
            id_ = point_id(passage.pk, passage.digest, vectors.encoder.profile.name)
            digest = digest_of_embedded(passage.embedded_text())
            expected[id_] = _Expected(payload_of(holding, passage.pk), digest)
    return expected


def _pages(vectors: Vectors, collection: str) -> Iterator[list[Stored]]:
    page: list[Stored] = []
    for stored in vectors.store.scan(collection, vectors=True):
        page.append(stored)
        if len(page) == PAGE:
            yield page
            page = []
    yield page


def _is_right(stored: Stored, want: _Expected, known: dict[str, Vector]) -> bool:
    if stored.payload != want.payload or stored.dense is None or stored.words is None:
        return False
    vector = known.get(want.text_digest)
    # What cannot be compared counts as damaged: the repair embeds it again and puts it.
    return vector is not None and float(vector @ stored.dense) >= LEAST_COSINE
