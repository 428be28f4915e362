"""What a person has written from the canvas of late, and taking the last of it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import change_sets
from governance.admin.canvas_asked import came_from, crumb_of_canvas, way_back
from governance.admin.canvas_pending import telling
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage, account_of
from governance.admin.set_pages import working_set
from governance.duties import Deed
from governance.models import GraphEdit

# In the session: the numbers of the steps, those that were written at once together.
WRITTEN = "written_from_canvas"
MOST_REMEMBERED = 20


def after(request: HttpRequest, edits: Sequence[GraphEdit]) -> str:
    """Where to go once these were written: back to the canvas, where one came from it, which then
    shows them. Else nowhere.
    """
    asked = came_from(request)
    if asked is None:
        return ""
    written = [*request.session.get(WRITTEN, []), [edit.pk for edit in edits]]
    request.session[WRITTEN] = written[-MOST_REMEMBERED:]
    return asked.other(set_number=None).address


def last_written(request: HttpRequest) -> list[GraphEdit]:
    """What was written from the canvas last and is still in the draft of this person."""
    draft = working_set(account_of(request))
    if draft is None:
        return []
    for numbers in reversed(request.session.get(WRITTEN, [])):
        if found := list(GraphEdit.objects.filter(pk__in=numbers, change_set=draft)):
            return found
    return []


def sentences_of(edits: Sequence[GraphEdit]) -> list[str]:
    """Of one set."""
    if not edits:
        return []
    told = telling(edits, among=edits[0].change_set.edits_in_order())
    return list(map(told.sentence, edits))


class TakeBack(ActionPage[None]):
    path = "take-back"
    deed = Deed.DRAW
    title = _("Take the last step back")
    button = _("Take back")
    hint = _("Takes out of your change set what you wrote into it from the canvas last.")
    done = _("Taken back.")
    form_class = NothingForm

    @cached_property
    def edits(self) -> list[GraphEdit]:
        return last_written(self.request)

    def back(self) -> str:
        return way_back(self.request) or reverse("admin:canvas")

    def crumbs(self) -> list[tuple[str, str]]:
        return crumb_of_canvas(self.request)

    def fits(self) -> bool:
        return bool(self.edits)

    def in_the_way(self) -> str:
        return "" if self.edits else say("Nothing that you wrote here is left to take back.")

    def sentences(self) -> Sequence[str]:
        return [*sentences_of(self.edits), str(self.hint)]

    def do(self, given: dict[str, Any]) -> str:
        change_sets.take_out(change_set=self.edits[0].change_set, edits=self.edits, by=self.account)
        return self.back()


def take_back(request: HttpRequest) -> HttpResponse:
    return TakeBack(request, None).answer()
