"""Words of passages are weighed once, and scored as a store scores them."""

from __future__ import annotations

import pytest

from llm import words
from llm.models import CachedVector
from llm.stores.port import Sparse
from llm.weighing import matches
from tests.support.asking import asked

TEXTS = {1: "Start low.", 2: "溶栓在发病4.5小时内开始。", 3: "IL-6/IL-8 rise first.", 4: "?!"}
DIGESTS = {key: f"{key}" for key in TEXTS}


def query(text: str) -> Sparse:
    weights = words.of_query(asked(text), {}, 100)
    return Sparse(weights.indices, weights.values)


def summed(text: str, asked: Sparse) -> float:
    """The plain definition: products of what both have, added up."""
    own, theirs = words.of_passage(text), dict(zip(asked.indices, asked.values, strict=True))
    return sum(w * theirs.get(t, 0) for t, w in zip(own.indices, own.values, strict=True))


@pytest.mark.parametrize("text", ["start", "溶栓 4.5 h", "il6 il-8", "rest", "", "low low first"])
def test_scores_are_the_sums_of_the_products(db: None, text: str) -> None:
    asked = query(text)
    right = {key: summed(said, asked) for key, said in TEXTS.items()}

    found = matches(TEXTS, DIGESTS, asked)

    assert found == pytest.approx({key: score for key, score in right.items() if score})


def test_a_text_is_weighed_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    before = matches(TEXTS, DIGESTS, query("low il6"))
    weighed: list[str] = []
    monkeypatch.setattr(words, "of_passage", weighed.append)

    assert matches(TEXTS, DIGESTS, query("low il6")) == before
    assert weighed == []


def test_words_that_are_cut_otherwise_are_weighed_anew(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches(TEXTS, DIGESTS, query("low"))
    monkeypatch.setattr(words, "PROFILE", "words-2")

    matches(TEXTS, DIGESTS, query("low"))

    assert CachedVector.objects.count() == 2 * len(TEXTS)


def test_of_nothing_there_is_nothing(db: None) -> None:
    assert matches({}, {}, query("low")) == {}
