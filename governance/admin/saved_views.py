"""Views of lists saved by name: to save the list as it is shown now, and to remove one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.actions import saved_views
from governance.admin import forms as fields
from governance.admin.forms import NothingForm
from governance.admin.pages import ActionPage, account_of
from governance.models import SavedView

# Where in the list one is, and what its own pages carry, is no part of the view.
TRANSIENT = {"p", "e", "ids", "once"}
LONGEST_QUERY = 1000


def kept(query: QueryDict) -> str:
    """The part of an address that says what is shown and in which order."""
    return urlencode([(k, v) for k, v in query.items() if k not in TRANSIENT and v])


def views_of(request: HttpRequest, listed: str) -> QuerySet[SavedView]:
    mine = SavedView.objects.filter(person=account_of(request).person, listed=listed)
    return mine.order_by("name")


class SaveViewForm(forms.Form):
    name = fields.line(_("Name"), _("What you want to find this list by."), longest=60)
    replace = fields.tick(_("Replace a view of this name"))
    query = forms.CharField(
        widget=forms.HiddenInput, max_length=LONGEST_QUERY, required=False, strip=False
    )

    def clean_query(self) -> str:
        """Nothing but parameters of a list: what is stored here becomes an address."""
        return urlencode(parse_qsl(self.cleaned_data["query"]))


def address_of_list(name: str) -> str:
    """Of whichever app's model is called that; each name is one model's alone."""
    shown = {model._meta.model_name: model._meta.app_label for model in admin.site._registry}
    return reverse(f"admin:{shown[name]}_{name}_changelist")


class SaveView(ActionPage[None]):
    path = "save-view"
    title = _("Save this view of the list")
    button = _("Save")
    hint = _("Keeps filters, search and order under a name, for you alone.")
    done = _("Saved. You find it above the list.")
    form_class = SaveViewForm
    model: ClassVar[str]
    list_title: ClassVar[Promise | str]

    def back(self) -> str:
        return address_of_list(self.model)

    def crumbs(self) -> list[tuple[str, str]]:
        return [(str(self.list_title), self.back())]

    def initial(self) -> dict[str, Any]:
        return {"query": kept(self.request.GET)}

    def do(self, given: dict[str, Any]) -> str:
        view = saved_views.keep(listed=self.model, by=self.account, **given)
        return f"{self.back()}?{view.query}"


class RemoveView(ActionPage[SavedView]):
    path = "remove-view"
    deed = None
    title = _("Remove a saved view")
    button = _("Remove")
    hint = _("Removes the name from above the list. What it listed stays as it is.")
    done = _("Removed.")
    form_class = NothingForm

    def sentences(self) -> Sequence[str]:
        return [say("The view “%(name)s”.") % {"name": self.subject.name}, str(self.hint)]

    def back(self) -> str:
        return address_of_list(self.subject.listed)

    def do(self, given: dict[str, Any]) -> str:
        saved_views.remove(view=self.subject, by=self.account)
        return self.back()


def remove_view(request: HttpRequest, pk: int) -> HttpResponse:
    mine = SavedView.objects.filter(person=account_of(request).person)
    return RemoveView(request, get_object_or_404(mine, pk=pk)).answer()
