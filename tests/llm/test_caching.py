"""Vectors and counts are worked out once a text, and again when the text is another."""

from __future__ import annotations

import numpy as np
import pytest

from governance.models import Account, Version
from llm import words
from llm.caching import cached, count_words, current_passages, digest_of_embedded, vectors_of
from llm.models import CachedVector, VersionWords, WordCount
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import MoodyEncoder, amended

pytestmark = pytest.mark.database


@pytest.fixture
def encoder() -> MoodyEncoder:
    return MoodyEncoder()


def counted(version: Version, word: str) -> int:
    (term,) = words.term_ids(word)
    row = WordCount.objects.filter(version=version, term=term).first()
    return row.passages if row else 0


@pytest.mark.django_db
def test_a_text_is_embedded_once(encoder: MoodyEncoder) -> None:
    vectors_of(["溶栓", "溶栓"], encoder)

    vectors_of(["溶栓"], encoder)

    assert encoder.given == ["溶栓"]


@pytest.mark.django_db
def test_vectors_come_in_the_order_of_the_texts(encoder: MoodyEncoder) -> None:
    vectors_of(["b"], encoder)

    found = vectors_of(["a", "b", "a"], encoder)

    assert np.array_equal(found, FakeEncoder(seed=1).passages(["a", "b", "a"]))


@pytest.mark.django_db
def test_the_cache_gives_back_the_very_numbers(encoder: MoodyEncoder) -> None:
    (fresh,) = vectors_of(["a"], encoder)

    (kept,) = vectors_of(["a"], encoder)

    assert kept.tobytes() == fresh.tobytes()


@pytest.mark.django_db
def test_another_profile_has_another_vector(encoder: MoodyEncoder) -> None:
    vectors_of(["a"], encoder)

    vectors_of(["a"], other := MoodyEncoder(seed=2))

    assert other.given == ["a"]
    assert CachedVector.objects.count() == 2


@pytest.mark.django_db
def test_what_was_embedded_before_a_failure_is_kept(encoder: MoodyEncoder) -> None:
    encoder.refuses = "bad"
    texts = [f"text {n}" for n in range(70)]

    with pytest.raises(ValueError, match="told to refuse"):
        vectors_of([*texts, "bad"], encoder)

    assert CachedVector.objects.count() == 64


@pytest.mark.django_db
def test_the_beat_comes_with_every_batch(encoder: MoodyEncoder) -> None:
    beats: list[int] = []

    vectors_of([str(n) for n in range(130)], encoder, beat=lambda: beats.append(1))

    assert len(beats) == 3


@pytest.mark.django_db
def test_the_cache_is_asked_for_thousands_at_once(encoder: MoodyEncoder) -> None:
    texts = [str(n) for n in range(1200)]
    vectors_of(texts, encoder)

    assert len(cached(map(digest_of_embedded, texts), encoder.profile.name)) == 1200


def test_a_word_is_counted_once_a_passage(source: object, ana: Account) -> None:
    draft = knowledge.draft(source, ana, texts=["rest, rest", "rest", "go"])

    count_words(draft)

    assert counted(draft, "rest") == 2


def test_counts_follow_a_correction(active: Version, ana: Account, ben: Account) -> None:
    count_words(active)
    newer = amended(active, ana, ben, "Go slow.", "Go slowly.")

    count_words(newer)

    assert (counted(newer, "slow"), counted(newer, "slowly")) == (0, 1)


def test_a_draft_is_counted_again_when_its_text_changed(draft: Version, ana: Account) -> None:
    from governance.actions import passages

    count_words(draft)
    passages.correct(passage=current_passages(draft)[0], text="Rest.", reason="Typo.", by=ana)
    draft.refresh_from_db()

    count_words(draft)

    assert (counted(draft, "start"), counted(draft, "rest")) == (0, 1)


def test_the_same_text_is_not_counted_twice(active: Version) -> None:
    count_words(active)
    before = list(WordCount.objects.values_list("pk", flat=True))

    count_words(active)

    assert list(WordCount.objects.values_list("pk", flat=True)) == before


def test_another_way_of_cutting_words_counts_again(active: Version) -> None:
    count_words(active)
    VersionWords.objects.update(profile="words-0")
    WordCount.objects.all().delete()

    count_words(active)

    assert counted(active, "slow") == 1


def test_as_many_passages_are_counted_as_there_are(active: Version) -> None:
    count_words(active)

    assert VersionWords.objects.get(version=active).passages == 2
