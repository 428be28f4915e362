"""Proposes questions for passages that nobody asks about yet, for people to edit and review."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Length

from governance import clock
from governance.models import Account, Passage
from llm import clients
from llm.actions import questions
from llm.actions.questions import Asked
from llm.completion import Unanswered
from llm.errors import AskedAlready, ExpectedNotInForce
from llm.evaluation.asking import Progress, silent
from llm.evaluation.wording import by_model, by_rules, finder
from llm.models import EvaluationQuestion, ExpectedPassage, QuestionSet

RULES = "rules"
# Headings, captions and the like say nothing that one could ask for.
SHORTEST = 30


def draft_questions(
    *, question_set: int, by: int, count: int, progress: Progress = silent
) -> dict[str, Any]:
    """As a job. Raises `Unavailable` where the model is away; what was drafted until then stays."""
    mine, author = QuestionSet.objects.get(pk=question_set), Account.objects.get(pk=by)
    passages = unasked(mine, count, at=clock.now())
    made = 0
    for place, asked in enumerate(_drafts(passages), start=1):
        made += _written(mine, asked, author)
        progress(place, len(passages))
    return {"drafts": made}


def unasked(question_set: QuestionSet, count: int, *, at: datetime) -> list[Passage]:
    """Passages in force whose text no question of the set expects: of every source in turn, those
    that are asked about least first, and of sections not yet asked about before others.

    The same for the same set: chance is seeded by it.
    """
    asked = Counter(_expected(question_set).values_list("passage__version__source", flat=True))
    sections = set(_expected(question_set).values_list("passage__section", flat=True))
    by_source: dict[int, list[tuple[bool, int]]] = {}
    for pk, source, section in _free(question_set, at):
        by_source.setdefault(source, []).append((section in sections, pk))
    chance = random.Random(f"{question_set.pk}:{sum(asked.values())}")  # noqa: S311  (no secret)
    for rows in by_source.values():
        chance.shuffle(rows)
        rows.sort(key=lambda row: row[0])
    order = sorted(by_source, key=lambda source: (asked[source], source))
    chosen = list(_in_turn([by_source[source] for source in order], count))
    known = Passage.objects.select_related("section", "version__source").in_bulk(chosen)
    return [known[pk] for pk in chosen]


def _in_turn(queues: Sequence[list[tuple[bool, int]]], count: int) -> Iterator[int]:
    """One of each queue, then another of each, until there are so many."""
    places = range(max(map(len, queues), default=0))
    picked = (queue[place][1] for place in places for queue in queues if place < len(queue))
    for _number, pk in zip(range(count), picked, strict=False):
        yield pk


def _expected(question_set: QuestionSet) -> QuerySet[ExpectedPassage]:
    standing = EvaluationQuestion.objects.filter(question_set=question_set).standing()
    return ExpectedPassage.objects.filter(question__in=standing)


def _free(question_set: QuestionSet, at: datetime) -> list[tuple[int, int, int]]:
    same = _expected(question_set).filter(digest=OuterRef("digest"))
    rows = (
        Passage.objects.in_force(at)
        .annotate(length=Length("text"))
        .filter(~Exists(same), length__gte=SHORTEST)
    )
    return list(rows.order_by("pk").values_list("pk", "version__source", "section"))


def _drafts(passages: Sequence[Passage]) -> Iterator[Asked]:
    """Worded by the model where there is one and its words will do, otherwise by rules."""
    names = finder()
    completion = clients.completion() if settings.LLM_URL else None
    for passage in passages:
        language, text, drafted_by = passage.version.source.language, "", RULES
        if completion:
            try:
                text = by_model(completion, passage, language)
                drafted_by = completion.model[:100] if text else RULES
            except Unanswered:
                text = ""
        yield Asked(text or by_rules(passage, language, names), language, (passage.pk,), drafted_by)


def _written(question_set: QuestionSet, asked: Asked, by: Account) -> int:
    """What was asked already, or left force meanwhile, is passed over."""
    try:
        questions.write(question_set=question_set, asked=asked, by=by)
    except (AskedAlready, ExpectedNotInForce):
        return 0
    return 1
