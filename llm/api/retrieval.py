"""`retrieve/`: passages in force for a question, each with its citation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, NoReturn, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance import clock, graph
from governance.actions import refusals
from governance.api.bodies import LARGEST_NUMBER, Body, Prose
from governance.api.concepts import SubgraphAnswer
from governance.api.doors import Door, described
from governance.classes import SourceClass
from governance.duties import Scope
from governance.errors import Malformed, ScopeMissing
from governance.graph import Subgraph
from governance.models import Account, Client, Language
from llm import as_of, usage
from llm.embedding import Unavailable
from llm.facts import facts_now, passages_of, widened
from llm.projections.holdings import citation_of, quoted, shown
from llm.retrieval import Answer, Found, Question, retrieve
from llm.stores.port import StoreAway
from llm.stores.shards import InUse

TAG = "serving"
LONGEST_QUERY = 4000
MOST_PASSAGES = 50
MOST_SOURCES = 500
NOTICE_ID = "risk-notice-1"
RISK_NOTICE = _(
    "These passages are references for a qualified clinician and no substitute for judgement on"
    " the single patient. Check the cited source before acting on them."
)


class StoresAway(APIException):
    status_code = 503
    default_code = "store_unreachable"
    default_detail = _("The vector store cannot be reached just now; ask again later.")


class Count(serializers.IntegerField):
    """A whole number, and nothing that could be taken for one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data


# `source` means something to a field of this library, so the names cannot stand in class bodies.
Filters = type(
    "Filters",
    (Body,),
    {
        "source_class": serializers.ListField(
            child=serializers.ChoiceField(SourceClass.choices), required=False, max_length=20
        ),
        "language": serializers.ChoiceField(Language.choices, required=False, allow_null=True),
        "source": serializers.ListField(
            child=Count(min_value=1, max_value=LARGEST_NUMBER),
            required=False,
            max_length=MOST_SOURCES,
        ),
    },
)


class Instant(serializers.CharField):
    """An instant with its offset, or a day, which means its end; it must be past."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is serializers.empty:
            raise serializers.SkipField
        try:
            return as_of.instant(data, now=clock.now())
        except Malformed as refusal:
            raise serializers.ValidationError(str(refusal.facts["problem"])) from refusal


class Flag(serializers.BooleanField):
    """True or false, and nothing that could be taken for one."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class QuestionBody(Body):
    query = Prose(max_length=LONGEST_QUERY)
    top_k = Count(min_value=1, max_value=MOST_PASSAGES, default=10)
    filters = Filters(required=False)
    as_of = Instant(required=False)
    expand = Flag(default=False)


class CitedIdentifier(serializers.Serializer[Any]):
    kind = serializers.CharField()
    value = serializers.CharField()


CitationAnswer = type(
    "CitationAnswer",
    (serializers.Serializer,),
    {
        "__doc__": "`page` is null where the format has none; `section` is the headings from the"
        " top down. `digest` is the SHA-256 of the passage's text; `url` is relative.",
        "source": serializers.IntegerField(),
        "title": serializers.CharField(),
        "source_class": serializers.CharField(),
        "authority": serializers.IntegerField(),
        "issuer": serializers.CharField(),
        "identifiers": CitedIdentifier(many=True),
        "version": serializers.IntegerField(),
        "label": serializers.CharField(),
        "published_on": serializers.CharField(),
        "page": serializers.IntegerField(allow_null=True),
        "section": serializers.ListField(child=serializers.CharField()),
        "digest": serializers.CharField(),
        "approved_at": serializers.DateTimeField(),
        "review_due": serializers.DateField(),
        "url": serializers.CharField(),
    },
)


class RetrievedPassage(serializers.Serializer[Any]):
    """`text` is null where the licence lets the passage be cited but not quoted. `score` is the
    fused reciprocal-rank sum over its possible maximum, `similarity` the cosine of meaning.
    `as_of` and `in_force_now` mark every passage of an answer of the past, and stand in no other.
    """

    passage = serializers.IntegerField()
    text = serializers.CharField(allow_null=True)
    score = serializers.FloatField(min_value=0, max_value=1)
    similarity = serializers.FloatField(allow_null=True)
    citation = CitationAnswer()
    as_of = serializers.DateTimeField(required=False)
    in_force_now = serializers.BooleanField(required=False)


class NoticeAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()


