"""Taking out of service at once whatever names something: found, chosen, and done in one press."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance import clock
from governance.actions import pulls
from governance.actions.pulls import Chosen, Pulled
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.admin.pull_pages import out_of_service
from governance.admin.pull_search import Findings, search
from governance.duties import Deed
from governance.models import Passage, Quarantine
from governance.naming import LONGEST_TERM, MOST_TERMS, Names, names_of
from governance.uses import uses_of

LONGEST_SEARCH = MOST_TERMS * (LONGEST_TERM + 2)
_CHOICE = re.compile(r"(version|passage)-([1-9][0-9]{0,17})")


class SearchForm(forms.Form):
    terms = fields.paragraph(
        _("Names to look for"),
        _("A name a line: the drug, device or phrase, its other names, in Chinese and English."),
        rows=4,
        max_length=LONGEST_SEARCH,
    )
    parts = fields.tick(
        _("Also within longer words"),
        _("Else what is written in letters is found by whole words and their plural."),
    )

    @property
    def names(self) -> Names | None:
        found: Names | None = self.cleaned_data.get("terms") if self.is_bound else None
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "terms" in given:
            try:
                given["terms"] = names_of(given["terms"], parts=given["parts"])
            except ValueError as error:
                self.add_error("terms", str(error))
        return given


class Choice(forms.Field):
    """Versions and passages by number, of which there must be some."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> Chosen:
        chosen = [m for m in (_CHOICE.fullmatch(v) for v in value or []) if m]
        if not chosen:
            raise forms.ValidationError(say("Choose at least one version or passage."))
        versions = {int(m[2]) for m in chosen if m[1] == "version"}
        passages = {int(m[2]) for m in chosen if m[1] == "passage"}
        return Chosen(versions, passages)


class PullForm(forms.Form):
    terms = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_SEARCH)
    parts = forms.BooleanField(widget=forms.HiddenInput, required=False)
    chosen = Choice()
    reason = fields.paragraph(_("Reason"), _("One for all of them. Goes on the record."), rows=1)
    reason.widget.attrs["autofocus"] = True


class PullPage(ActionPage[None]):
    path = "pull"
    deed = Deed.QUARANTINE
    title = _("Pull this now")
    button = _("Take all that is ticked out of service now")
    hint = _("Finds what names a drug, a device or a phrase, and takes it out of service at once.")
    done = _("Two persons are needed to end each quarantine.")
    dangerous = True
    form_class = PullForm
    template = "governance/pull.html"

    def back(self) -> str:
        return reverse("admin:pulls")

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Pulls"), self.back())]

    @cached_property
    def search_form(self) -> SearchForm:
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        form = SearchForm(given if "terms" in given else None)
        field = form.fields["terms"].widget
        if form.is_valid():
            field.attrs["rows"] = min(max(len(form.cleaned_data["terms"].terms), 2), 6)
        else:
            field.attrs["autofocus"] = True
        return form

    @cached_property
    def found(self) -> tuple[Findings | None, datetime | None]:
        names = self.search_form.names
        return found_now(names) if names else (None, None)

    def initial(self) -> dict[str, Any]:
        return {"terms": self.request.GET.get("terms", ""), "parts": "parts" in self.request.GET}

    def context(self) -> dict[str, Any]:
        findings, counted_since = self.found
        return {
            "search": self.search_form,
            "findings": findings,
            "by_name": list(findings.by_name.items()) if findings else [],
            "counted_since": counted_since,
            "is_left": findings is not None and any(not f.is_quarantined for f in findings.found),
            "ticked": self._ticked(findings) if findings else set(),
            "most": pulls.MOST,
            "are_too_many": findings is not None and len(offered(findings)) > pulls.MOST,
        }

    def do(self, given: dict[str, Any]) -> str:
        terms = given["terms"].splitlines()
        pulled = pulls.pull(
            terms=terms, chosen=given["chosen"], reason=given["reason"], by=self.account
        )
        self._tell_what_was_done(pulled)
        return reverse("admin:pull", args=[pulled.pull.pk])

    def told(self) -> str:
        """Told already, before what was skipped; the page it leads to tells it again."""
        return ""

    def _tell_what_was_done(self, pulled: Pulled) -> None:
        begun = Quarantine.objects.filter(pull_item__pull=pulled.pull)
        messages.success(self.request, f"{out_of_service(begun, pulled.pull)} {self.done}")
        whole = set(begun.filter(passage=None).values_list("version", flat=True))
        covered = [k for k in pulled.kept_out if isinstance(k, Passage) and k.version_id in whole]
        if covered:
            self._say_skipped(_covered(len(covered)), len(covered))
        if others := len(pulled.kept_out) - len(covered):
            self._say_skipped(_out_already(others), others)

    def _say_skipped(self, sentence: str, count: int) -> None:
        messages.info(self.request, sentence % {"n": count})

    def _ticked(self, findings: Findings) -> set[str]:
        """What was chosen; at first as much of what is proposed as can be taken out at once."""
        if self.request.method == "POST":
            return set(self.request.POST.getlist("chosen"))
        return set(offered(findings)[: pulls.MOST])


def _covered(count: int) -> str:
    return ngettext(
        "%(n)s passage was skipped: it is out of service with its whole version.",
        "%(n)s passages were skipped: they are out of service with their whole versions.",
        count,
    )


def _out_already(count: int) -> str:
    return ngettext(
        "%(n)s was skipped: it was out of service already.",
        "%(n)s were skipped: they were out of service already.",
        count,
    )


def offered(findings: Findings) -> list[str]:
    """What is proposed: each version whose source is named, then every passage."""
    free = [found for found in findings.found if not found.is_quarantined]
    named = [found.value for found in free if found.named_by]
    return named + [hit.value for found in free for hit in found.hits if not hit.is_quarantined]


def found_now(names: Names) -> tuple[Findings, datetime | None]:
    """With who was given it of late, and from when on that was counted."""
    at = clock.now()
    findings = search(names, at=at)
    told = uses_of(_passages(findings), at=at)
    by_number = {f.version.pk: f for f in findings.found}
    for use in told.found if told else []:
        by_number[use.version].uses.append(use)
    return findings, told.since if told else None


def _passages(findings: Findings) -> dict[int, int]:
    """Those that are shown; of a version that is named as a whole, all."""
    whole = [f.version.pk for f in findings.found if f.named_by]
    shown = {h.passage.pk: f.version.pk for f in findings.found for h in f.hits}
    return shown | dict(Passage.objects.filter(version__in=whole).values_list("pk", "version_id"))


def pull_now(request: HttpRequest) -> HttpResponse:
    return PullPage(request, None).answer()
