"""Says when nothing that was found answers the question, so that nothing is given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from llm import words
from llm.calibration import Calibration, Signs
from llm.found import Found
from llm.stores.port import Hit
from llm.wording import Statistics, Wording

if TYPE_CHECKING:
    from llm.retrieval import Answer

# Passages that are looked at: those that would be given.
FIRST = 10
# The rank of what is not in a list at all.
NOWHERE = 101
DIGITS = 3


def judged(answer: Answer, calibration: Calibration, seen: Signs) -> Answer:
    """With how likely it is that one of its passages answers."""
    confidence = round(calibration.confidence(seen), DIGITS)
    abstained = confidence < calibration.threshold
    return replace(answer, confidence=confidence, abstained=abstained, signs=seen)


def signs(
    found: Sequence[Found], by_meaning: Sequence[Hit], asked: Wording, statistics: Statistics
) -> Signs:
    """The figures that `Calibration` weighs."""
    there = [words.term_ids(each.passage.embedded_text()) for each in found[:FIRST]]
    rarity = {term: statistics.rarity(term) for term in asked.own}
    whole = sum(rarity.values()) or 1.0
    unheard = sum(r for term, r in rarity.items() if not statistics.holding.get(term))
    allowed = {str(each.passage.pk) for each in found}
    return Signs(
        max((hit.score for hit in by_meaning if hit.passage in allowed), default=0.0),
        max((sum(rarity[t] for t in asked.own & terms) / whole for terms in there), default=0.0),
        max((_named(asked, terms) for terms in there), default=0.0),
        _agreement(found[0]) if found else 0.0,
        unheard / whole,
        float(asked.language == "zh"),
        math.log10(max(statistics.passages, 1)),
    )


def _named(asked: Wording, terms: set[int]) -> float:
    """Which share of the concepts that are named the passage names by any of their names."""
    if not asked.meanings:
        return 0.5
    hit = [
        any(terms.issuperset(words.term_ids(name)) for _language, name in meaning.names)
        for meaning in asked.meanings
    ]
    return sum(hit) / len(hit)


def _agreement(first: Found) -> float:
    return 1 / (first.rank_by_meaning or NOWHERE) + 1 / (first.rank_by_words or NOWHERE)
