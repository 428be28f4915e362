"""A reviewed question with the passages that answer it, and with others that only look so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from governance.models import Passage
from llm.alike import sense
from llm.models import RowKind
from llm.retrieval import Answer, Question
from llm.training.ground import Ground
from llm.training.questions import Asked, reviewed
from llm.training.rows import Made

LOOKED_AT = 20
MOST_NEGATIVES = 4

Ask = Callable[[Question], Answer]


def pairs(ground: Ground, ask: Ask) -> Iterator[Made]:
    for asked in reviewed(ground):
        question = replace(Question(asked.text, top_k=LOOKED_AT), within=ground.held)
        negatives = _negatives(asked, ask(question), ground)
        says = {
            "query": asked.text,
            "positives": [p.text for p in asked.expected],
            "negatives": [p.text for p in negatives],
        }
        yield Made(
            RowKind.PAIR,
            "question",
            asked.language,
            says,
            asked.expected,
            (asked.key,),
            negatives,
            origin=asked.origin,
        )


def _negatives(asked: Asked, answer: Answer, ground: Ground) -> list[Passage]:
    """What retrieval gives besides, the best first, from sources of the same part alone; nothing
    that says what an expected passage says."""
    senses = {sense(p.text) for p in asked.expected}
    parts = {ground.part_of[p.version.source_id] for p in asked.expected}
    given = ground.among([each.passage.pk for each in answer.found])
    found = []
    for each in answer.found:
        passage = given.get(each.passage.pk)
        if passage and ground.part_of[passage.version.source_id] in parts:
            said = sense(passage.text)
            if said not in senses:
                found.append(passage)
            senses.add(said)
    return found[:MOST_NEGATIVES]
