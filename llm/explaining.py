"""Says why a passage stands where it does in an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from llm import words
from llm.found import Found
from llm.retrieval import Question
from llm.wording import Wording, statistics_of, wording_of

DIGITS = 3


@dataclass(frozen=True)
class Reasons:
    """The places in the two lists, from one; the question's terms that stand in the passage, with
    how rare each is among the passages in force; and which other names were found in it."""

    rank_by_meaning: int | None
    rank_by_words: int | None
    terms: dict[str, float]
    names: list[str]


def reasons_of(found: Sequence[Found], question: Question, *, at: datetime) -> dict[int, Reasons]:
    """By the number of the passage."""
    asked = wording_of(question.query)
    statistics = statistics_of(asked.own, at=at)
    rarity = {
        term: round(statistics.rarity(words.number_of(term)), DIGITS)
        for term in words.terms(question.query)
    }
    return {each.passage.pk: _reasons(each, rarity, asked) for each in found}


def _reasons(found: Found, rarity: dict[str, float], asked: Wording) -> Reasons:
    there = words.term_ids(found.passage.embedded_text())
    shared = {term: rare for term, rare in rarity.items() if words.number_of(term) in there}
    names = [name for name in asked.names if there.issuperset(words.term_ids(name))]
    return Reasons(found.rank_by_meaning, found.rank_by_words, shared, names)
