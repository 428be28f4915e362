"""Keeping what the language model answered, with what can be found out about its citations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from governance.models import Client, Passage
from llm.citation_marks import read
from llm.errors import AnswerDiffers
from llm.masking import masked
from llm.models import AnswerCitation, ReportedAnswer, Usage
from llm.usage import commit_to


@dataclass(frozen=True)
class Reported:
    """What a program says that was answered: `passages` in the order that its marks count."""

    text: str
    model: str
    passages: Sequence[int]


def report(
    *, usage: Usage, reported: Reported, by: Client, at: datetime
) -> tuple[ReportedAnswer, bool]:
    """The answer as it is kept, and whether it is new. One that differs from it is refused.

    Kept masked, and counted as it is kept, so that whoever reads it counts the same.
    """
    text, model = masked(reported.text), masked(reported.model)
    with transaction.atomic():
        # Held until the end, so that of two at once the second finds the first.
        usage = Usage.objects.select_for_update().get(pk=usage.pk)
        kept = ReportedAnswer.objects.filter(usage=usage).first()
        if kept:
            if _as_reported(kept) != (text, model, list(reported.passages)):
                raise AnswerDiffers
            return kept, False
        said = read(text)
        known = range(1, len(reported.passages) + 1)
        made = ReportedAnswer.objects.create(
            usage=usage,
            client=by,
            at=at,
            text=text,
            model=model,
            sentences=len(said),
            uncited=sum(not any(n in known for n in each.marks) for each in said),
            unknown_marks=sorted({n for each in said for n in each.marks if n not in known}),
        )
        AnswerCitation.objects.bulk_create(_checked(made, reported.passages, at))
        commit_to(made)
    return made, True


def _as_reported(kept: ReportedAnswer) -> tuple[str, str, list[int]]:
    cited = kept.citations.order_by("place").values_list("asked", flat=True)
    return kept.text, kept.model, list(cited)


def _checked(answer: ReportedAnswer, passages: Sequence[int], at: datetime) -> list[AnswerCitation]:
    versions = dict(Passage.objects.filter(pk__in=passages).values_list("pk", "version"))
    given = set(answer.usage.given.values_list("passage", flat=True))
    then, now = _in_force(passages, answer.usage.at), _in_force(passages, at)
    rows, led = [], set()
    for place, number in enumerate(passages):
        version = versions.get(number)
        rows.append(
            AnswerCitation(
                answer=answer,
                place=place,
                asked=number,
                passage_id=number if version else None,
                version_id=version,
                leads=version is not None and version not in led,
                was_given=number in given,
                in_force_then=number in then,
                in_force_when_reported=number in now,
            )
        )
        led.add(version)
    return rows


def _in_force(passages: Sequence[int], at: datetime) -> set[int]:
    rows = Passage.objects.in_force(at).filter(pk__in=passages)
    return set(rows.values_list("pk", flat=True))
