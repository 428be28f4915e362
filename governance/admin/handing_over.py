"""Handing over everything of a person who leaves: who to whom, what goes and what cannot, why."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import SELECT_CLASSES

from governance.actions import absences
from governance.actions.absences import HandedOver, Outlook
from governance.admin.pages import ActionPage
from governance.duties import Deed, Duty
from governance.models import Person

# How many of a kind the page names; the rest it counts.
NAMED = 50


@dataclass(frozen=True)
class Pair:
    person: Person
    successor: Person


def _choice(label: Any, rows: Any, help_text: Any, unfit: Any) -> forms.ModelChoiceField[Person]:
    widget = forms.Select(attrs={"class": " ".join(SELECT_CLASSES)})
    field = forms.ModelChoiceField(
        rows, label=label, help_text=help_text, widget=widget, empty_label="—"
    )
    field.error_messages["invalid_choice"] = unfit
    return field


class PairForm(forms.Form):
    """Chosen first, and carried in the address, so that the outlook can be looked at again."""

    person = _choice(
        _("Who leaves"),
        Person.objects.filter(duty=Duty.CONTENT).order_by("display_name", "pk"),
        _("Their account may be disabled already."),
        _("Choose a person whose duty is content."),
    )
    successor = _choice(
        _("Who takes over"),
        Person.objects.none(),
        _("Reviews go over to reviewers alone."),
        _("Choose another person whose duty is content and who can log in."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ModelChoiceField)  # noqa: S101  (declared so above)
        successor.queryset = absences.successors()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("person") and given.get("person") == given.get("successor"):
            self.add_error("successor", say("Choose somebody else."))
        return given


class HandOverEverything(ActionPage[Pair | None]):
    path = "hand-over"
    deed = Deed.CURATE
    title = _("Hand over everything of a person")
    button = _("Hand over everything")
    hint = _("Gives what somebody who leaves owns, and is asked to review, to another.")
    done = _("Handed over.")
    dangerous = True
    template = "governance/handing_over.html"

    @cached_property
    def pair_form(self) -> PairForm:
        return PairForm(self.request.GET or None)

    @cached_property
    def outlook(self) -> Outlook | None:
        pair = self.subject
        return absences.outlook(person=pair.person, successor=pair.successor) if pair else None

    def back(self) -> str:
        return reverse("admin:hand_over")

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("My page"), reverse("admin:me"))]

    def context(self) -> dict[str, Any]:
        return {
            "pair": self.subject,
            "pair_form": self.pair_form,
            "outlook": self.outlook,
            "lists": self._lists() if self.outlook else [],
        }

    def _lists(self) -> list[tuple[str, list[Any], int]]:
        """A heading, the first of them, and how many more."""
        assert self.outlook  # noqa: S101  (asked by whoever calls)
        told: list[tuple[str, list[Any]]] = [
            (say("Sources that get the new owner"), self.outlook.sources),
            (say("Reviews that go over"), self.outlook.going),
        ]
        return [(heading, rows[:NAMED], max(len(rows) - NAMED, 0)) for heading, rows in told]

    def why_staying(self) -> str:
        assert self.subject  # noqa: S101  (the template asks where there is a pair)
        if not self.subject.successor.is_reviewer:
            return say("%(name)s is no reviewer.") % {"name": self.subject.successor}
        told = say("%(name)s has contributed to these, and so can never approve them.")
        return told % {"name": self.subject.successor}

    def do(self, given: dict[str, Any]) -> HttpResponse:
        assert self.subject  # noqa: S101  (asked by the view)
        done = absences.hand_over_everything(
            person=self.subject.person,
            successor=self.subject.successor,
            reason=given["reason"],
            by=self.account,
        )
        messages.success(self.request, in_words(done))
        return HttpResponseRedirect(self.back())


def in_words(done: HandedOver) -> str:
    told = [
        ngettext("%(n)s source has a new owner.", "%(n)s sources have a new owner.", done.sources)
        % {"n": done.sources},
        ngettext("%(n)s review went over.", "%(n)s reviews went over.", done.assignments)
        % {"n": done.assignments},
    ]
    if done.left:
        words = ngettext(
            "%(n)s review stays, for the successor may not do it: ask somebody else.",
            "%(n)s reviews stay, for the successor may not do them: ask somebody else.",
            done.left,
        )
        told.append(words % {"n": done.left})
    return " ".join(told)


def hand_over(request: HttpRequest) -> HttpResponse:
    chosen = PairForm(request.GET or None)
    given = chosen.cleaned_data if chosen.is_valid() else None
    page = HandOverEverything(request, Pair(**given) if given else None)
    if given is None and request.method == "POST" and page.is_allowed():
        return page.shown(page.form(), HTTPStatus.BAD_REQUEST)
    return page.answer()
