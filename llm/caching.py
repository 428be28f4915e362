"""Vectors and term counts of texts, each worked out once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from governance.models import Passage, Version
from llm import words
from llm.embedding import Encoder
from llm.models import CachedVector, VersionWords, WordCount

Vector = NDArray[np.float32]
BATCH = 64


def digest_of_embedded(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def vectors_of(
    texts: Sequence[str], encoder: Encoder, *, beat: Callable[[], None] = lambda: None
) -> list[Vector]:
    """A vector a text, from the cache or else encoded, in batches and in no transaction.

    `beat` is called between batches, so that a long job can say it is alive.
    """
    digests = [digest_of_embedded(text) for text in texts]
    known = cached(digests, encoder.profile.name)
    waiting = {d: t for d, t in zip(digests, texts, strict=True) if d not in known}
    missing = list(waiting.items())
    for start in range(0, len(missing), BATCH):
        beat()
        batch = missing[start : start + BATCH]
        rows = encoder.passages([text for _digest, text in batch])
        known |= dict(zip((d for d, _text in batch), rows, strict=True))
        _keep(encoder.profile.name, [(d, known[d]) for d, _text in batch])
    return [known[d] for d in digests]


def cached(digests: Iterable[str], profile: str) -> dict[str, Vector]:
    wanted = list(dict.fromkeys(digests))
    found: dict[str, Vector] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = CachedVector.objects.filter(profile=profile, digest__in=part)
        found |= {row.digest: row.numbers for row in rows}
    return found


def count_words(version: Version) -> None:
    """Count in how many passages of a version each term stands. Once for the same text."""
    profile = words.PROFILE
    now = {"profile": profile, "content_digest": version.content_digest}
    if VersionWords.objects.filter(version=version, **now).exists():
        return
    texts = [p.embedded_text() for p in current_passages(version)]
    counts = words.counts(texts)
    with transaction.atomic():
        # First, for it locks the row: two workers may be counting the same version.
        VersionWords.objects.update_or_create(
            version=version, defaults={"passages": len(texts), **now}
        )
        WordCount.objects.filter(version=version).delete()
        WordCount.objects.bulk_create(
            (WordCount(version=version, term=t, passages=n) for t, n in sorted(counts.items())),
            batch_size=2000,
        )


def current_passages(version: Version) -> list[Passage]:
    return list(version.passages.current().select_related("section"))


def prepare(version: Version, encoder: Encoder, *, beat: Callable[[], None]) -> None:
    """Do ahead what approval would otherwise wait for."""
    texts = [p.embedded_text() for p in current_passages(version)]
    vectors_of(texts, encoder, beat=beat)
    count_words(version)


def _keep(profile: str, rows: Iterable[tuple[str, Vector]]) -> None:
    CachedVector.objects.bulk_create(
        (
            CachedVector(profile=profile, digest=d, vector=np.asarray(v, np.float32).tobytes())
            for d, v in rows
        ),
        ignore_conflicts=True,
    )
