"""What the security administrator does with persons: who they are, their roles, their address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from governance.actions import people
from governance.admin import forms as fields
from governance.admin.people_pages import (
    Administration,
    RolesField,
    department_field,
    work_left_by,
)
from governance.duties import DUTY_OF, Duty, Role
from governance.models import Person


class PersonPage(Administration[Person]):
    model, listed = "person", _("Persons")


class SeenForm(forms.Form):
    """`seen` is the last change of the person that the page was made with."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=2**53)


class PersonForm(SeenForm):
    number = fields.line(_("Employee number"), longest=40)
    display_name = fields.line(_("Name shown"), longest=100)
    department = department_field()
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))


class EditPerson(PersonPage):
    path = "edit"
    title = _("Edit a person")
    button = _("Edit")
    press = _("Save")
    hint = _("Puts the name shown, the employee number or the department right.")
    done = _("Changed.")
    form_class = PersonForm

    has_changed = True  # as far as a second click knows

    def told(self) -> str:
        return str(self.done if self.has_changed else self.nothing_done)

    def initial(self) -> dict[str, Any]:
        person = self.subject
        return {
            "number": person.number,
            "display_name": person.display_name,
            "department": person.department_id,
            "seen": people.last_change(person),
        }

    def do(self, given: dict[str, Any]) -> str:
        names = ("number", "display_name", "department")
        self.has_changed = people.edit(
            person=self.subject,
            identity=people.Identity(**{name: given[name] for name in names}),
            reason=given["reason"],
            by=self.account,
            seen=given["seen"],
        )
        return self.back()


class RolesForm(RolesField, SeenForm):
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))


class SetRoles(PersonPage):
    path = "set-roles"
    title = _("Set the roles of a person")
    button = _("Set roles")
    hint = _("Replaces the roles this person has, in every account.")
    done = _("The roles were set.")
    form_class = RolesForm

    def initial(self) -> dict[str, Any]:
        return {"roles": sorted(self.subject.roles), "seen": people.last_change(self.subject)}

    def warnings(self) -> Sequence[str]:
        own = [say("These are your own roles: you may lose this page.")]
        return [
            *(own if self.subject.pk == self.account.person_id else []),
            *work_left_by(self.subject),
        ]

    def do(self, given: dict[str, Any]) -> str:
        roles = [Role(role) for role in given["roles"]]
        people.set_roles(
            person=self.subject,
            roles=roles,
            reason=given["reason"],
            by=self.account,
            seen=given["seen"],
        )
        if self.subject.pk == self.account.person_id and DUTY_OF[roles[0]] != Duty.SECURITY:
            return reverse("admin:index")
        return self.back()


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Notices go there as well: titles and what waits. Empty for none."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"class": " ".join(INPUT_CLASSES), "autocomplete": "email"}),
    )


class SetEmail(PersonPage):
    path = "set-email"
    title = _("Set the address for notices")
    button = _("Set address")
    hint = _("Where notices are mailed to.")
    done = _("The address was set.")
    form_class = EmailForm

    def initial(self) -> dict[str, Any]:
        return {"email": self.subject.email}

    def do(self, given: dict[str, Any]) -> str:
        people.set_email(person=self.subject, email=given["email"], by=self.account)
        return self.back()
