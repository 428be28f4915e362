"""`retrieve/`: passages in force for a question, each with its citation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from governance import clock
from governance.api.bodies import LARGEST_NUMBER, Body, Prose
from governance.api.doors import Door, described
from governance.api.permissions import programs
from governance.classes import SourceClass
from governance.duties import Scope
from governance.models import Client, Language
from llm import usage
from llm.embedding import Unavailable
from llm.projections.holdings import citation_of, quoted
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


class QuestionBody(Body):
    query = Prose(max_length=LONGEST_QUERY)
    top_k = Count(min_value=1, max_value=MOST_PASSAGES, default=10)
    filters = Filters(required=False)


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
    fused reciprocal-rank sum over its possible maximum, `similarity` the cosine of meaning."""

    passage = serializers.IntegerField()
    text = serializers.CharField(allow_null=True)
    score = serializers.FloatField(min_value=0, max_value=1)
    similarity = serializers.FloatField(allow_null=True)
    citation = CitationAnswer()


class NoticeAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()


class RetrievalAnswer(serializers.Serializer[Any]):
    """`trail`: the number the store had reached; `truth`: the number at which the fence looked.
    `withheld`: how many hits a store offered and the truth refused."""

    usage = serializers.UUIDField()
    trail = serializers.IntegerField()
    truth = serializers.IntegerField()
    release = serializers.CharField(allow_null=True)
    notice = NoticeAnswer()
    withheld = serializers.IntegerField()
    passages = RetrievedPassage(many=True)


class RetrieveDoor(Door):
    permission_classes = [programs(Scope.RETRIEVE)]

    @described(
        "Passages in force for a question, each with its citation",
        tag=TAG,
        takes=QuestionBody,
        gives=RetrievalAnswer,
        refuses=(400, 503),
    )
    def post(self, request: Request) -> Response:
        sent = self.sent(QuestionBody)
        filters = sent.get("filters") or {}
        question = Question(
            sent["query"],
            sent["top_k"],
            tuple(filters.get("source_class", ())),
            filters.get("language"),
            tuple(filters.get("source", ())),
        )
        at = clock.now()
        answer = _answered(question, at)
        used = usage.record(question, answer, client=cast(Client, request.user), at=at)
        return Response(_shown(answer, str(used.pk)))


def _answered(question: Question, at: datetime) -> Answer:
    """A store or an encoder that is away is no empty answer."""
    try:
        return retrieve(question, at=at)
    except (StoreAway, InUse) as error:
        raise StoresAway from error
    except Unavailable as error:
        raise StoresAway(
            gettext("The encoder cannot be reached just now."), "encoder_unreachable"
        ) from error


def _shown(answer: Answer, usage_id: str) -> dict[str, Any]:
    return {
        "usage": usage_id,
        "trail": answer.trail,
        "truth": answer.truth,
        "release": None,
        "notice": {"id": NOTICE_ID, "text": str(RISK_NOTICE)},
        "withheld": answer.withheld,
        "passages": [_passage(found) for found in answer.found],
    }


def _passage(found: Found) -> dict[str, Any]:
    passage, version = found.passage, found.passage.version
    due = version.review_due
    return {
        "passage": passage.pk,
        "text": quoted(passage, version),
        "score": found.score,
        "similarity": found.similarity,
        "citation": citation_of(passage, version)
        | {"review_due": due.isoformat() if due else None},
    }
