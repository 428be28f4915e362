"""`retrieve/`: passages in force for a question, each with its citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance import clock, graph
from governance.actions import refusals
from governance.api.concepts import SubgraphAnswer
from governance.api.doors import Door, described
from governance.api.errors import number_of
from governance.api.permissions import programs
from governance.duties import Scope
from governance.errors import ScopeMissing
from governance.graph import Subgraph
from governance.models import Account, Client, Passage
from llm import as_of, usage
from llm.api.questions import QuestionBody, QuestionsBody, open_to, question_of
from llm.api.retrieved import (
    Beside,
    RetrievalAnswer,
    RetrievalsAnswer,
    shown_answer,
    shown_found,
)
from llm.around import Around, around
from llm.conflicts import conflicts
from llm.embedding import Unavailable
from llm.explaining import reasons_of
from llm.facts import facts_now, narrowed, passages_of
from llm.found import Found
from llm.projections.holdings import shown
from llm.retrieval import Answer, Question, retrieve_all
from llm.stores.port import StoreAway
from llm.stores.shards import InUse

TAG = "serving"


class StoresAway(APIException):
    status_code = 503
    default_code = "store_unreachable"
    default_detail = _("The vector store cannot be reached just now; ask again later.")


def _refuse(user: Account | Client, scope: Scope) -> NoReturn:
    why = ScopeMissing(scope=scope.value) if isinstance(user, Client) else None
    refusals.refuse(by=user, why=why)


class MayRetrieve(BasePermission):
    """Let in whom one of the two ways to ask is open to; the door asks which once it has read."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if isinstance(user, Account | Client) and not (
            _may_serve(user) or as_of.may_look_back(user)
        ):
            _refuse(user, Scope.RETRIEVE)
        return isinstance(user, Account | Client)


class RetrieveDoor(Door):
    permission_classes = [MayRetrieve]

    @described(
        "Passages in force for a question, each with its citation; with `as_of`, those of then",
        tag=TAG,
        takes=QuestionBody,
        gives=RetrievalAnswer,
        refuses=(400, 404, 409, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(QuestionBody)
        user = cast(Account | Client, request.user)
        if not (as_of.may_look_back(user) if "as_of" in sent else _may_serve(user)):
            _refuse(user, Scope.AUDIT if "as_of" in sent else Scope.RETRIEVE)
        if "as_of" in sent:
            return Response(_of_the_past(sent, user))
        return Response(_of_now([sent], request)[0])


class RetrieveManyDoor(Door):
    permission_classes = [programs(Scope.RETRIEVE)]

    @described(
        "Several questions in one call; each is answered and recorded by itself",
        tag=TAG,
        takes=QuestionsBody,
        gives=RetrievalsAnswer,
        refuses=(400, 404, 409, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(QuestionsBody)["questions"]
        return Response({"answers": _of_now(sent, request)})


def _may_serve(user: Account | Client) -> bool:
    return isinstance(user, Client) and user.opens(Scope.RETRIEVE)


def _of_now(sent: Sequence[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    """The encoder is asked once for all questions, and nothing is recorded where it is away."""
    questions = [question_of(each, cast(Client, request.user)) for each in sent]
    at = clock.now()
    with _away_is_no_empty_answer():
        answers = retrieve_all(questions, at=at)
    rows = zip(sent, questions, answers, strict=True)
    return [_one_of_now(*row, request=request, at=at) for row in rows]


def _one_of_now(
    sent: dict[str, Any], question: Question, answer: Answer, *, request: Request, at: datetime
) -> dict[str, Any]:
    client = cast(Client, request.user)
    if not sent["abstain"]:
        answer = replace(answer, abstained=False)
    beside = _beside(sent, question, answer.given, at=clock.now())
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
    told = _told(facts, then) if sent["expand"] else {}
    return shown_answer(answer, question, str(used.pk), passages) | told


def _beside(
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


def _told(facts: Subgraph, at: datetime) -> dict[str, Any]:
    context = {"at": at, "evidence": facts.evidence}
    return {"facts": SubgraphAnswer(facts, context=context).data}


def _of_the_past(sent: dict[str, Any], user: Account | Client) -> dict[str, Any]:
    """Nothing is written down as used: nobody is treated by what an auditor looks up."""
    at = sent["as_of"]
    question = question_of(sent, user)
    with _away_is_no_empty_answer():
        recalled = as_of.retrieve_as_of(question, at=at, now=clock.now())
    if not sent["abstain"]:
        recalled = replace(recalled, answer=replace(recalled.answer, abstained=False))
    beside = _beside(sent, question, recalled.answer.given, at=at)
    beside.due = recalled.review_due
    marked = [
        shown_found(found, question, beside)
        | {"as_of": shown(at), "in_force_now": found.passage.pk in recalled.in_force_now}
        for found in recalled.answer.given
    ]
    told = {"as_of": shown(at), "without_vector": recalled.without_vector}
    concepts = graph.recognised(sent["query"]) if sent["expand"] else []
    known = narrowed(graph.facts_about(concepts, at=at), open_to(user), concepts)
    facts = _told(known, at) if sent["expand"] else {}
    return shown_answer(recalled.answer, question, None, marked) | told | facts


@contextmanager
def _away_is_no_empty_answer() -> Iterator[None]:
    try:
        yield
    except (StoreAway, InUse) as error:
        raise StoresAway from error
    except Unavailable as error:
        raise StoresAway(
            gettext("The encoder cannot be reached just now."), "encoder_unreachable"
        ) from error
