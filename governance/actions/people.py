"""Persons, their one duty, and the accounts they log in with."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from governance import lockouts
from governance.duties import CONTENT, DUTY_OF, Deed, Duty, Role
from governance.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    DutyConflict,
    HasOtherDuty,
    LastAdministrator,
    Malformed,
    NotAllowed,
    PersonKnown,
)
from governance.models import Account, AuditEntry, Department, Person, folded_number
from governance.trail import Actor, Changes, changing, needs_reason
from governance.visibility import says_something

# Characters; the columns hold no more.
LONGEST = {"username": 60, "number": 40, "display_name": 100, "department": 100}


@dataclass(frozen=True)
class Applicant:
    """Whom an account is for. The number is the employee's; without one, the account's name."""

    username: str
    number: str = ""
    display_name: str = ""
    department: Department | None = None


def create_account(
    *, applicant: Applicant, roles: Collection[Role], password: str | None, by: Actor
) -> Account:
    """Make an account, and its person if there is none of that number. Nothing has a default.

    Without a password nobody logs in until a link was used to choose one. A person who is there
    already gains the roles where the shell says so; anybody else changes roles, name and
    department on the person, with a reason. A role of another duty is refused.
    """
    duty = _one_duty(roles)
    username = _login_name(applicant.username)
    with changing(by=by, may=Deed.ADMINISTER) as changes:
        if Account.objects.filter(username__iexact=username).exists():
            raise AlreadyExists(name=username)
        person = _person(applicant, duty)
        if isinstance(by, Account):
            _refuse_to_change(person, applicant, roles)
        _grant(person, roles, changes)
        account = Account(username=username, person=person)
        _set_password(account, password)
        account.save()
        changes.note("account.created", account, private={"username": account.username})
    return account


def roles_of(person: Person) -> str:
    """In one line, for people."""
    return _(", ").join(str(Role(role).label) for role in sorted(person.roles))


@dataclass(frozen=True)
class Identity:
    """Who a person is said to be."""

    number: str
    display_name: str
    department: Department | None = None


def edit(
    *, person: Person, identity: Identity, reason: str, by: Actor, seen: int | None = None
) -> bool:
    """Put right who a person is said to be; whether that says anything new.

    `seen` is the last change that whoever edits has read; a later one is not overwritten unread.
    Another's number, however it is spelt, is refused. Accounts, roles and sessions stay.
    """
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        person = _as_seen(person, seen)
        told = {
            "number": _number_for(person, identity.number),
            "display_name": _line("display_name", identity.display_name),
            "department": identity.department,
        }
        if all(getattr(person, name) == value for name, value in told.items()):
            return False
        for name, value in told.items():
            setattr(person, name, value)
        person.save(update_fields=list(told))
        changes.note("person.edited", person, private=_private(person))
    return True


def last_change(person: Person) -> int:
    """The number of the trail's last entry about the person."""
    rows = AuditEntry.objects.filter(governs_type="person", governs_id=str(person.pk))
    return rows.last_number()


def _as_seen(person: Person, seen: int | None) -> Person:
    """As it stands. Refused where somebody changed it since it was seen."""
    if seen is not None and last_change(person) > seen:
        raise ChangedMeanwhile(by=_("Somebody else"))
    return Person.objects.get(pk=person.pk)


def set_roles(
    *,
    person: Person,
    roles: Collection[Role],
    reason: str,
    by: Actor,
    seen: int | None = None,
) -> Person:
    """Give a content person other roles, or a person another duty, never two at once.

    Who loses one is logged out everywhere. `seen` as in `edit`.
    """
    duty = _one_duty(roles)
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        person = _as_seen(person, seen)
        _keep_an_administrator(person, Duty(duty))
        if person.roles - set(roles):
            _end_sessions(person)
        person.duty = duty
        for role in CONTENT:
            setattr(person, f"is_{role.value}", role in roles)
        person.save(update_fields=["duty", *(f"is_{r.value}" for r in CONTENT)])
        changes.note("person.roles_set", person, roles=sorted(roles))
    return person


def set_password(*, account: Account, password: str, by: Actor) -> Account:
    """Set a password: one's own, or as security administrator somebody's. Sessions end."""
    own = isinstance(by, Account) and by.pk == account.pk
    with changing(by=by, may=None if own else Deed.ADMINISTER) as changes:
        account = Account.objects.get(pk=account.pk)
        if own and not account.is_active:
            raise NotAllowed
        renew_password(account, password)
        changes.note("account.password_set", account)
    return account


def renew_password(account: Account, password: str) -> None:
    """The same within an action that allows it. Sessions end, and no link holds any more."""
    _set_password(account, password)
    account.end_sessions()
    account.save(update_fields=["password", "sessions_ended"])
    account.password_links.filter(used_at=None).delete()


def end_sessions(*, account: Account, by: Actor) -> Account:
    """Log an account out wherever it is logged in: one's own, or as security administrator any."""
    own = isinstance(by, Account) and by.pk == account.pk
    with changing(by=by, may=None if own else Deed.ADMINISTER) as changes:
        account = Account.objects.get(pk=account.pk)
        account.end_sessions()
        account.save(update_fields=["sessions_ended"])
        changes.note("account.sessions_ended", account)
    return account


