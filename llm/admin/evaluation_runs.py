"""Runs of question sets, what each question was given, and two runs beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import Filter
from governance.admin.pages import account_of, refuse_without
from governance.admin.row_numbers import number_of_row
from governance.admin.standing import moment
from governance.duties import Deed
from governance.models import Account
from llm.admin.question_words import (
    FIGURES,
    address_of_set,
    hundredths,
    list_of_sets,
    tables_of,
)
from llm.admin.questions import BySet
from llm.evaluation import comparing
from llm.evaluation.comparing import Comparison
from llm.models import EvaluationRun

A_PAGE = 50
# Other runs that are offered to be compared with.
MOST_OTHERS = 20
CHANGES = {
    comparing.GAINED: ("good", _("gained")),
    comparing.LOST: ("bad", _("lost")),
    comparing.UP: ("info", _("higher")),
    comparing.DOWN: ("warn", _("lower")),
}


class ByOutcome(Filter):
    title = _("outcome")
    parameter_name = "outcome"
    words = (("whole", _("Carried out")), ("broken", _("Broken")))

    def narrow(self, rows: QuerySet[Any], word: str, account: Account) -> QuerySet[Any]:
        return rows.filter(broken="") if word == "whole" else rows.exclude(broken="")


@admin.register(EvaluationRun)
class EvaluationRunAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Evaluation runs")
    empty_sentence = _("No set of questions was asked yet.")
    detail_template = "llm/evaluation_run.html"
    list_display = ["number", "in_set", "when", "who", "over", "recall", "ndcg", "outcome"]
    list_filter = [BySet, ByOutcome]
    ordering = ["-pk"]
    list_select_related = ["question_set", "person"]

    @admin.display(description=_("Evaluation run"), ordering="pk")
    def number(self, run: EvaluationRun) -> str:
        return str(run.pk)

    @admin.display(description=_("Set"), ordering="question_set__name")
    def in_set(self, run: EvaluationRun) -> str:
        return run.question_set.name

    @admin.display(description=_("When"), ordering="begun_at")
    def when(self, run: EvaluationRun) -> str:
        return moment(run.begun_at)

    @admin.display(description=_("By"))
    def who(self, run: EvaluationRun) -> str:
        return str(run.person) if run.person else say("The server's shell")

    @admin.display(description=_("Asked of"))
    def over(self, run: EvaluationRun) -> str:
        return run.release or say("the truth at %(number)s") % {"number": run.truth}

    @admin.display(description=_("Recall at 10"))
    def recall(self, run: EvaluationRun) -> str:
        return _shown(run, "recall_10")

    @admin.display(description=_("nDCG at 10"))
    def ndcg(self, run: EvaluationRun) -> str:
        return _shown(run, "ndcg_10")

    @admin.display(description=_("Outcome"))
    def outcome(self, run: EvaluationRun) -> str:
        if run.broken:
            return badge("bad", say("Broken"))
        return badge("good", say("Carried out"))

    def detail(self, request: HttpRequest, subject: EvaluationRun) -> Mapping[str, Any]:
        results = subject.results.order_by("place")
        only_missed = request.GET.get("only") == "missed"
        shown = [each for each in results if _is_missed(each)] if only_missed else results
        page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
        others = EvaluationRun.objects.filter(question_set=subject.question_set, broken="")
        told = subject.figures or {}
        return {
            "title": say("Run %(number)s of “%(set)s”")
            % {"number": subject.pk, "set": subject.question_set.name},
            "crumbs": [
                (say("Question sets"), list_of_sets()),
                (subject.question_set.name, address_of_set(subject.question_set_id)),
            ],
            "run": subject,
            "who": self.who(subject),
            "over": self.over(subject),
            "tables": tables_of(subject) if told else [],
            "names": list(FIGURES.values()),
            "refusing": _refusing(told),
            "latency": told.get("latency"),
            "page": page,
            "only_missed": only_missed,
            "kept": "only=missed&" if only_missed else "",
            "missed": sum(map(_is_missed, results)),
            "others": others.exclude(pk=subject.pk).order_by("-pk")[:MOST_OTHERS],
        }


def compare_runs(request: HttpRequest) -> HttpResponse:
    """`before` and `after` are numbers of runs; without sound ones they are asked for."""
    refuse_without(Deed.READ, account_of(request))
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    asked = [number_of_row(request.GET.get(name, "")) for name in ("before", "after")]
    known = EvaluationRun.objects.filter(broken="").select_related("question_set")
    runs = [known.filter(pk=number).first() for number in asked]
    before, after = runs
    compared = comparing.compare(before, after) if before and after else None
    context = {
        **admin.site.each_context(request),
        "title": say("Two runs beside each other"),
        "crumbs": [(say("Question sets"), list_of_sets())],
        "before": before,
        "after": after,
        "compared": compared,
        "differences": _differences(compared) if compared else [],
        "changes": _changes(request, compared) if compared else None,
        "counts": _counts(compared) if compared else [],
        "runs": known.order_by("-pk")[:MOST_OTHERS],
        "kept": f"before={asked[0]}&after={asked[1]}&",
    }
    return TemplateResponse(request, "llm/compare_runs.html", context)


def _changes(request: HttpRequest, compared: Comparison) -> Any:
    told = [(each, badge(*CHANGES[each.kind])) for each in compared.changes]
    return Paginator(told, A_PAGE).get_page(request.GET.get("page"))


def _counts(compared: Comparison) -> list[tuple[str, int]]:
    return [(badge(*words), compared.count(kind)) for kind, words in CHANGES.items()]


def _differences(compared: Comparison) -> list[tuple[str, str, str, str, SafeString]]:
    """With what to make of each: chance alone may be at work where nothing lies within."""
    found = []
    for name, each in compared.differences.items():
        verdict = badge("plain", say("may be chance"))
        if each.value == each.low == each.high == 0:
            verdict = badge("plain", say("the same"))
        elif each.low > 0:
            verdict = badge("good", say("better"))
        elif each.high < 0:
            verdict = badge("bad", say("worse"))
        value, low, high = (hundredths(part) for part in (each.value, each.low, each.high))
        found.append((str(FIGURES[name]), value, low, high, verdict))
    return found


def _refusing(told: Mapping[str, Any]) -> dict[str, Any]:
    """What was refused, and what would be at each threshold, in hundredths."""
    refusing = told.get("refusing", {})
    curve = [
        (f"{at:.3f}", hundredths(without), hundredths(having))
        for at, without, having in refusing.get("curve", [])
    ]
    shares = {
        name: hundredths(refusing[name]["value"])
        for name in ("unanswerable_refused", "answerable_refused")
        if name in refusing
    }
    return {**shares, "separation": refusing.get("separation"), "curve": curve}


def _is_missed(result: Any) -> bool:
    """Not among the first ten though it ought to be, or answered though nothing does."""
    if not result.expected:
        return not result.refused
    return result.rank is None or result.rank > comparing.SEEN


def _shown(run: EvaluationRun, figure: str) -> str:
    told = (run.figures or {}).get("all", {}).get(figure)
    return hundredths(told["value"]) if told else "–"
