"""What `retrieve/` answers, and how what was found is put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from governance.api.concepts import SubgraphAnswer
from governance.models import Passage
from llm.around import Around
from llm.conflicts import Conflict
from llm.explaining import Reasons
from llm.found import Found
from llm.projections.holdings import citation_of, quoted
from llm.retrieval import Answer, Question

NOTICE_ID = "risk-notice-1"
RISK_NOTICE = _(
    "These passages are references for a qualified clinician and no substitute for judgement on"
    " the single patient. Check the cited source before acting on them."
)


class CitedIdentifier(serializers.Serializer[Any]):
    kind = serializers.CharField()
    value = serializers.CharField()


# `source` means something to a field of this library, so the names cannot stand in class bodies.
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


class CitedPassage(serializers.Serializer[Any]):
    """`text` is null where the licence lets the passage be cited but not quoted."""

    passage = serializers.IntegerField()
    text = serializers.CharField(allow_null=True)
    citation = CitationAnswer()


class AroundAnswer(serializers.Serializer[Any]):
    """What stands around a passage, in the order of the text and in force as the passage is.

    `table` is every part of the table that it is one part of, itself among them.
    """

    before = CitedPassage(many=True)
    after = CitedPassage(many=True)
    table = CitedPassage(many=True)


class ConflictAnswer(serializers.Serializer[Any]):
    """Another passage of this answer whose source says otherwise, and the sentence of each."""

    passage = serializers.IntegerField()
    says = serializers.CharField(allow_null=True)
    other_says = serializers.CharField(allow_null=True)


class ReasonsAnswer(serializers.Serializer[Any]):
    """Why a passage stands where it does: its places in the two lists, the terms of the question
    that stand in it with their weights, and the other names that were looked for and found.
    """

    rank_by_meaning = serializers.IntegerField(allow_null=True)
    rank_by_words = serializers.IntegerField(allow_null=True)
    terms = serializers.DictField(child=serializers.FloatField())
    names = serializers.ListField(child=serializers.CharField())


class RetrievedPassage(CitedPassage):
    """`score` is half how near the passage stands by meaning and half by words, from 0 to 1 within
    this answer; `similarity` is the cosine of meaning. `cross_language`: it is written in another
    language than the question.

    `alike` cites those that say the same and are given once; `conflicts` names passages of this
    answer that seem to say otherwise. `around` and `reasons` are there where they were asked for.
    `as_of` and `in_force_now` mark every passage of an answer of the past, and stand in no other.
    """

    score = serializers.FloatField(min_value=0, max_value=1)
    similarity = serializers.FloatField(allow_null=True)
    language = serializers.CharField()
    cross_language = serializers.BooleanField()
    alike = CitationAnswer(many=True)
    conflicts = ConflictAnswer(many=True)
    around = AroundAnswer(required=False)
    reasons = ReasonsAnswer(required=False)
    as_of = serializers.DateTimeField(required=False)
    in_force_now = serializers.BooleanField(required=False)


class NoticeAnswer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()


class RetrievalAnswer(serializers.Serializer[Any]):
    """`trail`: the number the store had reached; `truth`: the number at which the fence looked.
    `withheld`: how many hits a store offered and the truth refused.

    `confidence` is how likely it is, from 0 to 1, that one of the passages answers the question,
    and null where the encoder was never calibrated. `abstained`: it was too low, and no passage
    is given; ask with `abstain: false` to have them all the same.

    `release`: within which release was asked, by its name also where “current” was asked for.

    With `expand` the concepts that the query names are recognised in the graph, and `facts` tells
    what is in force of them, each with what carries it.

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
    confidence = serializers.FloatField(allow_null=True)
    abstained = serializers.BooleanField()
    passages = RetrievedPassage(many=True)
    as_of = serializers.DateTimeField(required=False)
    without_vector = serializers.IntegerField(required=False)
    facts = SubgraphAnswer(required=False)


class RetrievalsAnswer(serializers.Serializer[Any]):
    """An answer for each question, in their order."""

    answers = RetrievalAnswer(many=True)


class PassageByNumber(CitedPassage):
    """One passage in force, with what stands around it where that was asked for."""

    usage = serializers.UUIDField()
    trail = serializers.IntegerField()
    truth = serializers.IntegerField()
    notice = NoticeAnswer()
    language = serializers.CharField()
    around = AroundAnswer(required=False)


@dataclass
class Beside:
    """What is told of the passages of one answer beside themselves, by their numbers."""

    around: dict[int, Around] = field(default_factory=dict)
    reasons: dict[int, Reasons] = field(default_factory=dict)
    conflicts: Sequence[Conflict] = ()
    due: dict[int, date] = field(default_factory=dict)


def shown_answer(
    answer: Answer, question: Question, usage_id: str | None, passages: list[dict[str, Any]]
) -> dict[str, Any]:
    release = question.within.release if question.within else None
    return {
        "usage": usage_id,
        "trail": answer.trail,
        "truth": answer.truth,
        "release": release.name if release else None,
        "notice": notice(),
        "withheld": answer.withheld,
        "confidence": answer.confidence,
        "abstained": answer.abstained,
        "passages": passages,
    }


def notice() -> dict[str, str]:
    return {"id": NOTICE_ID, "text": str(RISK_NOTICE)}


def shown_found(found: Found, question: Question, beside: Beside) -> dict[str, Any]:
    passage = found.passage
    language = (passage.version.citation or {})["language"]
    told = {
        "score": found.score,
        "similarity": found.similarity,
        "language": language,
        "cross_language": language != question.written_in,
        "alike": [_citation(each, beside.due) for each in found.alike],
        "conflicts": [_conflict(each, passage) for each in beside.conflicts if passage in each],
    }
    if passage.pk in beside.reasons:
        told["reasons"] = vars(beside.reasons[passage.pk])
    return shown_passage(passage, beside) | told


def shown_passage(passage: Passage, beside: Beside) -> dict[str, Any]:
    around = beside.around.get(passage.pk)
    told = {
        "passage": passage.pk,
        "text": quoted(passage, passage.version),
        "citation": _citation(passage, beside.due),
    }
    if around is None:
        return told
    plain = Beside(due=beside.due)
    near = {name: [shown_passage(p, plain) for p in part] for name, part in vars(around).items()}
    return told | {"around": near}


def _citation(passage: Passage, dues: dict[int, date]) -> dict[str, Any]:
    """`dues`: by when each version was to be reviewed, where that is not what it says now."""
    due = dues.get(passage.version_id, passage.version.review_due)
    day = due.isoformat() if due else None
    return citation_of(passage, passage.version) | {"review_due": day}


def _conflict(conflict: Conflict, passage: Passage) -> dict[str, Any]:
    here, there = conflict.seen_from(passage)
    return {
        "passage": there.passage.pk,
        "says": here.sentence if quoted(here.passage, here.passage.version) else None,
        "other_says": there.sentence if quoted(there.passage, there.passage.version) else None,
    }
