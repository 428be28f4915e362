"""`retrieve/`: passages in force for a question, each with its citation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance import clock, graph
from governance.actions import refusals
from governance.api.doors import Door, described
from governance.api.permissions import open_to, programs
from governance.duties import Scope
from governance.errors import ScopeMissing
from governance.graph import narrowed
from governance.models import Account, Client
from llm import as_of
from llm.api import asking
from llm.api.questions import QuestionBody, QuestionsBody, question_of
from llm.api.retrieved import RetrievalAnswer, RetrievalsAnswer, shown_answer, shown_found
from llm.projections.holdings import shown

TAG = "serving"


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
        return Response(asking.of_now([sent], request)[0])


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
        return Response({"answers": asking.of_now(sent, request)})


def _may_serve(user: Account | Client) -> bool:
    return isinstance(user, Client) and user.opens(Scope.RETRIEVE)


def _of_the_past(sent: dict[str, Any], user: Account | Client) -> dict[str, Any]:
    """Nothing is written down as used: nobody is treated by what an auditor looks up."""
    at = sent["as_of"]
    question = question_of(sent, user)
    with asking.away_is_no_empty_answer():
        recalled = as_of.retrieve_as_of(question, at=at, now=clock.now())
    if not sent["abstain"]:
        recalled = replace(recalled, answer=replace(recalled.answer, abstained=False))
    beside = asking.beside_of(sent, question, recalled.answer.given, at=at)
    beside.due = recalled.review_due
    marked = [
        shown_found(found, question, beside)
        | {"as_of": shown(at), "in_force_now": found.passage.pk in recalled.in_force_now}
        for found in recalled.answer.given
    ]
    told = {"as_of": shown(at), "without_vector": recalled.without_vector}
    concepts = graph.recognised(sent["query"]) if sent["expand"] else []
    known = narrowed(graph.facts_about(concepts, at=at), open_to(user), concepts)
    facts = asking.told_facts(known, at) if sent["expand"] else {}
    return shown_answer(recalled.answer, question, None, marked) | told | facts