class RetrievalAnswer(serializers.Serializer[Any]):
    """`trail`: the number the store had reached; `truth`: the number at which the fence looked.
    `withheld`: how many hits a store offered and the truth refused.

    With `expand` the concepts that the query names are recognised, their other names are looked
    for as words, and `facts` tells what is in force of them, each with what carries it.

    An answer of the past (`as_of`) comes from the truth alone, so both numbers are the one that
    the trail had then; it is no use of knowledge, so `usage` is null. `without_vector` says how
    many passages in force then could not be compared by meaning.
    """

    usage = serializers.UUIDField(allow_null=True)
    trail = serializers.IntegerField()
    truth = serializers.IntegerField()
    release = serializers.CharField(allow_null=True)
    notice = NoticeAnswer()
    withheld = serializers.IntegerField()
    passages = RetrievedPassage(many=True)
    as_of = serializers.DateTimeField(required=False)
    without_vector = serializers.IntegerField(required=False)
    facts = SubgraphAnswer(required=False)


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
        refuses=(400, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(QuestionBody)
        user = cast(Account | Client, request.user)
        if not (as_of.may_look_back(user) if "as_of" in sent else _may_serve(user)):
            _refuse(user, Scope.AUDIT if "as_of" in sent else Scope.RETRIEVE)
        if "as_of" in sent:
            return Response(_of_the_past(_question(sent), sent["as_of"], expand=sent["expand"]))
        return Response(_of_now(_question(sent), cast(Client, user), expand=sent["expand"]))


def _may_serve(user: Account | Client) -> bool:
    return isinstance(user, Client) and user.opens(Scope.RETRIEVE)


def _question(sent: dict[str, Any]) -> Question:
    filters = sent.get("filters") or {}
    return Question(
        sent["query"],
        sent["top_k"],
        tuple(filters.get("source_class", ())),
        filters.get("language"),
        tuple(filters.get("source", ())),
    )


def _of_now(question: Question, client: Client, *, expand: bool) -> dict[str, Any]:
    at = clock.now()
    concepts = graph.recognised(question.query) if expand else []
    with _away_is_no_empty_answer():
        answer = retrieve(widened(question, concepts), at=at)
    passages = [_passage(found, found.passage.version.review_due) for found in answer.found]
    # Behind the search, which may have taken its time: what left meanwhile carries nothing.
    facts, then = facts_now(concepts)
    carrying = passages_of(facts)
    used = usage.record(question, answer, client=client, at=at, carrying=carrying)
    told = _told(facts, then) if expand else {}
    return _shown(answer, str(used.pk), passages) | told


def _told(facts: Subgraph, at: datetime) -> dict[str, Any]:
    context = {"at": at, "evidence": facts.evidence}
    return {"facts": SubgraphAnswer(facts, context=context).data}


def _of_the_past(question: Question, at: datetime, *, expand: bool) -> dict[str, Any]:
    """Nothing is written down as used: nobody is treated by what an auditor looks up."""
    concepts = graph.recognised(question.query) if expand else []
    question = widened(question, concepts)
    with _away_is_no_empty_answer():
        recalled = as_of.retrieve_as_of(question, at=at, now=clock.now())
    marked = [_marked(found, recalled) for found in recalled.answer.found]
    told = {"as_of": shown(at), "without_vector": recalled.without_vector}
    facts = _told(graph.facts_about(concepts, at=at), at) if expand else {}
    return _shown(recalled.answer, None, marked) | told | facts


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


def _shown(answer: Answer, usage_id: str | None, passages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "usage": usage_id,
        "trail": answer.trail,
        "truth": answer.truth,
        "release": None,
        "notice": {"id": NOTICE_ID, "text": str(RISK_NOTICE)},
        "withheld": answer.withheld,
        "passages": passages,
    }


def _marked(found: Found, recalled: as_of.Recollection) -> dict[str, Any]:
    shown_then = _passage(found, recalled.review_due.get(found.passage.version_id))
    now = found.passage.pk in recalled.in_force_now
    return shown_then | {"as_of": shown(recalled.at), "in_force_now": now}


def _passage(found: Found, due: date | None) -> dict[str, Any]:
    passage, version = found.passage, found.passage.version
    return {
        "passage": passage.pk,
        "text": quoted(passage, version),
        "score": found.score,
        "similarity": found.similarity,
        "citation": citation_of(passage, version)
        | {"review_due": due.isoformat() if due else None},
    }
