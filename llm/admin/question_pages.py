"""What is done with a question: written, edited, reviewed by somebody else, retired."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeVar

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock, following
from governance.admin import forms as fields
from governance.admin.evidence_nearest import Near, nearest
from governance.admin.pages import ActionPage
from governance.admin.passage_choice import ByPassage, Choice, Hit, PassageForm
from governance.admin.review_difference import both
from governance.admin.row_numbers import numbers_of_rows
from governance.admin.tables import shown
from governance.duties import Deed
from governance.models import Evidence, Language, Passage
from llm.actions import questions
from llm.actions.questions import Asked
from llm.admin.question_words import (
    address_of_question,
    address_of_set,
    list_of_questions,
    list_of_sets,
    stale_among,
)
from llm.models import EvaluationQuestion, ExpectedPassage, QuestionSet
from llm.models.questions import LONGEST_QUESTION

S = TypeVar("S")


class AskForm(PassageForm):
    """A question, and the passages that ought to be found for it, or that there is none."""

    question = fields.paragraph(
        _("Question"),
        _("As somebody at work would ask it, in their words and not in those of the passage."),
        rows=2,
        max_length=LONGEST_QUESTION,
    )
    language = fields.choice(_("Language of the question"), Language.choices)
    no_answer = fields.tick(
        _("Nothing in force answers it"),
        _("Retrieval ought to say so. Choose no passage then."),
    )
    further = fields.line(
        _("Numbers of further passages that ought to be found"),
        _("Where one passage is not all there is to it, such as 3, 17."),
        required=False,
    )
    words = None  # type: ignore[assignment]  # a question expects whole passages
    field_order = ["question", "language", "no_answer", "find", "found", "passage", "further"]

    def clean(self) -> dict[str, Any]:
        """With `expected`, the numbers of all passages."""
        further = numbers_of_rows(
            self.cleaned_data.get("further", "").replace("，", ",").split(",")
        )
        if self.cleaned_data.get("no_answer"):
            if further or self.cleaned_data.get("found") or self.cleaned_data.get("passage"):
                problem = say("A passage is chosen, so something does answer it.")
                raise forms.ValidationError({"no_answer": problem})
            return self.cleaned_data | {"expected": ()}
        given = super().clean()
        return given | {"expected": tuple(n for n in (given["passage"], *further) if n)}

    def clean_further(self) -> str:
        said = str(self.cleaned_data["further"])
        parts = [part.strip() for part in said.replace("，", ",").split(",") if part.strip()]
        if len(numbers_of_rows(parts)) != len(parts):
            raise forms.ValidationError(say("Give numbers of passages, such as 3, 17."))
        return ",".join(parts)


class Asking(ByPassage[S]):
    deed = Deed.CURATE
    form_class = AskForm

    def asked(self, given: dict[str, Any]) -> Asked:
        return Asked(given["question"], given["language"], given["expected"])


class Write(Asking[QuestionSet]):
    path = "ask"
    title = _("New question")
    button = _("Write a question")
    press = _("Write it")
    hint = _("Says what ought to be found for it. It counts once somebody else has reviewed it.")
    done = _("It is written. It counts once a second person has reviewed it.")

    def fits(self) -> bool:
        return self.subject.retired_at is None

    def back(self) -> str:
        return address_of_set(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Question sets"), list_of_sets()), (self.subject.name, self.back())]

    def do(self, given: dict[str, Any]) -> str:
        made = questions.write(question_set=self.subject, asked=self.asked(given), by=self.account)
        return address_of_question(made.pk)


class QuestionPage(ActionPage[EvaluationQuestion]):
    deed = Deed.CURATE

    def fits(self) -> bool:
        mine = self.subject
        return mine.retired_at is None and mine.question_set.retired_at is None

    def back(self) -> str:
        return address_of_question(self.subject.pk)

    def crumbs(self) -> list[tuple[str, str]]:
        mine = self.subject
        return [
            (say("Question sets"), list_of_sets()),
            (mine.question_set.name, address_of_set(mine.question_set_id)),
            (mine.text[:60], self.back()),
        ]


class EditForm(AskForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class Edit(Asking[EvaluationQuestion], QuestionPage):
    path = "edit"
    title = _("Edit the question")
    button = _("Edit")
    press = _("Keep it like this")
    hint = _("What was reviewed has to be reviewed again by somebody who did not write at it.")
    done = _("It is kept. It counts once a second person has reviewed it.")
    form_class = EditForm

    def is_next(self) -> bool:
        """What does not count until somebody has edited it."""
        return self.subject.is_draft or bool(self.lost)

    @cached_property
    def expected(self) -> list[ExpectedPassage]:
        rows = self.subject.expected.select_related("passage__section", "passage__version__source")
        return list(rows.order_by("pk"))

    @cached_property
    def lost(self) -> list[ExpectedPassage]:
        rows = self.subject.expected.lost(clock.now())
        return list(rows.select_related("passage__section", "passage__version__source"))

    def initial(self) -> dict[str, Any]:
        """What of it is in force still; for the rest the likest of the new edition is offered."""
        gone = {each.pk for each in self.lost}
        left = [each.passage_id for each in self.expected if each.pk not in gone]
        first, further = (left[0], left[1:]) if left and not gone else (None, left)
        return {
            "question": self.subject.text,
            "language": self.subject.language,
            "no_answer": not self.expected,
            "passage": first,
            "further": ", ".join(map(str, further)),
            "seen": self.subject.digest_now(),
        }

    def warnings(self) -> Sequence[str]:
        if not self.lost:
            return []
        return [
            say(
                "What it expected is not in force any more. Below is what stands in the edition"
                " that is, the likest first; choose what answers it now, or retire the question."
            )
        ]

    @cached_property
    def choice(self) -> Choice:
        """What was looked for; until something is, what took the place of what is lost."""
        asked = super().choice
        if asked.sought or not self.lost:
            return asked
        near = [(each.passage, n) for each in self.lost for n in _nearest(each.passage)]
        hits = [_hit(old, each) for old, each in near]
        chosen = next((n.passage.pk for _old, n in near if n.is_alike), 0)
        return Choice("", hits, asked.chosen or chosen, has_more=False)

    def do(self, given: dict[str, Any]) -> str:
        questions.edit(
            question=self.subject, asked=self.asked(given), seen=given["seen"], by=self.account
        )
        return self.back()


def _nearest(passage: Passage) -> list[Near]:
    """As for words that carried a relation: all of the passage is such words here."""
    words = Evidence(passage=passage, start=0, end=len(passage.text))
    edition = following.edition_after(words, clock.now())
    return nearest(words, edition, at=clock.now()) if edition else []


def _hit(old: Passage, near: Near) -> Hit:
    """What became of the passage, word by word."""
    return Hit(near.passage, both(old.text, near.passage.text), SafeString(""))


class ReviewForm(forms.Form):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class Review(QuestionPage):
    path = "review"
    title = _("Review the question")
    button = _("Review")
    press = _("It is right")
    hint = _(
        "Says that it is asked as people ask, and that these passages answer it, and no other."
    )
    done = _("Reviewed. It counts from the next run on.")
    form_class = ReviewForm
    template = "llm/question_review.html"

    def fits(self) -> bool:
        return super().fits() and self.subject.reviewed_at is None

    def obstacle(self) -> str:
        if self.subject.is_draft:
            return say("A program proposed it. Somebody has to edit it first.")
        if self.subject.pk in stale_among([self.subject.pk], clock.now()):
            return say("What it expects is not in force any more. Edit it first.")
        if self.subject.writers.filter(person=self.account.person).exists():
            return say("You wrote at it, so somebody else reviews it.")
        return ""

    def initial(self) -> dict[str, Any]:
        return {"digest": self.subject.digest_now()}

    def context(self) -> dict[str, Any]:
        return {"question": self.subject, "expected": expected_of(self.subject)}

    def do(self, given: dict[str, Any]) -> str:
        questions.review(question=self.subject, digest=given["digest"], by=self.account)
        return list_of_questions(self.subject.question_set_id, "unreviewed")


class Retire(QuestionPage):
    path = "retire"
    title = _("Retire the question")
    button = _("Retire")
    hint = _("It is asked no more. What came of it in earlier runs stays.")
    done = _("Retired.")
    dangerous = True

    def is_next(self) -> bool:
        return False

    def do(self, given: dict[str, Any]) -> str:
        questions.retire(question=self.subject, reason=given["reason"], by=self.account)
        return list_of_questions(self.subject.question_set_id)


def expected_of(question: EvaluationQuestion) -> list[tuple[Passage, SafeString, bool]]:
    """Each expected passage, as it is shown, and whether it is lost."""
    gone = set(question.expected.lost(clock.now()).values_list("pk", flat=True))
    rows = question.expected.select_related("passage__section", "passage__version__source")
    return [
        (each.passage, shown(each.passage.text), each.pk in gone) for each in rows.order_by("pk")
    ]
