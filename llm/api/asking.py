"""The one way to ask what is in force: whatever dialect a program speaks, its questions come here.

So fence, classes of the key, use and abstention hold for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from governance import clock, graph
from governance.api.concepts import SubgraphAnswer
from governance.api.errors import number_of
from governance.api.permissions import open_to
from governance.graph import Subgraph, narrowed
from governance.models import Client, Passage
from llm import usage
from llm.api.questions import question_of
from llm.api.retrieved import Beside, shown_answer, shown_found
from llm.around import Around, around
from llm.conflicts import conflicts
from llm.embedding import Unavailable
from llm.explaining import reasons_of
from llm.facts import facts_now, passages_of
from llm.found import Found
from llm.retrieval import Answer, Question, retrieve_all
from llm.stores.port import StoreAway
from llm.stores.shards import InUse


class StoresAway(APIException):
    status_code = 503
    default_code = "store_unreachable"
    default_detail = _("The vector store cannot be reached just now; ask again later.")


def of_now(
    sent: Sequence[dict[str, Any]], request: Request, *, least: float = 0.0
) -> list[dict[str, Any]]:
    """An answer for each question of this program, in their order, each written down as used.

    The encoder is asked once for all questions, and nothing is recorded where it is away. What
    scores below `least` is not given.
    """
    questions = [question_of(each, cast(Client, request.user)) for each in sent]
    at = clock.now()
    with away_is_no_empty_answer():
        answers = [_from(least, each) for each in retrieve_all(questions, at=at)]
    rows = zip(sent, questions, answers, strict=True)
    return [_one_of_now(*row, request=request, at=at) for row in rows]


def _from(least: float, answer: Answer) -> Answer:
    return replace(answer, found=[each for each in answer.found if each.score >= least])


def _one_of_now(
    sent: dict[str, Any], question: Question, answer: Answer, *, request: Request, at: datetime
) -> dict[str, Any]:
    client = cast(Client, request.user)
    if not sent["abstain"]:
        answer = replace(answer, abstained=False)
    beside = beside_of(sent, question, answer.given, at=clock.now())
    concepts = graph.recognised(question.query) if sent["expand"] else []
    # Behind the search, which may have taken its time: what left meanwhile carries nothing.
    facts, then = facts_now(concepts, question.within)
    facts = narrowed(facts, open_to(client), concepts)
    used = usage.record(
        question,
        answer,
        client=client,
        at=answer.at or at,
        carrying=[*passages_of(facts), *_shown_beside(answer.given, beside)],
        request_id=number_of(request),
    )
    passages = [shown_found(found, question, beside) for found in answer.given]
    told = told_facts(facts, then) if sent["expand"] else {}
    return shown_answer(answer, question, str(used.pk), passages) | told


def beside_of(
    sent: dict[str, Any], question: Question, found: Sequence[Found], *, at: datetime
) -> Beside:
    passages = [each.passage for each in found]
    near = sent["neighbours"], sent["whole_table"]
    return Beside(
        _around(question, passages, near, at=at) if any(near) else {},
        reasons_of(found, question, at=at) if sent["explain"] else {},
        conflicts(passages),
    )


def _around(
    question: Question, passages: Sequence[Passage], near: tuple[int, bool], *, at: datetime
) -> dict[int, Around]:
    found = around(passages, at=at, neighbours=near[0], whole_table=near[1])
    within = question.within
    return {n: each.only(within.holds) for n, each in found.items()} if within else found


def _shown_beside(found: Sequence[Found], beside: Beside) -> list[Passage]:
    """What an answer cites or shows beyond what it found."""
    near = [passage for each in beside.around.values() for passage in each.everything()]
    return [*near, *(passage for each in found for passage in each.alike)]


def told_facts(facts: Subgraph, at: datetime) -> dict[str, Any]:
    context = {"at": at, "evidence": facts.evidence}
    return {"facts": SubgraphAnswer(facts, context=context).data}


@contextmanager
def away_is_no_empty_answer() -> Iterator[None]:
    try:
        yield
    except (StoreAway, InUse) as error:
        raise StoresAway from error
    except Unavailable as error:
        raise StoresAway(
            gettext("The encoder cannot be reached just now."), "encoder_unreachable"
        ) from error
