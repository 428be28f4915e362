"""What the security administrator does with accounts and keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django import forms
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import SELECT_CLASSES

from governance.actions import absences, password_links, people
from governance.actions.people import Applicant
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.duties import DUTY_OF, Deed, Role
from governance.errors import HasOtherDuty, PersonKnown, Refused
from governance.lockouts import is_locked
from governance.models import Account, Client, Department, Person

S = TypeVar("S", Account, Person, Client, None)


def list_of(model: str) -> str:
    return reverse(f"admin:governance_{model}_changelist")


def role_choices() -> list[tuple[str, str]]:
    """Each role with its duty, since roles of two duties cannot be given together."""
    words = say("%(role)s (duty: %(duty)s)")
    return [
        (role.value, words % {"role": role.label, "duty": DUTY_OF[role].label}) for role in Role
    ]


def department_field() -> forms.ModelChoiceField[Department]:
    return forms.ModelChoiceField(
        Department.objects.order_by("name"),
        label=_("Department"),
        help_text=_("A department is entered with the first source that names it."),
        required=False,
        empty_label="—",
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
    )


class RolesField(forms.Form):
    roles = fields.choices(
        _("Roles"),
        role_choices,
        _("One duty a person: the three content roles go together, nothing else does."),
    )


class NewPasswordForm(forms.Form):
    password = fields.password(_("New password"), _("At least ten characters."), new=True)
    again = fields.password(_("The same again"), new=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") != given.get("again") and "again" in given:
            self.add_error("again", say("The two passwords are not the same."))
        return given


class AccountForm(RolesField):
    username = fields.line(_("Name to log in with"), longest=60)
    number = fields.line(
        _("Employee number"),
        _("Who has it already gets a second account; without one, the name stands for it."),
        longest=40,
        required=False,
    )
    display_name = fields.line(_("Name shown"), longest=100, required=False)
    department = department_field()
    field_order = ["username", "number", "display_name", "department", "roles"]


class Administration(ActionPage[S]):
    """A page about one account, person or key, or about one that is to be."""

    deed = Deed.ADMINISTER
    model: ClassVar[str]
    listed: ClassVar[Promise]

    def back(self) -> str:
        if self.subject is None:
            return list_of(self.model)
        return reverse(f"admin:governance_{self.model}_change", args=[self.subject.pk])

    def crumbs(self) -> list[tuple[str, str]]:
        up = (str(self.listed), list_of(self.model))
        return [up] if self.subject is None else [up, (str(self.subject), self.back())]


def shown_once(page: ActionPage[Any], template: str, told: dict[str, Any]) -> HttpResponse:
    """What nobody sees again. No cache keeps it."""
    context = {**page.admin_context(), "crumbs": page.crumbs(), **told}
    response = TemplateResponse(page.request, template, context)
    response["Cache-Control"] = "no-store"
    return response


def link_shown(page: ActionPage[Any], account: Account, secret: str) -> HttpResponse:
    """The link as the person will open it: at the public address, where there is one."""
    path = reverse("admin:password_link", args=[secret])
    told = {
        "title": say("A link for %(name)s") % {"name": account.username},
        "holder": account,
        "link": f"{settings.PUBLIC_URL}{path}"
        if settings.PUBLIC_URL
        else page.request.build_absolute_uri(path),
        "back": reverse("admin:governance_account_change", args=[account.pk]),
    }
    return shown_once(page, "governance/password_link_made.html", told)


class CreateAccount(Administration[None]):
    path = "add"
    model, listed = "account", _("Accounts")
    title = _("Create an account")
    button = _("Create")
    hint = _("Lets a person log in. The next page has a link for choosing a password; pass it on.")
    done = _("Created.")
    again = _(
        "The account was created, and its link was shown once; it cannot be shown again. If nobody"
        " copied it, make another on the page of the account."
    )
    form_class = AccountForm

    def do(self, given: dict[str, Any]) -> HttpResponse:
        names = ("username", "number", "display_name", "department")
        applicant = Applicant(**{name: given[name] for name in names})
        account = people.create_account(
            applicant=applicant,
            roles=[Role(role) for role in given["roles"]],
            password=None,
            by=self.account,
        )
        _link, secret = password_links.make(account=account, by=self.account)
        return link_shown(self, account, secret)

    def refused(self, form: forms.Form, refusal: Refused) -> HttpResponse:
        """With the way to the person who has the number, where they are not as was typed."""
        if isinstance(refusal, HasOtherDuty | PersonKnown):
            address = reverse("admin:governance_person_change", args=[refusal.facts["person"]])
            words = say("Open the page of %(name)s") % {"name": refusal.facts["name"]}
            link = '{} <a class="kb-link" href="{}">{}</a>'
            problem = format_html(link, str(refusal), address, words)
            refusal = type(refusal)(**refusal.facts, problem=problem)
        return super().refused(form, refusal)


class AccountPage(Administration[Account]):
    model, listed = "account", _("Accounts")


class LinkForm(forms.Form):
    reason = fields.paragraph(
        _("Reason"), _("Who asked, and how you know who it was. Goes on the record.")
    )


class MakePasswordLink(AccountPage):
    path = "password-link"
    title = _("Let the person choose a new password")
    button = _("Make a link")
    hint = _("For who forgot it, or is new. The link works once, within 24 hours.")
    done = _("Made.")
    again = _(
        "The link was made and shown once; it cannot be shown again. If nobody copied it, make"
        " another."
    )
    form_class = LinkForm

    def fits(self) -> bool:
        return self.subject.is_active

    def sentences(self) -> Sequence[str]:
        return [
            str(self.hint),
            say("The password until now works until a new one was chosen; then all sessions end."),
            say("A link made before does not work any more."),
        ]

    def do(self, given: dict[str, Any]) -> HttpResponse:
        _link, secret = password_links.make(
            account=self.subject, reason=given["reason"], by=self.account
        )
        return link_shown(self, self.subject, secret)


class Unlock(AccountPage):
    path = "unlock"
    title = _("End the lock-out")
    button = _("Unlock")
    hint = _("Forgets the wrong passwords, so that the person may try again now.")
    done = _("Unlocked.")

    def fits(self) -> bool:
        return is_locked(self.subject.username)

    def do(self, given: dict[str, Any]) -> str:
        people.unlock(account=self.subject, reason=given["reason"], by=self.account)
        return self.back()


class EndSessions(AccountPage):
    path = "end-sessions"
    title = _("End all sessions")
    button = _("End sessions")
    hint = _("Logs the account out everywhere. The password stays.")
    done = _("All sessions were ended.")
    form_class = fields.NothingForm

    def fits(self) -> bool:
        return self.subject.is_active

    def do(self, given: dict[str, Any]) -> str:
        account = people.end_sessions(account=self.subject, by=self.account)
        if account.pk == self.account.pk:
            update_session_auth_hash(self.request, account)
        return self.back()


class SetActive(AccountPage):
    active: ClassVar[bool]

    def fits(self) -> bool:
        return self.subject.is_active is not self.active

    def do(self, given: dict[str, Any]) -> str:
        people.set_active(
            account=self.subject, active=self.active, reason=given["reason"], by=self.account
        )
        return self.back()


class Disable(SetActive):
    path = "disable"
    title = _("Disable the account")
    button = _("Disable")
    hint = _("Nobody logs in with it any more, and who is logged in is out at once.")
    done = _("Disabled.")
    dangerous = True
    active = False

    def warnings(self) -> Sequence[str]:
        return [*_other_accounts(self.subject), *work_left_by(self.subject.person)]


def _other_accounts(account: Account) -> list[str]:
    """By which the same person logs in all the same."""
    others = account.person.accounts.filter(is_active=True).exclude(pk=account.pk)
    names = say(", ").join(others.order_by("username").values_list("username", flat=True))
    told = say("Other accounts of the same person stay open: %(names)s") % {"names": names}
    return [told] if names else []


def work_left_by(person: Person) -> list[str]:
    """What nobody would be reminded of any more."""
    owned, asked = absences.held_by(person)
    if not owned and not asked:
        return []
    told = say(
        "Sources owned: %(sources)s, reviews asked for: %(reviews)s. A curator hands them over,"
        " under “My page”."
    )
    return [told % {"sources": owned, "reviews": asked}]


class Enable(SetActive):
    path = "enable"
    title = _("Let the account in again")
    button = _("Enable")
    hint = _("The person may log in with it again.")
    done = _("Enabled.")
    active = True
