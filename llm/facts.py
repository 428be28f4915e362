"""Widening a question by the graph: the concepts it names, their other names, what is said of them.

What is said comes from the truth, with the passages in force that carry it: the fence that every
passage passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from governance import clock, graph
from governance.graph import Subgraph
from governance.models import Concept, Passage
from governance.wording import folded
from llm.projections.advance import last_knowledge
from llm.retrieval import Question, not_before_the_trail

# Names of one concept that are looked for: the preferred ones first.
MOST_NAMES = 6


def widened(question: Question, concepts: Sequence[Concept]) -> Question:
    """With the other names of the concepts that it is about."""
    asked = folded(question.query)[0]
    also = [
        name.name
        for each in concepts
        for name in sorted(each.names.all(), key=lambda n: not n.is_preferred)[:MOST_NAMES]
        if name.folded not in asked
    ]
    return replace(question, also=tuple(dict.fromkeys(also)))


def facts_now(concepts: Sequence[Concept]) -> tuple[Subgraph, datetime]:
    """What is in force of them, and when that was so; asked again where something came between."""
    while True:
        before, at = last_knowledge(), not_before_the_trail(clock.now())
        facts = graph.facts_about(concepts, at=at)
        if last_knowledge() == before:
            return facts, at


def passages_of(facts: Subgraph) -> list[Passage]:
    """Whatever carries one of the facts, each once."""
    rows = [each for told in facts.evidence.values() for each in told]
    return list({each.passage_id: each.passage for each in rows}.values())
