"""Pairs of answers to one question, of which readers accepted one and not the other.

What programs reported is kept masked, and what people wrote is masked here: no patient is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from governance.models import Passage
from llm.masking import masked
from llm.models import Decision, Feedback, ReportedAnswer, RowKind, Ticket, Usage, Verdict
from llm.models.feedback import ASKS_FOR_AN_ANSWER
from llm.models.questions import key_of
from llm.training.fitness import trainable
from llm.training.ground import CHUNK, Ground
from llm.training.rows import Made
from llm.wording import language_of


def preferences(ground: Ground) -> Iterator[Made]:
    yield from _of_verdicts(ground)
    yield from _of_tickets(ground)


def _of_verdicts(ground: Ground) -> Iterator[Made]:
    """Each answer that was called wrong or overridden, beside the last one that was accepted of
    the same question."""
    doubted = set(_usages(*ASKS_FOR_AN_ANSWER))
    accepted: dict[str, ReportedAnswer] = {}
    for answer in _answers(set(_usages(Verdict.ACCEPTED)) - doubted):
        accepted[key_of(answer.usage.query)] = answer
    for rejected in _answers(doubted):
        chosen = accepted.get(key_of(rejected.usage.query))
        if chosen and chosen.text != rejected.text:
            origin = _origin(rejected) | {
                "chosen_usage": str(chosen.usage_id),
                "chosen_answer": str(chosen.pk),
            }
            support = ground.among(_cited(chosen))
            if support and len(support) == len(set(_cited(chosen))):
                texts = (chosen.text, rejected)
                yield from _made("verdicts", texts, list(support.values()), origin)


def _of_tickets(ground: Ground) -> Iterator[Made]:
    """What was answered to a reader whose doubt was right and led to a correction."""
    rows = Ticket.objects.filter(decision=Decision.CORRECTED).order_by("pk")
    for ticket in rows.select_related("passage__section", "version"):
        feedback = Feedback.objects.filter(pk=ticket.feedback).first()
        answer = (
            ReportedAnswer.objects.filter(usage=feedback.usage_id).first() if feedback else None
        )
        support = _corrected(ticket, ground)
        if feedback and answer and support and answer.usage.query:
            origin = _origin(answer) | {"ticket": ticket.pk, "feedback": str(feedback.pk)}
            yield from _made("ticket", (masked(ticket.answer), answer), support, origin)


def _made(
    template: str,
    texts: tuple[str, ReportedAnswer],
    support: Sequence[Passage],
    origin: dict[str, Any],
) -> Iterator[Made]:
    """Nothing where what was rejected drew on something that may not train."""
    chosen, rejected = texts
    drawn = Passage.objects.filter(pk__in=_cited(rejected), version__in=trainable())
    passages = list(drawn.select_related("version__source", "section").order_by("pk"))
    if len(passages) != len(set(_cited(rejected))):
        return
    prompt = rejected.usage.query
    says = {"prompt": prompt, "chosen": chosen, "rejected": rejected.text}
    keys = (f"question:{key_of(prompt)}",)
    yield Made(
        RowKind.PREFERENCE,
        template,
        language_of(prompt),
        says,
        support,
        keys,
        rejected=passages,
        origin=origin,
    )


def _usages(*verdicts: str) -> Iterator[Any]:
    rows = Feedback.objects.filter(verdict__in=verdicts).exclude(usage__query="")
    return iter(rows.values_list("usage", flat=True).distinct())


def _answers(usages: set[Any]) -> Iterator[ReportedAnswer]:
    rows = ReportedAnswer.objects.select_related("usage").order_by("at", "pk")
    return (each for each in rows.iterator(CHUNK) if each.usage_id in usages)


def _cited(answer: ReportedAnswer) -> list[int]:
    """What it cites; where it says nothing of that, what it was given."""
    cited = answer.citations.exclude(passage=None).values_list("passage", flat=True)
    return list(cited) or list(Usage(pk=answer.usage_id).given.values_list("passage", flat=True))


def _corrected(ticket: Ticket, ground: Ground) -> list[Passage]:
    """The section that was doubted, as the edition in force has it."""
    doubted = ticket.passage
    if doubted is None or ticket.version is None:
        return []
    rows = ground.passages().filter(version__source=ticket.version.source_id)
    path = doubted.section.path
    return [p for p in rows if p.section.path == path and ground.holds(p)]


def _origin(answer: ReportedAnswer) -> dict[str, Any]:
    return {"usage": str(answer.usage_id), "answer": str(answer.pk), "model": answer.model}
