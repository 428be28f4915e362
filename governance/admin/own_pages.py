"""What a person sees and settles about themselves: absences, address, password, sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import SELECT_CLASSES

from governance import clock
from governance.actions import absences, people
from governance.actions.people import roles_of
from governance.admin import forms as fields
from governance.admin.pages import ActionPage, account_of
from governance.admin.person_pages import EmailForm
from governance.duties import Deed
from governance.models import Absence, Account, Person

View = Callable[..., HttpResponse]


def me(request: HttpRequest) -> HttpResponse:
    """Who somebody is here, and what they may settle about it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    account = account_of(request)
    person = account.person
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": say("My page"),
        "account": account,
        "person": person,
        "roles": roles_of(person),
        "absences": _to_come(person),
        "stands_in": _stands_in(person),
        "may_be_away": account.may(Deed.READ),
        "may_hand_over": account.may(Deed.CURATE),
        "sends_mail": settings.SENDS_MAIL,
    }
    return TemplateResponse(request, "governance/own.html", context)


def _to_come(person: Person) -> QuerySet[Absence]:
    """Now and later; what is over is of no use here."""
    rows = Absence.objects.filter(person=person, ended_at=None, ends_on__gte=clock.today())
    return rows.select_related("stand_in").order_by("starts_on", "pk")


def _stands_in(person: Person) -> QuerySet[Absence]:
    rows = Absence.objects.holding(clock.today()).filter(stand_in=person)
    return rows.select_related("person").order_by("ends_on", "pk")


class OwnPage(ActionPage[Account]):
    """A page about whoever is logged in."""

    deed: ClassVar[Deed | None] = None

    def back(self) -> str:
        return reverse("admin:me")

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("My page"), self.back())]


class OwnEmail(OwnPage):
    title = _("Your address for notices")
    button = _("Set address")
    hint = _("What you are told on screen is also mailed there.")
    done = _("Your address was set.")
    form_class = EmailForm

    def warnings(self) -> Sequence[str]:
        if settings.SENDS_MAIL:
            return []
        return [say("This installation has no mail server; nothing is mailed until it has one.")]

    def initial(self) -> dict[str, Any]:
        return {"email": self.account.person.email}

    def do(self, given: dict[str, Any]) -> str:
        people.set_email(person=self.account.person, email=given["email"], by=self.account)
        return self.back()


class EndOtherSessions(OwnPage):
    title = _("End your other sessions")
    button = _("End the others")
    hint = _("Logs you out on every other machine and browser. This session goes on.")
    done = _("Your other sessions were ended.")
    form_class = fields.NothingForm

    def do(self, given: dict[str, Any]) -> str:
        account = people.end_sessions(account=self.account, by=self.account)
        update_session_auth_hash(self.request, account)
        return self.back()


class AbsenceForm(forms.Form):
    stand_in = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Who is told in your place"),
        empty_label="—",
        help_text=_("Somebody of your own duty. They gain no right by it."),
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
    )
    starts_on = fields.day(_("First day"))
    ends_on = fields.day(pgettext_lazy("of an absence", "Last day"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stand_in = self.fields["stand_in"]
        assert isinstance(stand_in, forms.ModelChoiceField)  # noqa: S101  (declared so above)
        stand_in.queryset = absences.stand_ins(person)
        for name in ("starts_on", "ends_on"):
            self.fields[name].required = True


class AnnounceAbsence(OwnPage):
    deed = Deed.READ
    title = _("Announce an absence")
    button = _("Announce")
    hint = _("While you are away, what you are told is told to somebody else as well.")
    done = _("Announced.")
    form_class = AbsenceForm

    def obstacle(self) -> str:
        if absences.stand_ins(self.account.person).exists():
            return ""
        return say("There is nobody else of your duty who could be told.")

    def form_arguments(self) -> dict[str, Any]:
        return {"person": self.account.person}

    def initial(self) -> dict[str, date]:
        return {"starts_on": clock.today()}

    def do(self, given: dict[str, Any]) -> str:
        absences.announce(**given, by=self.account)
        return self.back()


class EndAbsence(ActionPage[Absence]):
    deed = Deed.READ
    title = _("End an absence")
    button = _("I am back")
    hint = _("From now on only you are told again.")
    done = _("Ended.")
    form_class = fields.NothingForm

    def fits(self) -> bool:
        return self.subject.ended_at is None

    def back(self) -> str:
        return reverse("admin:me")

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("My page"), self.back())]

    def do(self, given: dict[str, Any]) -> str:
        absences.end(absence=self.subject, by=self.account)
        return self.back()


def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own alone; another's is as if it were not there."""
    account = account_of(request)
    try:
        absence = Absence.objects.filter(pk=pk, person=account.person_id).first()
    except OverflowError:
        absence = None
    if absence is None:
        raise Http404
    return EndAbsence(request, absence).answer()


def _view(page: type[OwnPage]) -> View:
    return lambda request: page(request, account_of(request)).answer()


# By name: the address, and what stands there.
VIEWS: dict[str, tuple[str, View]] = {
    "me": ("me/", me),
    "own_email": ("me/email/", _view(OwnEmail)),
    "own_end_sessions": ("me/end-sessions/", _view(EndOtherSessions)),
    "announce_absence": ("me/announce-absence/", _view(AnnounceAbsence)),
    "end_absence": ("me/absences/<int:pk>/end/", end_absence),
}
