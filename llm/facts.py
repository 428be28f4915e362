"""What the graph says of the concepts that a question names.

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


def narrowed(facts: Subgraph, classes: Sequence[str], about: Sequence[Concept]) -> Subgraph:
    """What passages of these classes carry of it, where any are named. What it is about stays."""
    if not classes:
        return facts
    carried = {
        number: [e for e in told if (e.passage.version.citation or {})["source_class"] in classes]
        for number, told in facts.evidence.items()
    }
    evidence = {number: told for number, told in carried.items() if told}
    relations = [each for each in facts.relations if each.pk in evidence]
    ends = {n for each in relations for n in (each.subject_id, each.object_id)}
    ends |= {each.pk for each in about}
    concepts = [each for each in facts.concepts if each.pk in ends]
    return replace(facts, concepts=concepts, relations=relations, evidence=evidence)


def passages_of(facts: Subgraph) -> list[Passage]:
    """Whatever carries one of the facts, each once."""
    rows = [each for told in facts.evidence.values() for each in told]
    return list({each.passage_id: each.passage for each in rows}.values())
