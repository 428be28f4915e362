"""Pages that do one thing each: say what it will do, ask what it needs, have the action do it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.admin import once
from governance.admin.forms import ReasonForm
from governance.confirmation import Confirmed, confirm
from governance.duties import Deed
from governance.errors import (
    LockedOut,
    Malformed,
    NoLongerFits,
    NotAllowed,
    PasswordWrong,
    Refused,
)
from governance.models import Account
from governance.trail import changing, note_refusal

S = TypeVar("S")
LOCKED_SECONDS = 15 * 60
STATUS: dict[type[Refused], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    PasswordWrong: HTTPStatus.FORBIDDEN,
    LockedOut: HTTPStatus.TOO_MANY_REQUESTS,
}
# Where an action names a part of what it was given, and the form's field is called otherwise.
FIELDS = {
    "licence.text": "licence_text",
    "licence.train": "may_train",
    "scope": "scopes",
    "filename": "file",
}


def account_of(request: HttpRequest) -> Account:
    """Who is logged in. The admin lets nobody else so far."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def refuse_without(deed: Deed, account: Account) -> None:
    """Turn away who may not do this, leaving a trace in the trail as an action would."""
    if account.may(deed):
        return
    try:
        with changing(by=account, may=deed):
            """Refused before anything is changed."""
    except NotAllowed:
        raise PermissionDenied from None


