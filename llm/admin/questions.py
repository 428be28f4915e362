"""The questions of all sets: what is asked, what ought to be found, and how each stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.base import GovernedAdmin
from governance.admin.filters import Filter, of_column
from governance.admin.standing import moment
from governance.duties import Deed
from governance.models import Account, Language
from llm.admin.question_pages import Edit, Retire, Review, expected_of
from llm.admin.question_words import (
    STANDINGS,
    address_of_run,
    address_of_set,
    list_of_sets,
    stale_among,
    standing_badge,
)
from llm.evaluation.counting import COUNTED, DRAFT, RETIRED, STALE, UNREVIEWED, standing_of
from llm.models import EvaluationQuestion, EvaluationResult, QuestionKind, QuestionSet

# Earlier runs that are told of on the page of a question.
MOST_RESULTS = 10


class BySet(Filter):
    title = _("set")
    parameter_name = "set"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(str(each.pk), each.name) for each in QuestionSet.objects.order_by("name")]

    def narrow(self, rows: QuerySet[Any], word: str, account: Account) -> QuerySet[Any]:
        return rows.filter(question_set=int(word))


class ByStanding(Filter):
    title = _("standing")
    parameter_name = "standing"
    words = STANDINGS

    def narrow(self, rows: Any, word: str, account: Account) -> QuerySet[Any]:
        at = clock.now()
        narrowed: dict[str, Any] = {
            COUNTED: lambda: rows.counted(at),
            STALE: lambda: rows.stale(at),
            DRAFT: lambda: rows.standing().filter(is_draft=True),
            UNREVIEWED: lambda: rows.standing().filter(is_draft=False, reviewed_at=None),
            RETIRED: lambda: rows.exclude(retired_at=None),
        }
        found: QuerySet[Any] = narrowed[word]()
        return found


@admin.register(EvaluationQuestion)
class EvaluationQuestionAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Questions")
    empty_sentence = _("No question fits.")
    pages = (Edit, Review, Retire)
    detail_template = "llm/question.html"
    list_display = ["asked", "spoken", "kind_of", "standing", "in_set", "writer", "written"]
    list_filter = [
        BySet,
        ByStanding,
        of_column("kind", _("kind"), QuestionKind.choices, "kind"),
        of_column("language", _("language"), Language.choices, "language"),
    ]
    search_fields = ["text"]
    search_help_text = _("Words of the question")
    ordering = ["-pk"]
    list_select_related = ["question_set", "author"]

    def complete(self, rows: list[Any]) -> None:
        stale = stale_among([row.pk for row in rows], clock.now())
        for row in rows:
            row.stands = standing_of(row, stale)

    @admin.display(description=_("Question"), ordering="text")
    def asked(self, question: EvaluationQuestion) -> str:
        return question.text

    @admin.display(description=_("Language"), ordering="language")
    def spoken(self, question: EvaluationQuestion) -> str:
        return str(question.get_language_display())

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_of(self, question: EvaluationQuestion) -> str:
        return str(question.get_kind_display())

    @admin.display(description=_("Standing"))
    def standing(self, question: Any) -> str:
        return standing_badge(question.stands)

    @admin.display(description=_("Set"), ordering="question_set__name")
    def in_set(self, question: EvaluationQuestion) -> str:
        return question.question_set.name

    @admin.display(description=_("Written by"), ordering="author__display_name")
    def writer(self, question: EvaluationQuestion) -> str:
        return str(question.author)

    @admin.display(description=_("Written"), ordering="written_at")
    def written(self, question: EvaluationQuestion) -> str:
        return moment(question.written_at)

    def detail(self, request: HttpRequest, subject: EvaluationQuestion) -> Mapping[str, Any]:
        stale = stale_among([subject.pk], clock.now())
        results = EvaluationResult.objects.filter(question=subject).select_related("run")
        return {
            "title": subject.text,
            "crumbs": [
                (say("Question sets"), list_of_sets()),
                (subject.question_set.name, address_of_set(subject.question_set_id)),
            ],
            "question": subject,
            "standing": standing_badge(standing_of(subject, stale)),
            "expected": expected_of(subject),
            "results": [
                (each, address_of_run(each.run_id), moment(each.run.begun_at))
                for each in results.order_by("-run")[:MOST_RESULTS]
            ],
        }
