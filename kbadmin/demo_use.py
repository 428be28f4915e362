"""A question of the sample's program, the answer it reported, and what a reader said of it."""

from __future__ import annotations

from governance import clock
from governance.models import Client, Passage
from llm.actions import answers, feedback
from llm.actions.answers import Reported
from llm.actions.feedback import Said
from llm.found import Found
from llm.projections.advance import last_knowledge
from llm.retrieval import Answer, Question
from llm.usage import record

# Made up, as the patient is: what is kept of it is masked.
QUERY = "患者王小明，住院号 00482913，房颤合并肾功能不全，抗凝药物如何选择？"
ANSWER = "应结合出血风险和肾功能选择抗凝药物[1]。请由主管医师决定。"
COMMENT = "患者王小明用药后牙龈出血，剂量是否偏高？"
GIVEN = 3


def ask(*, by: Client) -> None:
    """Without a store, which is filled only once the sample is served."""
    now, number = clock.now(), last_knowledge()
    rows = Passage.objects.in_force(now).filter(text__contains="抗凝").select_related("version")
    found = [Found(passage, 1 / (place + 1), None) for place, passage in enumerate(rows[:GIVEN])]
    usage = record(Question(QUERY), Answer(found, number, number, 0), client=by, at=now)
    cited = [each.passage.pk for each in found]
    answers.report(usage=usage, reported=Reported(ANSWER, "sample", cited), by=by, at=now)
    feedback.give(usage=usage, said=Said("wrong", cited[0] if cited else None, COMMENT), by=by)
