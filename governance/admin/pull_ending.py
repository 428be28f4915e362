"""Taking part in ending many quarantines of a pull at once, with one reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.actions import pulls
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.admin.pull_pages import items_of
from governance.admin.row_numbers import numbers_of_rows
from governance.duties import Deed
from governance.models import Pull, Quarantine


class Quarantines(forms.Field):
    """By number, of which there must be some."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> set[int]:
        chosen = set(numbers_of_rows(value or []))
        if not chosen:
            raise forms.ValidationError(say("Choose at least one version or passage."))
        return chosen


class EndForm(forms.Form):
    chosen = Quarantines()
    reason = fields.paragraph(_("Reason"), _("One for all of them. Goes on the record."), rows=2)


class EndPulled(ActionPage[Pull]):
    path = "end"
    deed = Deed.LIFT_QUARANTINE
    title = _("Take part in ending quarantines")
    button = _("Agree to end all that is ticked")
    hint = _("The first of two persons says so; the second one's word ends it.")
    form_class = EndForm
    template = "governance/pull_end.html"

    def back(self) -> str:
        return reverse("admin:pull", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        named = say(", ").join(self.subject.terms)
        return [(say("Pulls"), reverse("admin:pulls")), (named, self.back())]

    def context(self) -> dict[str, Any]:
        waiting = [item for item in items_of(self.subject, self.account) if item.lift]
        return {"items": waiting, "ticked": self._ticked()}

    def told(self) -> str:
        """How many are over by this word, and how many still wait for another's."""
        theirs = Quarantine.objects.filter(pk__in=self._ticked(), pull_item__pull=self.subject)
        waiting = theirs.filter(ends_at=None).count()
        counts = {"ended": theirs.count() - waiting, "waiting": waiting}
        words = say(
            "Your word is on the record. Ended: %(ended)s. Quarantined until another person agrees:"
            " %(waiting)s."
        )
        return words % counts

    def _ticked(self) -> list[int]:
        return numbers_of_rows(self.request.POST.getlist("chosen"))

    def do(self, given: dict[str, Any]) -> str:
        chosen = given["chosen"]
        agreed = pulls.agree_to_end(
            pull=self.subject, chosen=chosen, reason=given["reason"], by=self.account
        )
        if agreed < len(chosen):
            self._tell_of_those_skipped(len(chosen) - agreed)
        return self.back()

    def _tell_of_those_skipped(self, count: int) -> None:
        sentence = ngettext(
            "%(n)s was skipped: ended meanwhile, or you have agreed to end it already.",
            "%(n)s were skipped: ended meanwhile, or you have agreed to end them already.",
            count,
        )
        messages.info(self.request, sentence % {"n": count})


def end_pulled(request: HttpRequest, pk: int) -> HttpResponse:
    made = get_object_or_404(Pull.objects.select_related("by"), pk=pk)
    return EndPulled(request, made).answer()