class ActionPage(Generic[S]):
    """One thing that may be done to a subject, for the person who asks."""

    # Templates call what can be called, and a class can.
    do_not_call_in_templates: ClassVar[bool] = True

    path: ClassVar[str]
    # What the duty must include; None where everybody may who is logged in.
    deed: ClassVar[Deed | None]
    title: ClassVar[Promise]
    button: ClassVar[Promise]
    # What is pressed at the end, where the word that led here is not the word for it.
    press: ClassVar[Promise | None] = None
    # What it will do, in a few words, beside the button that leads here.
    hint: ClassVar[Promise]
    done: ClassVar[Promise]
    # What is said instead where an edit says nothing new.
    nothing_done: ClassVar[Promise] = _("It says the same as before; nothing was changed.")
    # What is said where the same form comes back later: by the back button, or by loading anew.
    again: ClassVar[Promise] = _(
        "This form was sent before and was done then; nothing was done now. To do it once more,"
        " open its page anew."
    )
    # And where it comes back with something else in it, which is shown with it.
    other: ClassVar[Promise] = _(
        "This form was sent before, filled in otherwise, and that was done. What stands here now"
        " was not done yet. Send it once more if it is still wanted."
    )
    dangerous: ClassVar[bool] = False
    # Whether the action itself refuses whatever does not fit: it has the better words for it.
    action_refuses: ClassVar[bool] = False
    form_class: ClassVar[type[forms.Form]] = ReasonForm
    template: ClassVar[str] = "governance/action.html"
    # The field at which a wrong password is shown.
    password_at: ClassVar[str] = "password"  # noqa: S105  (a field)

    def __init__(self, request: HttpRequest, subject: S) -> None:
        self.request = request
        self.account = account_of(request)
        self.subject = subject

    # What a page says of itself.

    def fits(self) -> bool:
        """Whether it makes sense at all for the subject as it is now."""
        return True

    def why_unfit(self) -> str:
        """What is said of one among many that does not fit."""
        return str(NoLongerFits.sentence)

    def obstacle(self) -> str:
        """Why this person cannot do it now, though it fits; empty if nothing is in the way."""
        return ""

    def sentences(self) -> Sequence[str]:
        """What will happen, before the person decides."""
        return [str(self.hint)]

    def in_the_way(self) -> str:
        """Why the page itself cannot be used now; empty if it can."""
        return self.obstacle() if self.fits() else str(NoLongerFits.sentence)

    def way_out(self) -> tuple[str, str] | None:
        """A page where the obstacle is removed: what it is called, and its address."""
        return None

    def is_next(self) -> bool:
        """Whether it is what is to be done now, and stands out among what may be done."""
        return True

    def warnings(self) -> Sequence[str]:
        """What the person might regret not having known."""
        return []

    def initial(self) -> dict[str, Any]:
        return {}

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def back(self) -> str:
        """The address of the subject's own page."""
        raise NotImplementedError

    def crumbs(self) -> list[tuple[str, str]]:
        return []

    def context(self) -> dict[str, Any]:
        return {}

    def do(self, given: dict[str, Any]) -> str | HttpResponse:
        """Call the action. Answers where to go next, or the page to show."""
        raise NotImplementedError

    def told(self) -> str:
        """What is said once it is done; empty where the page it leads to says it."""
        return str(self.done)

    # What every page does.

    def confirmed(self, password: str) -> Confirmed:
        """The person, with the password given again; asked once a request, for however many."""
        known: Confirmed | None = getattr(self.request, "confirmed", None)
        if known is None:
            known = confirm(self.account, password, request=self.request)
            setattr(self.request, "confirmed", known)  # noqa: B010  (unknown to the type)
        return known

    def is_allowed(self) -> bool:
        return self.deed is None or self.account.may(self.deed)

    def answer(self) -> HttpResponse:
        if self.request.method == "POST":
            return self._posted()
        if self.request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        if not self.is_allowed():
            raise PermissionDenied
        return self.shown(self.form())

    def form(self, data: Any = None, files: Any = None) -> forms.Form:
        return self.form_class(data, files, initial=self.initial(), **self.form_arguments())

    def shown(self, form: forms.Form, status: int = HTTPStatus.OK) -> HttpResponse:
        context = {
            **self.admin_context(),
            "title": self.title,
            "crumbs": self.crumbs(),
            "page": self,
            "form": form,
            "once": once.new_token(),
            "back": self.back(),
            "in_the_way": self.in_the_way(),
            "way_out": self.way_out() if self.fits() else None,
            **self.context(),
        }
        response = TemplateResponse(self.request, self.template, context, status=status)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            response["Retry-After"] = str(LOCKED_SECONDS)
        return response

    def refused(self, form: forms.Form, refusal: Refused) -> HttpResponse:
        """The same page with the refusal on it, and what was typed."""
        if isinstance(refusal, NotAllowed):
            raise PermissionDenied
        if isinstance(refusal, LockedOut):
            # Else a page of the log-in's would stand in place of this, and what was typed be lost.
            setattr(self.request, "axes_locked_out", False)  # noqa: B010  (unknown to the type)
        field = self._field_of(refusal)
        if field in form.fields and form.is_bound:
            problem = refusal.facts.get("problem", refusal)
            form.add_error(field, str(problem))
        else:
            messages.error(self.request, str(refusal))
        return self.shown(form, STATUS.get(type(refusal), HTTPStatus.CONFLICT))

    def admin_context(self) -> dict[str, Any]:
        return admin.site.each_context(self.request)

    def _posted(self) -> HttpResponse:
        if self.deed:
            refuse_without(self.deed, self.account)
        form = self.form(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self.shown(form, HTTPStatus.BAD_REQUEST)
        token = self._token()
        led_to = once.begin_in_turn(self.account, token)
        return self._do_first(form, token) if led_to is None else self._done_before(form, led_to)

    def _token(self) -> str:
        return str(self.request.POST.get(once.FIELD, ""))

    def _done_before(self, form: forms.Form, led_to: str) -> HttpResponse:
        token = self._token()
        if once.was_other(self.account, token, once.content_of(self.request)):
            messages.warning(self.request, str(self.other))
            return self.shown(form, HTTPStatus.CONFLICT)
        if once.is_click(self.account, token):
            self._say_done()
        else:
            messages.info(self.request, str(self.again))
        return HttpResponseRedirect(led_to or self.back())

    def _do_first(self, form: forms.Form, token: str) -> HttpResponse:
        is_done = False
        try:
            self._refuse_unfit()
            answer = self.do(form.cleaned_data)
            is_done = True
        except Refused as refusal:
            return self.refused(form, refusal)
        finally:
            if not is_done:
                once.forget(self.account, token)
        once.remember(self.account, token, once.content_of(self.request))
        if isinstance(answer, HttpResponse):
            once.finish(self.account, token, self.back())
            return answer
        once.tell_of_clicks(self.account, token)
        once.finish(self.account, token, answer)
        self._say_done()
        return HttpResponseRedirect(answer)

    def _refuse_unfit(self) -> None:
        """What is not offered is not done either, by whatever way its form came."""
        if not self.action_refuses and not self.fits():
            note_refusal(self.account, NoLongerFits())
            raise NoLongerFits

    def _say_done(self) -> None:
        if sentence := self.told():
            messages.success(self.request, sentence)

    def _field_of(self, refusal: Refused) -> str:
        if isinstance(refusal, PasswordWrong):
            return self.password_at
        field = str(refusal.facts.get("field", ""))
        return FIELDS.get(field, field)
