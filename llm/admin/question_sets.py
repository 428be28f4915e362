"""Sets of questions: founding one, what a release must reach in it, having it asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from governance import clock
from governance.admin import forms as fields
from governance.admin.base import GovernedAdmin, badge
from governance.admin.pages import ActionPage, account_of
from governance.admin.standing import moment
from governance.duties import Deed
from governance.errors import AlreadyOrdered
from llm.actions import question_sets, runs
from llm.actions.question_sets import WHOLE, Least
from llm.actions.runs import MOST_DRAFTS
from llm.admin.question_pages import Write
from llm.admin.question_words import (
    FIGURES,
    STANDINGS,
    address_of_run,
    address_of_set,
    figures_in,
    list_of_questions,
    list_of_sets,
)
from llm.errors import NothingToAsk
from llm.evaluation.counting import COUNTED, STALE, Counts, counts_of
from llm.jobs import progress_of
from llm.models import (
    EvaluationQuestion,
    EvaluationRun,
    QuestionSet,
    Release,
    ReleaseStatus,
)
from llm.models.questions import LONGEST_NAME

MOST_RUNS = 20
MOST_RELEASES = 20


class SetForm(forms.Form):
    name = fields.line(_("Name"), longest=LONGEST_NAME)
    description = fields.paragraph(
        _("Description"), _("What these questions are to tell, and who asks so."), required=False
    )


class Found(ActionPage[None]):
    path = "add"
    deed = Deed.CURATE
    title = _("New question set")
    button = _("Found it")
    hint = _("Questions that are asked together, to see how well retrieval finds what it must.")
    done = _("The set is founded. Write its questions now, or import them.")
    form_class = SetForm

    def back(self) -> str:
        return list_of_sets()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Question sets"), list_of_sets())]

    def do(self, given: dict[str, Any]) -> str:
        return address_of_set(question_sets.found(**given, by=self.account).pk)


class SetPage(ActionPage[QuestionSet]):
    deed = Deed.CURATE

    def fits(self) -> bool:
        return self.subject.retired_at is None

    def is_next(self) -> bool:
        return False

    def back(self) -> str:
        return address_of_set(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Question sets"), list_of_sets()), (self.subject.name, self.back())]


class RunForm(forms.Form):
    release = fields.choice(
        _("Ask"), [], _("A release gives what it holds and is still in force."), required=False
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        newest = Release.objects.exclude(status=ReleaseStatus.WITHDRAWN).newest_first()
        offered = self.fields["release"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101  (made so above)
        names = [(each.name, each.name) for each in newest[:MOST_RELEASES]]
        offered.choices = [("", _("the truth as it is now")), *names]


class Run(SetPage):
    path = "run"
    title = _("Ask the set")
    button = _("Ask it now")
    hint = _("Asks every question that counts, and keeps what was found as a run.")
    done = _("It is ordered; this page shows how far it is.")
    form_class = RunForm
    action_refuses = True

    def obstacle(self) -> str:
        if not EvaluationQuestion.objects.filter(question_set=self.subject).counted(clock.now()):
            return str(NothingToAsk(name=self.subject.name))
        return str(AlreadyOrdered.sentence) if runs.waiting(self.subject) else ""

    def do(self, given: dict[str, Any]) -> str:
        runs.order(question_set=self.subject, by=self.account, release=given["release"])
        return self.back()


class DraftForm(forms.Form):
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_DRAFTS, initial=5)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["count"].widget.attrs["class"] = " ".join(INPUT_CLASSES)


class Draft(SetPage):
    path = "draft"
    title = _("Have questions proposed")
    button = _("Propose questions")
    press = _("Propose them")
    hint = _("Drafts questions for passages that nobody asks about yet. Each has to be edited.")
    done = _("It is ordered; the drafts appear among the questions of the set.")
    form_class = DraftForm
    action_refuses = True

    def sentences(self) -> Sequence[str]:
        by_model = say("The hospital's language model words them.")
        by_rules = say("No language model is set up, so they are worded by rules, and badly.")
        return [str(self.hint), by_model if settings.LLM_URL else by_rules]

    def do(self, given: dict[str, Any]) -> str:
        runs.order_drafts(question_set=self.subject, count=given["count"], by=self.account)
        return list_of_questions(self.subject.pk, "draft")


class Describe(SetPage):
    path = "describe"
    title = _("Rename or describe the set")
    button = _("Describe")
    press = _("Keep it like this")
    hint = _("Changes its name and what is said of it.")
    done = _("Kept.")
    form_class = SetForm

    def initial(self) -> dict[str, Any]:
        return {"name": self.subject.name, "description": self.subject.description}

    def do(self, given: dict[str, Any]) -> str:
        question_sets.describe(question_set=self.subject, **given, by=self.account)
        return self.back()


def _share(label: fields.Words) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": " ".join(INPUT_CLASSES)})
    return forms.IntegerField(label=label, min_value=0, max_value=WHOLE, widget=widget)


class LeastForm(fields.ReasonForm):
    is_gate = fields.tick(
        _("A release waits for it"),
        _("It is published only if it reaches the figures below and is no worse than the last."),
    )
    least_recall = _share(_("Least recall at 10, in hundredths"))
    least_ndcg = _share(_("Least nDCG at 10, in hundredths"))
    least_abstention = _share(_("Least abstention, in hundredths"))
    field_order = ["is_gate", "least_recall", "least_ndcg", "least_abstention", "reason"]


class SetLeast(SetPage):
    path = "least"
    deed = Deed.REVIEW
    title = _("What a release must reach")
    button = _("Set what a release must reach")
    press = _("Set it")
    hint = _("Says whether a release waits for this set, and what it must reach; 0 asks nothing.")
    done = _("Set.")
    form_class = LeastForm

    def initial(self) -> dict[str, Any]:
        names = ("is_gate", "least_recall", "least_ndcg", "least_abstention")
        return {name: getattr(self.subject, name) for name in names}

    def do(self, given: dict[str, Any]) -> str:
        reason = given.pop("reason")
        least = Least(**given)
        question_sets.set_least(
            question_set=self.subject, least=least, reason=reason, by=self.account
        )
        return self.back()


class RetireSet(SetPage):
    path = "retire"
    deed = Deed.REVIEW
    title = _("Retire the set")
    button = _("Retire")
    hint = _("It is asked no more, and no release waits for it. Its runs stay.")
    done = _("Retired.")
    dangerous = True

    def do(self, given: dict[str, Any]) -> str:
        question_sets.retire(question_set=self.subject, reason=given["reason"], by=self.account)
        return self.back()


@admin.register(QuestionSet)
class QuestionSetAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Question sets")
    empty_sentence = _("No set of questions was founded yet.")
    add_page = Found
    pages = (Write, Run, Draft, SetLeast, Describe, RetireSet)
    detail_template = "llm/question_set.html"
    list_display = ["named", "standing", "counted", "stale", "newest"]
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["retired_at", "name"]

    def complete(self, rows: list[Any]) -> None:
        counts = counts_of([row.pk for row in rows], at=clock.now())
        for row in rows:
            row.counts = counts[row.pk]
            row.newest_run = _newest(row)

    @admin.display(description=_("Set"), ordering="name")
    def named(self, question_set: QuestionSet) -> str:
        return question_set.name

    @admin.display(description=_("Standing"))
    def standing(self, question_set: QuestionSet) -> str:
        if question_set.retired_at:
            return badge("plain", say("Retired"))
        if question_set.is_gate:
            return badge("info", say("Releases wait for it"))
        return badge("plain", say("Asked when wanted"))

    @admin.display(description=_("Counted"))
    def counted(self, question_set: Any) -> str:
        return str(question_set.counts.by_standing.get(COUNTED, 0))

    @admin.display(description=_("Stale"))
    def stale(self, question_set: Any) -> str:
        return str(question_set.counts.by_standing.get(STALE, 0))

    @admin.display(description=_("Recall at 10, last run"))
    def newest(self, question_set: Any) -> str:
        run = question_set.newest_run
        told = run.figures["all"].get("recall_10") if run else None
        return f"{told['value'] * 100:.1f} %" if told else "–"

    def detail(self, request: HttpRequest, subject: QuestionSet) -> Mapping[str, Any]:
        counts, run = counts_of([subject.pk], at=clock.now())[subject.pk], _newest(subject)
        kept = EvaluationRun.objects.filter(question_set=subject).select_related("person")
        return {
            "title": subject.name,
            "crumbs": [(self.list_title, list_of_sets())],
            "set": subject,
            "may_import": subject.retired_at is None and account_of(request).may(Deed.CURATE),
            "standing": self.standing(subject),
            "counts": _counted(subject, counts),
            "mix": list(counts.mix.items()),
            "least": _least(subject),
            "newest": run,
            "figures": figures_in(run.figures["all"]) if run and run.figures else [],
            "jobs": [(job, progress_of(job)) for job in runs.waiting(subject)],
            "runs": [
                (each, address_of_run(each.pk), moment(each.begun_at), _recall(each))
                for each in kept.order_by("-pk")[:MOST_RUNS]
            ],
        }


def _newest(question_set: QuestionSet) -> EvaluationRun | None:
    rows = EvaluationRun.objects.filter(question_set=question_set, broken="")
    return rows.order_by("-pk").first()


def _counted(question_set: QuestionSet, counts: Counts) -> list[tuple[str, int, str]]:
    return [
        (str(label), counts.by_standing.get(word, 0), list_of_questions(question_set.pk, word))
        for word, label in STANDINGS
    ]


def _least(question_set: QuestionSet) -> list[tuple[str, int]]:
    told = {
        "recall_10": question_set.least_recall,
        "ndcg_10": question_set.least_ndcg,
        "abstention": question_set.least_abstention,
    }
    return [(str(FIGURES[name]), least) for name, least in told.items() if least]


def _recall(run: EvaluationRun) -> str:
    told = (run.figures or {}).get("all", {}).get("recall_10")
    return f"{told['value'] * 100:.1f}" if told else "–"