def unlock(*, account: Account, reason: str, by: Actor) -> Account:
    """End the lock-out that wrong passwords brought, before its time. Twice is once."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        account = Account.objects.get(pk=account.pk)
        if lockouts.end(account.username):
            changes.note("account.unlocked", account)
    return account


def set_email(*, person: Person, email: str, by: Account) -> None:
    """Where a person's notices are mailed to; empty for nowhere. Stands in no entry."""
    email = email.strip()
    own = by.person_id == person.pk and by.is_active
    with changing(by=by, may=None if own else Deed.ADMINISTER) as changes:
        if email:
            _check_email(email)
        if Person.objects.filter(pk=person.pk).exclude(email=email).update(email=email):
            changes.note("person.address_set", person)


def set_active(*, account: Account, active: bool, reason: str, by: Actor) -> Account:
    """Disable an account, or let it in again. No session from before comes back with it."""
    with changing(by=by, may=Deed.ADMINISTER, reason=needs_reason(reason)) as changes:
        account = Account.objects.select_related("person").get(pk=account.pk)
        if not active and account.is_active:
            _refuse_last_account(account)
            account.end_sessions()
            account.password_links.filter(used_at=None).delete()
        account.is_active = active
        account.save(update_fields=["is_active", "sessions_ended"])
        changes.note("account.enabled" if active else "account.disabled", account)
    return account


def found_department(*, name: str, by: Actor) -> Department:
    """The department of that name; made if there is none."""
    with changing(by=by, may=Deed.CURATE) as changes:
        return department_named(name, changes)


def department_named(name: str, changes: Changes) -> Department:
    """The same within an action that needs it: refused together, undone together."""
    name = _line("department", name)
    department = Department.objects.filter(name=name).first()
    if department is None:
        department = Department.objects.create(name=name)
        changes.note("department.founded", department)
    return department


def _one_duty(roles: Collection[Role]) -> Duty:
    duties = {DUTY_OF[role] for role in roles}
    if len(duties) != 1:
        raise DutyConflict
    return duties.pop()


def _person(applicant: Applicant, duty: Duty) -> Person:
    number = _line("number", folded_number(applicant.number or applicant.username))
    person = Person.objects.numbered(number)
    if person and person.duty != duty:
        raise HasOtherDuty(
            field="number",
            number=person.number,
            name=person.display_name,
            duty=person.get_duty_display(),
            roles=roles_of(person),
            person=person.pk,
        )
    return person or Person(
        number=number,
        display_name=_line("display_name", applicant.display_name or applicant.username),
        duty=duty,
        department=applicant.department,
    )


def _refuse_to_change(person: Person, applicant: Applicant, roles: Collection[Role]) -> None:
    """What would be said of somebody who is here already, and is not so."""
    if person.pk is None:
        return
    name, department = applicant.display_name.strip(), applicant.department
    is_other = name not in ("", person.display_name) or department not in (None, person.department)
    if is_other or not set(roles) <= person.roles:
        raise PersonKnown(
            field="number",
            number=person.number,
            name=person.display_name,
            roles=roles_of(person),
            person=person.pk,
        )


def _grant(person: Person, roles: Collection[Role], changes: Changes) -> None:
    is_new = person.pk is None
    for role in roles:
        if role in CONTENT:
            setattr(person, f"is_{role.value}", True)
    person.save()
    action = "person.entered" if is_new else "person.roles_set"
    changes.note(action, person, private=_private(person), roles=sorted(person.roles))


def _private(person: Person) -> dict[str, str]:
    return {"number": person.number, "name": person.display_name}


def _number_for(person: Person, number: str) -> str:
    """As it is kept. Refused where another has it."""
    number = _line("number", folded_number(number))
    other = Person.objects.numbered(number)
    if other and other.pk != person.pk:
        problem = _("%(name)s has this number already.") % {"name": other.display_name}
        raise AlreadyExists(field="number", name=number, problem=problem)
    return number


def _login_name(name: str) -> str:
    """As it is read where somebody logs in: full-width letters are taken for what they stand for.

    Refused with what parts, hides or turns letters, by which one name would pass for another.
    Whoever has such a name from before logs in with it all the same.
    """
    name = Account.normalize_username(name)
    longest = LONGEST["username"]
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        fits = False
    else:
        fits = len(name) <= longest and all(says_something(letter) for letter in name)
    if not fits:
        words = _(
            "Use letters, digits and . @ + - _ alone, without spaces; at most %(longest)s"
            " characters."
        )
        raise Malformed(field="username", problem=words % {"longest": longest})
    return name


def _line(field: str, name: str) -> str:
    longest = LONGEST[field]
    if not name or not name.isprintable() or len(name) > longest or name != name.strip():
        problem = _("One line of at most %(most)s characters, all of which can be seen.")
        raise Malformed(field=field, problem=problem % {"most": longest})
    return name


def _set_password(account: Account, password: str | None) -> None:
    if password is None:
        account.set_unusable_password()
        return
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Malformed(field="password", problem=" ".join(error.messages)) from error
    account.set_password(password)


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Malformed(field="email", problem=" ".join(error.messages)) from error


def _end_sessions(person: Person) -> None:
    for account in person.accounts.all():
        account.end_sessions()
        account.save(update_fields=["sessions_ended"])


def _keep_an_administrator(person: Person, duty: Duty) -> None:
    if person.duty == Duty.SECURITY and duty != Duty.SECURITY:
        others = Account.objects.filter(person__duty=Duty.SECURITY, is_active=True)
        if not others.exclude(person=person).exists():
            raise LastAdministrator


def _refuse_last_account(account: Account) -> None:
    if account.person.duty == Duty.SECURITY:
        others = Account.objects.filter(person__duty=Duty.SECURITY, is_active=True)
        if not others.exclude(pk=account.pk).exists():
            raise LastAdministrator
