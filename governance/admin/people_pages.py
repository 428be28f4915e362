"""What the security administrator does with accounts, persons and keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import SELECT_CLASSES

from governance import clock
from governance.actions import clients, people
from governance.actions.people import Applicant
from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.duties import DUTY_OF, Deed, Duty, Role, Scope
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


class AccountForm(RolesField, NewPasswordForm):
    username = fields.line(_("Name to log in with"), longest=60)
    number = fields.line(
        _("Employee number"),
        _("Who has it already gets a second account; without one, the name stands for it."),
        longest=40,
        required=False,
    )
    display_name = fields.line(_("Name shown"), longest=100, required=False)
    department = forms.ModelChoiceField(
        Department.objects.order_by("name"),
        label=_("Department"),
        required=False,
        widget=forms.Select(attrs={"class": " ".join(SELECT_CLASSES)}),
    )
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


class CreateAccount(Administration[None]):
    path = "add"
    model, listed = "account", _("Accounts")
    title = _("Create an account")
    button = _("Create")
    hint = _("Lets a person log in. It works at once and is on the record.")
    done = _("Created.")
    form_class = AccountForm

    def do(self, given: dict[str, Any]) -> str:
        names = ("username", "number", "display_name", "department")
        applicant = Applicant(**{name: given[name] for name in names})
        account = people.create_account(
            applicant=applicant,
            roles=[Role(role) for role in given["roles"]],
            password=given["password"],
            by=self.account,
        )
        return reverse("admin:governance_account_change", args=[account.pk])


class AccountPage(Administration[Account]):
    model, listed = "account", _("Accounts")


class SetPassword(AccountPage):
    path = "set-password"
    title = _("Set a password")
    button = _("Set password")
    hint = _("For who forgot it. Who is logged in with the old one is logged out.")
    done = _("The password was set.")
    form_class = NewPasswordForm

    def do(self, given: dict[str, Any]) -> str:
        people.set_password(account=self.subject, password=given["password"], by=self.account)
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


class Enable(SetActive):
    path = "enable"
    title = _("Let the account in again")
    button = _("Enable")
    hint = _("The person may log in with it again.")
    done = _("Enabled.")
    active = True


class RolesForm(RolesField):
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))


class SetRoles(Administration[Person]):
    path = "set-roles"
    model, listed = "person", _("Persons")
    title = _("Set the roles of a person")
    button = _("Set roles")
    hint = _("Replaces the roles this person has, in every account.")
    done = _("The roles were set.")
    form_class = RolesForm

    def initial(self) -> dict[str, Any]:
        return {"roles": sorted(self.subject.roles)}

    def warnings(self) -> Sequence[str]:
        if self.subject.pk != self.account.person_id:
            return []
        return [say("These are your own roles: you may lose this page.")]

    def do(self, given: dict[str, Any]) -> str:
        roles = [Role(role) for role in given["roles"]]
        people.set_roles(person=self.subject, roles=roles, reason=given["reason"], by=self.account)
        if self.subject.pk == self.account.person_id and DUTY_OF[roles[0]] != Duty.SECURITY:
            return reverse("admin:index")
        return self.back()


class ClientForm(forms.Form):
    name = fields.line(_("Name of the program"), longest=60)
    scopes = fields.choices(_("What its key opens"), Scope.choices)
    expires_on = fields.day(_("Last day"), _("Without one it opens until it is revoked."))

    def clean_expires_on(self) -> date | None:
        last: date | None = self.cleaned_data["expires_on"]
        if last and not clock.today() <= last <= clock.today() + clients.LONGEST_LIFE:
            raise ValidationError(say("This day is past, or out of reach."))
        return last


class CreateClient(Administration[None]):
    path = "add"
    model, listed = "client", _("Keys")
    title = _("Make a key for a program")
    button = _("Make the key")
    hint = _("The key is shown once, on the next page, and can be had nowhere again.")
    done = _("Made.")
    form_class = ClientForm

    def do(self, given: dict[str, Any]) -> HttpResponse:
        last = given["expires_on"]
        client, key = clients.create(
            name=given["name"],
            scopes=[Scope(scope) for scope in given["scopes"]],
            expires_at=clock.start_of(last + timedelta(days=1)) if last else None,
            by=self.account,
        )
        return self._shown_once(client, key)

    def _shown_once(self, client: Client, key: str) -> HttpResponse:
        context = {
            **self.admin_context(),
            "title": say("The key of %(name)s") % {"name": client.name},
            "crumbs": self.crumbs(),
            "key": key,
            "back": self.back(),
        }
        response = TemplateResponse(self.request, "governance/key.html", context)
        response["Cache-Control"] = "no-store"
        return response


class Revoke(Administration[Client]):
    path = "revoke"
    model, listed = "client", _("Keys")
    title = _("Revoke a key")
    button = _("Revoke")
    hint = _("The key opens nothing any more, at once and for good.")
    done = _("Revoked.")
    dangerous = True

    def fits(self) -> bool:
        return self.subject.revoked_at is None

    def do(self, given: dict[str, Any]) -> str:
        clients.revoke(client=self.subject, reason=given["reason"], by=self.account)
        return self.back()
