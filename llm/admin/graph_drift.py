"""What somebody changed in the graph database, for people to offer as a change set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin.graph_words import Told
from governance.admin.pages import ActionPage
from governance.admin.set_pages import address_of_set
from governance.duties import Deed
from governance.errors import NoLongerFits
from governance.models import GraphEdit
from llm import graph_offering
from llm.graph_offering import Offered
from llm.models import LostLease
from llm.projections.graph_offer import Offer
from llm.projections.rebuild import Busy
from llm.stores.port import StoreAway


@dataclass(frozen=True)
class Found:
    """What was found, and why it could not be read where it could not."""

    offers: Sequence[Offer] = ()
    problem: str = ""


def in_words(offers: Sequence[Offer]) -> list[tuple[Offer, list[str]]]:
    """Each with its steps as they are said to who reads them."""
    edits = [
        GraphEdit(deed=deed, content=content, position=place)
        for place, (deed, content) in enumerate(s for each in offers for s in each.steps)
    ]
    told, said = Told(edits), iter(edits)
    return [(each, [told.sentence(next(said)) for _step in each.steps]) for each in offers]


class SeenForm(forms.Form):
    """What was seen, so that nothing else is offered."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class OfferDrift(ActionPage[None]):
    path = "graph-drift"
    deed = Deed.DRAW
    title = _("Changed in the graph database")
    button = _("Offer for review")
    hint = _("Writes what can be offered into a change set of yours, for another person to review.")
    done = _("It is in this change set, and the graph database is as the truth says again.")
    form_class = SeenForm
    template = "llm/graph_drift.html"

    @cached_property
    def found(self) -> Found:
        if not settings.NEO4J_URI:
            return Found(problem=say("There is no graph database here."))
        try:
            return Found(graph_offering.look(by=self.account))
        except StoreAway:
            return Found(problem=say("The graph database is out of reach."))
        except (Busy, LostLease):
            return Found(problem=say("The graph database is being written to. Try again soon."))

    def obstacle(self) -> str:
        if self.found.problem:
            return self.found.problem
        if not self.found.offers:
            return say("Nobody has changed anything there: it is as the truth says.")
        if not any(each.steps for each in self.found.offers):
            return say("Nothing of it can be offered. The system administrator has it put right.")
        return ""

    def sentences(self) -> Sequence[str]:
        right = say(
            "The graph database is put right at once. What could not be offered is gone there."
        )
        return [str(self.hint), right]

    def context(self) -> dict[str, Any]:
        told = in_words(self.found.offers)
        return {
            "offered": [(each, steps) for each, steps in told if steps],
            "unfit": [each for each, steps in told if not steps],
        }

    def initial(self) -> dict[str, Any]:
        return {"digest": graph_offering.digest_of(self.found.offers)}

    def back(self) -> str:
        return reverse("admin:governance_changeset_changelist")

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Change sets"), self.back())]

    def do(self, given: dict[str, Any]) -> str:
        if not settings.NEO4J_URI:
            raise NoLongerFits
        try:
            told = graph_offering.offer(by=self.account, digest=given["digest"])
        except (StoreAway, Busy, LostLease):
            messages.error(self.request, say("The graph database is out of reach."))
            return self.request.path
        self._say(told)
        return address_of_set(told.change_set.pk) if told.change_set else self.request.path

    def told(self) -> str:
        """Said where it is done, for it may be done by half."""
        return ""

    def _say(self, told: Offered) -> None:
        if told.is_right:
            messages.success(self.request, str(self.done))
        elif told.change_set:
            words = say("It is in this change set. The graph database could not be put right yet.")
            messages.warning(self.request, words)


def graph_drift(request: HttpRequest) -> HttpResponse:
    return OfferDrift(request, None).answer()
