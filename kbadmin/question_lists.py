"""Bringing in a list of questions: sent, checked row by row, written all or none if asked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, originals
from governance.admin import addresses
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.duties import Deed
from governance.errors import TooLarge
from governance.models import Account
from ingest.bringing.doors import for_curators, session_words
from ingest.bringing.list_words import flaw_sentence, refusal_sentence
from ingest.bringing.lists import MOST_MEGABYTES, FileForm, read_sent
from ingest.listing.table import NotAList, Row
from ingest.question_lists.apart import COLUMNS, MOST_ROWS, read_questions
from llm.actions import questions
from llm.evaluation.importing import Checked, Finding, checked
from llm.models import EvaluationQuestion, QuestionSet

MOST_SHOWN = 200
MOST_NUMBER = 2**63 - 1


class ListForm(FileForm):
    at_once = fields.tick(
        _("If nothing is wrong, write the questions"),
        _("Without this the list is only checked."),
    )


class Upload(ActionPage[QuestionSet]):
    path = "import"
    deed = Deed.CURATE
    title = _("Import questions")
    button = _("Check the list")
    hint = _("Reads questions with what ought to be found, and says for each row what is wrong.")
    done = _("All of it is written. It counts once a second person has reviewed it.")
    form_class = ListForm
    template = "kbadmin/question_list.html"
    run: Checked | None = None

    def fits(self) -> bool:
        return self.subject.retired_at is None

    def back(self) -> str:
        return reverse("admin:llm_questionset_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        sets = reverse("admin:llm_questionset_changelist")
        return [(say("Question sets"), sets), (self.subject.name, self.back())]

    def sentences(self) -> Sequence[str]:
        limits = {"rows": MOST_ROWS, "size": MOST_MEGABYTES, "columns": ", ".join(COLUMNS)}
        kinds = say(
            "A spreadsheet (.xlsx), CSV or JSON with these columns, of which the first is needed:"
            " %(columns)s; at most %(rows)s rows and %(size)s MB."
        )
        return [*super().sentences(), kinds % limits]

    def context(self) -> dict[str, Any]:
        run = self.run
        return {
            "words": session_words(),
            "run": run,
            "count": len(run.asked) if run else 0,
            "findings": run.findings[:MOST_SHOWN] if run else [],
            "finding_count": len(run.findings) if run else 0,
        }

    def do(self, given: dict[str, Any]) -> str | HttpResponse:
        name = originals.shown_name(given["file"].name or "")
        rows = read_sent(given["file"].chunks(), name, read_questions, refused)
        self.run = dry_run(rows, self.subject)
        if self.run.findings or not self.run.asked or not given["at_once"]:
            return self.shown(self.form())
        questions.write_all(question_set=self.subject, asked=self.run.asked, by=self.account)
        questions_of = reverse("admin:llm_evaluationquestion_changelist")
        return f"{questions_of}?set={self.subject.pk}&standing=unreviewed"


def dry_run(rows: Sequence[Row], question_set: QuestionSet) -> Checked:
    """What came wrong out of the file itself stands first."""
    flaws = [
        Finding(row.number, flaw.column, row.cells.get(flaw.column, ""), flaw_sentence(flaw.code))
        for row in rows
        for flaw in row.flaws
    ]
    told = checked([(r.number, r.cells) for r in rows], question_set, at=clock.now())
    told.findings = [*flaws, *told.findings]
    return told


def bring_in(
    rows: Sequence[Row], question_set: QuestionSet, by: Account
) -> list[EvaluationQuestion]:
    """All of them. Raises `LookupError` where a row is wrong."""
    told = dry_run(rows, question_set)
    if told.findings:
        first = told.findings[0]
        raise LookupError(f"Row {first.row}, {first.column}: {first.sentence} {first.value}")
    return questions.write_all(question_set=question_set, asked=told.asked, by=by)


def refused(reason: NotAList) -> str:
    """Why the whole of it cannot be taken."""
    if reason.code == "no_header":
        return say("It has no column that is headed “question”.")
    if reason.code == "not_a_list":
        return say("This is no list of questions: neither a spreadsheet (.xlsx), CSV nor JSON.")
    return refusal_sentence(reason)


def enter_pages() -> None:
    page = for_curators(_upload, _refuse_large)
    addresses.enter("llm/questionset/<int:pk>/import/", page, "question_import")


def _upload(request: HttpRequest, pk: int) -> HttpResponse:
    return Upload(request, _set(pk)).answer()


def _refuse_large(request: HttpRequest, refusal: TooLarge) -> HttpResponse:
    number = request.resolver_match.kwargs["pk"] if request.resolver_match else 0
    page = Upload(request, _set(number))
    return page.refused(page.form(), refusal)


def _set(number: int) -> QuestionSet:
    found = QuestionSet.objects.filter(pk=min(number, MOST_NUMBER)).first()
    if found is None:
        raise Http404
    return found
