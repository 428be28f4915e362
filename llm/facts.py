"""Widening a question by the graph: the concepts it names, their other names, what is said of them.

What is said comes from the truth at the instant, with the passages in force that carry it: the
fence that every passage passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from governance import graph
from governance.graph import Subgraph
from governance.models import Passage
from governance.wording import folded
from llm.retrieval import Question

# Names of one concept that are looked for: the first ones of each language.
MOST_NAMES = 6


@dataclass(frozen=True)
class Widened:
    """A question with the other names of what it is about, and the facts about that."""

    question: Question
    facts: Subgraph

    @property
    def passages(self) -> list[Passage]:
        """Whatever carries one of the facts, each once."""
        rows = [each for told in self.facts.evidence.values() for each in told]
        return list({each.passage_id: each.passage for each in rows}.values())


def widened(question: Question, *, at: datetime) -> Widened:
    """Raises nothing: a question that names no concept stays as it is, without facts."""
    concepts = graph.recognised(question.query)
    asked = folded(question.query)[0]
    also = [
        name.name
        for each in concepts
        for name in sorted(each.names.all(), key=lambda n: not n.is_preferred)[:MOST_NAMES]
        if name.folded not in asked
    ]
    return Widened(
        replace(question, also=tuple(dict.fromkeys(also))), graph.facts_about(concepts, at=at)
    )
