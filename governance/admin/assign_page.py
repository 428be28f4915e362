"""Asking somebody to review a version, the fittest proposed first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.actions import assignments
from governance.actions.assignments import Candidate
from governance.admin import forms as fields
from governance.admin.version_pages import VersionPage
from governance.duties import Deed
from governance.lifecycle import CURRENT
from governance.models import Assignment


class AssignForm(forms.Form):
    reviewer = fields.choice(_("Reviewer"), [])

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reviewer = self.fields["reviewer"]
        assert isinstance(reviewer, forms.ChoiceField)  # noqa: S101  (declared so above)
        reviewer.choices = [(str(c.person.pk), _told(c)) for c in candidates]


class AssignReviewer(VersionPage):
    path = "assign"
    deed = Deed.CURATE
    title = _("Ask somebody to review it")
    button = _("Ask")
    hint = _("Puts it on a reviewer's list and tells them. Whoever reviews decides all the same.")
    done = _("Asked: %(name)s. It stands on that person's list.")
    form_class = AssignForm

    @cached_property
    def candidates(self) -> list[Candidate]:
        return assignments.candidates(self.subject)

    def fits(self) -> bool:
        return self.is_in(*CURRENT)

    def is_next(self) -> bool:
        return False

    def obstacle(self) -> str:
        if self.candidates:
            return ""
        return say("There is no reviewer who has an account and has not contributed to it.")

    def sentences(self) -> Sequence[str]:
        first = say("First stands who is there, of the source's department, with the least to do.")
        return [str(self.hint), first]

    def form_arguments(self) -> dict[str, Any]:
        return {"candidates": self.candidates}

    def told(self) -> str:
        asked = Assignment.objects.select_related("reviewer").get(version=self.subject)
        return str(self.done) % {"name": asked.reviewer}

    def do(self, given: dict[str, Any]) -> str:
        chosen = next(c for c in self.candidates if str(c.person.pk) == given["reviewer"])
        assignments.assign(version=self.subject, reviewer=chosen.person, by=self.account)
        return self.back()


def _told(candidate: Candidate) -> str:
    """The name, and what speaks for and against."""
    person = candidate.person
    words = ngettext("%(n)s to review", "%(n)s to review", candidate.load) % {"n": candidate.load}
    told = [str(person.department)] if person.department else []
    told += [words, *([say("away")] if candidate.is_away else [])]
    return say("%(name)s (%(told)s)") % {"name": person, "told": say(", ").join(told)}
