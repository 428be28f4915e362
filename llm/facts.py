"""What the graph says of the concepts that a question names.

What is said comes from the truth, with the passages in force that carry it: the fence that every
passage passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from governance import clock, graph
from governance.graph import Subgraph
from governance.models import Concept, Passage
from llm.projections.advance import last_knowledge
from llm.releases.held import Held
from llm.retrieval import not_before_the_trail


def facts_now(concepts: Sequence[Concept], within: Held | None = None) -> tuple[Subgraph, datetime]:
    """What is in force of them, and when that was so; asked again where something came between.

    Of a release, what it holds of that.
    """
    while True:
        before, at = last_knowledge(), not_before_the_trail(clock.now())
        facts = graph.facts_about(concepts, at=at)
        if last_knowledge() == before:
            asked = [each.pk for each in concepts]
            return within.narrowed(facts, asked) if within else facts, at


def passages_of(facts: Subgraph) -> list[Passage]:
    """Whatever carries one of the facts, each once."""
    rows = [each for told in facts.evidence.values() for each in told]
    return list({each.passage_id: each.passage for each in rows}.values())
