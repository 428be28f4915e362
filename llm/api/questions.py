"""What `retrieve/` is asked, taken strictly."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException

from governance import clock
from governance.actions import refusals
from governance.api.bodies import Body, Line, Prose
from governance.api.permissions import open_to
from governance.calling_errors import ClassNotOpen
from governance.classes import SourceClass
from governance.errors import Malformed
from governance.models import Account, Client, Language
from llm import as_of
from llm.around import MOST_NEIGHBOURS
from llm.fusing import MOST
from llm.models.releases import LONGEST_NAME
from llm.releases import held
from llm.releases.held import Held
from llm.retrieval import Question

LONGEST_QUERY = 4000
MOST_SOURCES = 500
# What is written down as used is canonical JSON, which holds no larger number (RFC 8785).
LARGEST_SOURCE = 2**53 - 1
MOST_QUESTIONS = 20


class NoSuchRelease(APIException):
    status_code = 404
    default_code = "no_such_release"
    default_detail = _("There is no release of this name, or none that is the current one.")


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
            child=Count(min_value=1, max_value=LARGEST_SOURCE),
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


class ShownBody(Body):
    """What is to be shown of each passage, beside its text and its citation."""

    neighbours = Count(
        min_value=0,
        max_value=MOST_NEIGHBOURS,
        default=0,
        help_text=_("How many passages of the same version to give before and behind each."),
    )
    whole_table = Flag(
        default=False, help_text=_("Give the whole table that a passage is a part of.")
    )


class AskedBody(ShownBody):
    """One question. With `abstain`, nothing is given where nothing seems to answer it."""

    query = Prose(max_length=LONGEST_QUERY)
    top_k = Count(min_value=1, max_value=MOST, default=10)
    filters = Filters(required=False)
    release = Line(max_length=LONGEST_NAME, required=False)
    expand = Flag(default=False)
    explain = Flag(default=False)
    abstain = Flag(default=True)


class QuestionBody(AskedBody):
    as_of = Instant(required=False)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """A release narrows what is in force now; the past had its own."""
        if "release" in sent and "as_of" in sent:
            problem = _("Give a release or an instant of the past, not both.")
            raise serializers.ValidationError({"release": [problem]})
        return sent


def question_of(sent: dict[str, Any], user: Account | Client) -> Question:
    """Narrowed to what the key opens. Refused where it names what the key does not."""
    filters = sent.get("filters") or {}
    asked = tuple(filters.get("source_class", ()))
    if isinstance(user, Client) and (closed := user.not_open(asked)):
        refusals.refuse(by=user, why=ClassNotOpen(classes=", ".join(closed)))
    return Question(
        sent["query"],
        sent["top_k"],
        asked or open_to(user),
        filters.get("language"),
        tuple(filters.get("source", ())),
        _within(sent.get("release")),
    )


def _within(name: str | None) -> Held | None:
    """What of the release is asked for. Refused where programs may not ask within it."""
    if name is None:
        return None
    release = held.named(name)
    if release is None:
        raise NoSuchRelease
    held.refuse_unpublished(release)
    return held.held_by(release)


class QuestionsBody(Body):
    questions = AskedBody(many=True)

    def validate_questions(self, questions: list[Any]) -> list[Any]:
        if not 1 <= len(questions) <= MOST_QUESTIONS:
            problem = _("Ask 1 to %(most)s questions at once.") % {"most": MOST_QUESTIONS}
            raise serializers.ValidationError(problem)
        return questions
