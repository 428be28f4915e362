"""One deed done to many things: first what will happen to each and why not, then what did."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import ngettext

from governance.admin.pages import ActionPage
from governance.errors import LockedOut, PasswordWrong, Refused

MOST = 200
SEPARATOR = ","
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Line:
    """A thing with its page, and why nothing will happen to it, if so."""

    subject: Any
    page: ActionPage[Any]
    obstacle: str


@dataclass(frozen=True)
class Outcome:
    """`refusal` is empty where it was done."""

    subject: Any
    address: str
    refusal: str


class Bulk(ActionPage[None]):
    """Each thing is done in a transaction of its own: whole, or not at all and said why."""

    template = "governance/bulk.html"
    page: ClassVar[type[ActionPage[Any]]]
    rows: ClassVar[Callable[[HttpRequest], QuerySet[Any]]]
    listed: ClassVar[str]
    list_title: ClassVar[Promise | str]

    def back(self) -> str:
        return self._list()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(str(self.list_title), self._list())]

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def context(self) -> dict[str, Any]:
        lines = self._lines()
        will = [line for line in lines if not line.obstacle]
        return {"will": will, "will_not": [line for line in lines if line.obstacle]}

    def obstacle(self) -> str:
        lines = self._lines()
        if len(lines) > MOST:
            return say("Choose at most %(most)s at once.") % {"most": MOST}
        if not lines:
            return say("Nothing was ticked.")
        if all(line.obstacle for line in lines):
            return say("This can be done to none of those chosen.")
        return ""

    def do(self, given: dict[str, Any]) -> HttpResponse:
        outcomes = [self._done(line, given) for line in self._lines() if not line.obstacle]
        done = [o for o in outcomes if not o.refusal]
        context = {
            **self.admin_context(),
            "title": self.title,
            "crumbs": self.crumbs(),
            "back": self._list(),
            "done": done,
            "refused": [o for o in outcomes if o.refusal],
            "sentence": ngettext("%(n)s was done.", "%(n)s were done.", len(done))
            % {"n": len(done)},
        }
        return TemplateResponse(
            self.request, "governance/bulk_done.html", context, status=HTTPStatus.OK
        )

    def _done(self, line: Line, given: dict[str, Any]) -> Outcome:
        """A wrong password stops everything before anything is done; the rest concerns one."""
        address = line.page.back()
        try:
            line.page.do(given)
        except (PasswordWrong, LockedOut):
            raise
        except Refused as refusal:
            return Outcome(line.subject, address, str(refusal))
        return Outcome(line.subject, address, "")

    def _lines(self) -> list[Line]:
        names = self.request.GET.get("ids", "").split(SEPARATOR)
        chosen = [int(name) for name in names if _NUMBER.fullmatch(name)][: MOST + 1]
        subjects = type(self).rows(self.request).filter(pk__in=chosen).order_by("pk")
        return [self._line(subject) for subject in subjects]

    def _line(self, subject: Any) -> Line:
        page = self.page(self.request, subject)
        if not page.fits():
            return Line(subject, page, page.why_unfit())
        return Line(subject, page, page.obstacle())

    def _list(self) -> str:
        return reverse(f"admin:governance_{self.listed}_changelist")


def bulk_of(
    page: type[ActionPage[Any]],
    *,
    listed: str,
    title: Promise | str,
    rows: Callable[[HttpRequest], QuerySet[Any]],
    form: type[forms.Form] | None = None,
) -> type[Bulk]:
    """The page on which the deed of `page` is done to many."""
    attributes = {
        "page": page,
        "path": page.path,
        "deed": page.deed,
        "title": page.title,
        "button": page.button,
        "hint": page.hint,
        "done": page.done,
        "dangerous": page.dangerous,
        "form_class": form or page.form_class,
        "listed": listed,
        "list_title": title,
        "rows": staticmethod(rows),
    }
    return type(f"Bulk{page.__name__}", (Bulk,), attributes)


def chosen_in_list(page: type[Bulk], address: str) -> Callable[..., HttpResponse]:
    """The entry of the list's menu that leads to the page, with what was ticked."""

    def lead(admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse:
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        ids = SEPARATOR.join(str(key) for key in keys)
        return HttpResponseRedirect(f"{reverse(address)}?ids={ids}")

    lead.__name__ = page.path
    lead.short_description = page.title  # type: ignore[attr-defined]
    return lead
