"""What may be done to a passage, each on a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions import passages, quarantines
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.admin.tables import shown
from governance.admin.version_pages import crumbs_of, waits_for_another
from governance.duties import Deed
from governance.lifecycle import OPEN, Status
from governance.models import Passage, Quarantine, Version

LONGEST_PASSAGE = 100_000


def address_of(page: PassagePage, passage: Passage) -> str:
    return reverse(f"admin:passage_{page.path.replace('-', '_')}", args=[passage.pk])


def place_of(passage: Passage) -> str:
    """The address that leads to the passage in its version's text."""
    return place_of_number(passage.pk)


def place_of_number(passage: int) -> str:
    return reverse("admin:governance_passage_change", args=[passage])


def shown_for(passage: Passage) -> Passage:
    """Itself, or what corrections have put in its place."""
    same = Passage.objects.filter(version=passage.version_id, position=passage.position)
    return same.filter(replacement=None).first() or passage


def open_quarantine_of(passage: Passage) -> Quarantine | None:
    rows = Quarantine.objects.filter(passage=passage, ends_at=None)
    return rows.select_related("begun_by", "first_lift_by").first()


class PassagePage(ActionPage[Passage]):
    """`quarantine` is given where the caller knows it, so that a long list asks only once."""

    template = "governance/passage_action.html"
    action_refuses = True

    def __init__(self, request: HttpRequest, subject: Passage, **known: Quarantine | None) -> None:
        super().__init__(request, subject)
        self.quarantine = (
            known["quarantine"] if "quarantine" in known else open_quarantine_of(subject)
        )

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        return fields.begun_at_first(super().form(data, files))

    def back(self) -> str:
        return place_of(self.subject)

    def crumbs(self) -> list[tuple[str, str]]:
        return [*crumbs_of(self.subject.version), (say("Passage"), self.back())]

    def context(self) -> dict[str, Any]:
        return {"passage": self.subject, "text": shown(self.subject.text)}


class CorrectForm(forms.Form):
    text = fields.paragraph(
        _("Text"),
        _("As it should read. A table keeps its form: one row a line, cells between bars."),
        rows=14,
        max_length=LONGEST_PASSAGE,
        strip=False,
    )
    reason = fields.paragraph(
        _("Reason"), _("What was wrong, and where the file says so. Goes on the record.")
    )


class Correct(PassagePage):
    path = "correct"
    deed = Deed.CURATE
    title = _("Correct a passage")
    button = _("Correct")
    hint = _("Replaces this passage by a corrected one; the old one stays on the record.")
    done = _("Corrected: the passage reads as you wrote it. The old text stays on the record.")
    draft_again = _("Corrected, and the version is a draft again: submit it once it reads right.")
    form_class = CorrectForm
    was_in_review = False
    has_changed = True

    def fits(self) -> bool:
        return self.subject.version.status in OPEN

    def in_the_way(self) -> str:
        """Not an obstacle, which is asked for each passage of a page: all of those stand."""
        if self._current == self.subject:
            return super().in_the_way()
        return say("This passage was replaced by a correction. Correct that one instead:")

    def way_out(self) -> tuple[str, str] | None:
        if self._current == self.subject:
            return None
        words = say("Passage %(number)s") % {"number": self._current.pk}
        return words, place_of(self._current)

    @cached_property
    def _current(self) -> Passage:
        return shown_for(self.subject)

    def sentences(self) -> Sequence[str]:
        credit = say("You become a contributor of this version, so you cannot approve it.")
        return [str(self.hint), credit]

    def warnings(self) -> Sequence[str]:
        if self.subject.version.status == Status.IN_REVIEW:
            return [say("It is in review: a correction makes it a draft, to be submitted again.")]
        return []

    def told(self) -> str:
        if not self.has_changed:
            return str(self.nothing_done)
        return str(self.draft_again if self.was_in_review else self.done)

    def initial(self) -> dict[str, Any]:
        return {"text": self.subject.text}

    def do(self, given: dict[str, Any]) -> str:
        self.was_in_review = self.subject.version.status == Status.IN_REVIEW
        text = given["text"].replace("\r\n", "\n")
        corrected = passages.correct(
            passage=self.subject, text=text, reason=given["reason"], by=self.account
        )
        self.has_changed = corrected != self.subject
        return place_of(corrected)


class QuarantinePassage(PassagePage):
    path = "quarantine"
    deed = Deed.QUARANTINE
    title = _("Quarantine a passage")
    button = _("Quarantine")
    hint = _("Takes this passage out of service at once; two persons are needed to end it.")
    done = _("Quarantined. The passage is served to nobody.")
    dangerous = True

    def fits(self) -> bool:
        return self.subject.version.status == Status.ACTIVE and self.quarantine is None

    def do(self, given: dict[str, Any]) -> str:
        quarantines.begin(subject=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class LiftPassageQuarantine(PassagePage):
    path = "lift-quarantine"
    deed = Deed.LIFT_QUARANTINE
    title = _("Take part in ending the quarantine of a passage")
    button = _("End quarantine")
    hint = _("The first of two persons says so; the second one's word ends it.")
    done = _("The quarantine of the passage is over.")

    def fits(self) -> bool:
        return self.quarantine is not None

    def obstacle(self) -> str:
        if self.quarantine and self.quarantine.first_lift_by_id == self.account.person_id:
            return say("You have agreed to end the quarantine; another person must agree too.")
        return ""

    def told(self) -> str:
        if open_quarantine_of(self.subject):
            return waits_for_another()
        if Version.objects.in_force(clock.now()).filter(pk=self.subject.version_id).exists():
            return say("The quarantine is over: the passage is in force again.")
        return str(self.done)

    def do(self, given: dict[str, Any]) -> str:
        quarantines.lift(subject=self.subject, reason=given["reason"], by=self.account)
        return self.back()


PAGES: tuple[type[PassagePage], ...] = (Correct, QuarantinePassage, LiftPassageQuarantine)
