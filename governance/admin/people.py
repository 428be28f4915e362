"""Persons and accounts, for the security administrator alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.actions.people import roles_of
from governance.admin.access_filters import ByAccountState, ByRole
from governance.admin.base import GovernedAdmin, badge
from governance.admin.filters import ByDuty
from governance.admin.histories import ReadOnlyHistory
from governance.admin.people_pages import (
    CreateAccount,
    Disable,
    Enable,
    EndSessions,
    MakePasswordLink,
    Unlock,
    list_of,
)
from governance.admin.person_pages import EditPerson, SetEmail, SetRoles
from governance.admin.trail_words import ACTORS
from governance.duties import Deed
from governance.lockouts import lock_out_of, locked_names
from governance.models import Account, AuditEntry, AuditPayload, Client, Person
from governance.sessions import living


@admin.register(Person)
class PersonAdmin(ReadOnlyHistory, GovernedAdmin):
    view_deed = Deed.ADMINISTER
    list_title = _("Persons")
    empty_sentence = _("There is no person yet. One is entered with the first account.")
    pages = (SetRoles, EditPerson, SetEmail)
    detail_template = "governance/person.html"
    list_display = ["shown_name", "employee_number", "obligation", "roles", "section"]
    list_filter = [ByDuty]
    search_fields = ["display_name", "number"]
    search_help_text = _("Name or employee number")
    ordering = ["display_name", "pk"]
    list_select_related = ["department"]

    @admin.display(description=_("Name"), ordering="display_name")
    def shown_name(self, person: Person) -> str:
        return person.display_name

    @admin.display(description=_("Employee number"), ordering="number")
    def employee_number(self, person: Person) -> str:
        return person.number

    @admin.display(description=_("Duty"), ordering="duty")
    def obligation(self, person: Person) -> str:
        return person.get_duty_display()

    @admin.display(description=_("Roles"))
    def roles(self, person: Person) -> str:
        return roles_of(person)

    @admin.display(description=_("Department"), ordering="department__name")
    def section(self, person: Person) -> str:
        return str(person.department or "–")

    def detail(self, request: HttpRequest, subject: Person) -> Mapping[str, Any]:
        return {
            "person": subject,
            "roles": roles_of(subject),
            "accounts": subject.accounts.order_by("username"),
            "crumbs": [(say("Persons"), list_of("person"))],
        }


def state_of_account(account: Account) -> str:
    """Of a row of `AccountAdmin.get_queryset`, which knows who is locked."""
    if not account.is_active:
        return badge("bad", _("Disabled"))
    if getattr(account, "is_locked", False):
        return badge("warn", _("Locked"))
    return badge("good", _("Active"))


def minute(at: datetime | None) -> str:
    return date_format(localtime(at), "Y-m-d H:i") if at else "–"


def last_word(action: str, subject: Account | Client) -> dict[str, Any] | None:
    """Who did this to it last, when and why, as the trail has it."""
    name = subject._meta.model_name
    entries = AuditEntry.objects.filter(action=action, subject_type=name, subject_id=subject.pk)
    entry = entries.order_by("-number").first()
    if entry is None:
        return None
    payload = AuditPayload.objects.filter(number=entry.number).first()
    person = Person.objects.filter(pk=entry.person_id).first() if entry.person_id else None
    told = payload.content if payload else {}
    return {"by": person or ACTORS.get(entry.by_kind), "at": entry.at, "why": told.get("reason")}


@admin.register(Account)
class AccountAdmin(GovernedAdmin):
    view_deed = Deed.ADMINISTER
    list_title = _("Accounts")
    empty_sentence = _("There is no account yet.")
    add_page = CreateAccount
    pages = (MakePasswordLink, Unlock, EndSessions, Disable, Enable)
    detail_template = "governance/account.html"
    list_display = ["login", "holder", "roles", "state", "last_seen"]
    list_filter = [ByAccountState, ByRole]
    search_fields = ["username", "person__display_name", "person__number"]
    search_help_text = _("Name or employee number")
    ordering = ["username"]
    list_select_related = ["person"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        locked = locked_names(clock.now()).filter(username=OuterRef("username"))
        rows: QuerySet[Account] = super().get_queryset(request)
        return rows.annotate(is_locked=Exists(locked))

    @admin.display(description=_("Logs in as"), ordering="username")
    def login(self, account: Account) -> str:
        return account.username

    @admin.display(description=_("Person"), ordering="person__display_name")
    def holder(self, account: Account) -> str:
        return account.person.display_name

    @admin.display(description=_("Roles"))
    def roles(self, account: Account) -> str:
        return roles_of(account.person)

    @admin.display(description=_("State"), ordering="is_active")
    def state(self, account: Account) -> str:
        return state_of_account(account)

    @admin.display(description=_("Last login"), ordering="last_login")
    def last_seen(self, account: Account) -> str:
        return minute(account.last_login)

    def detail(self, request: HttpRequest, subject: Account) -> Mapping[str, Any]:
        return {
            "subject": subject,
            "roles": roles_of(subject.person),
            "state": state_of_account(subject),
            "disabled": None if subject.is_active else last_word("account.disabled", subject),
            "lock_out": lock_out_of(subject.username, clock.now()),
            "sessions": living(subject, clock.now()),
            "link": subject.password_links.filter(used_at=None, expires_at__gt=clock.now()).first(),
            "has_password": subject.has_usable_password(),
            "crumbs": [(say("Accounts"), list_of("account"))],
        }
