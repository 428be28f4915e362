from __future__ import annotations

import pytest

from governance.actions import people
from governance.actions.people import Applicant
from governance.duties import DUTY_OF, MAY, Deed, Duty, Role
from governance.errors import (
    AlreadyExists,
    DutyConflict,
    HasOtherDuty,
    LastAdministrator,
    Malformed,
    NotAllowed,
)
from governance.models import Account, AuditEntry, Department, Person
from governance.trail import SHELL
from tests.support import knowledge
from tests.support.refusing import database_refuses

PASSWORD = "another horse battery"
CONFLICTS = [(a, b) for a in Role for b in Role if DUTY_OF[a] != DUTY_OF[b]]


def create(username: str, *roles: Role, number: str = "", password: str = PASSWORD) -> Account:
    return people.create_account(
        applicant=Applicant(username, number=number), roles=roles, password=password, by=SHELL
    )


def disable(account: Account, by: Account) -> Account:
    return people.set_active(account=account, active=False, reason="Left.", by=by)


# One duty.


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_roles_of_two_duties_are_refused(db: None, one: Role, other: Role) -> None:
    with pytest.raises(DutyConflict):
        create("pat", one, other)


@pytest.mark.parametrize(("one", "other"), CONFLICTS)
def test_second_account_of_a_person_gets_no_other_duty(db: None, one: Role, other: Role) -> None:
    create("pat", one, number="E1")

    with pytest.raises(DutyConflict):
        create("pat2", other, number="e1")


def test_who_has_the_number_with_another_duty_is_named(db: None) -> None:
    create("pat", Role.CURATOR, Role.REVIEWER, number="E1")

    with pytest.raises(HasOtherDuty) as refusal:
        create("pat2", Role.COMPLIANCE, number="ｅ1")

    told = "The number E1 is that of pat, who has the duty “Content” (Curator, Reviewer)."
    assert str(refusal.value).startswith(told)


def test_account_without_a_role_is_refused(db: None) -> None:
    with pytest.raises(DutyConflict):
        create("pat")


def test_two_accounts_of_one_number_are_one_person(db: None) -> None:
    one = create("pat", Role.CURATOR, number="E1")
    other = create("pat2", Role.REVIEWER, number="Ｅ1")

    assert one.person_id == other.person_id
    assert other.person.roles == {Role.CURATOR, Role.REVIEWER}


def test_person_s_other_duty_takes_the_place_of_the_first(ben: Account, sue: Account) -> None:
    person = people.set_roles(person=ben.person, roles=[Role.COMPLIANCE], reason="Moved.", by=sue)

    assert person.roles == {Role.COMPLIANCE}
    assert not person.may(Deed.REVIEW)


@pytest.mark.parametrize("duty", [Duty.COMPLIANCE, Duty.SYSTEM, Duty.SECURITY])
def test_database_refuses_a_role_of_content_beside_another_duty(ana: Account, duty: Duty) -> None:
    with database_refuses("roles_exist_within_the_content_duty"):
        Person.objects.filter(pk=ana.person_id).update(duty=duty)


def test_database_refuses_content_without_a_role(ana: Account) -> None:
    with database_refuses("roles_exist_within_the_content_duty"):
        Person.objects.filter(pk=ana.person_id).update(is_curator=False)


def test_database_knows_no_other_duty(cleo: Account) -> None:
    with database_refuses("duty_is_known"):
        Person.objects.filter(pk=cleo.person_id).update(duty="root")


@pytest.mark.parametrize("number", ["ana", "ANA"])
def test_database_takes_an_employee_number_once(ana: Account, number: str) -> None:
    with database_refuses("(?i)unique"):
        Person.objects.create(number=number, display_name="Ana", duty=Duty.SECURITY)


def test_no_role_does_the_deeds_of_two_duties() -> None:
    for deed, roles in MAY.items():
        duties = {DUTY_OF[role] for role in roles}
        assert len(duties) == 1 or deed in (Deed.READ, Deed.TELL)


def test_being_a_superuser_is_nothing_here(ana: Account) -> None:
    assert not ana.is_superuser
    assert not ana.has_perm("governance.change_version")


# Accounts.


def test_account_that_is_disabled_may_nothing(ana: Account, sue: Account) -> None:
    disabled = disable(ana, sue)

    assert not any(disabled.may(deed) for deed in Deed)


def test_account_that_is_let_in_again_may_what_it_could(ana: Account, sue: Account) -> None:
    disable(ana, sue)
    back = people.set_active(account=ana, active=True, reason="Back.", by=sue)

    assert back.may(Deed.CURATE)


def test_name_is_taken_once(ana: Account) -> None:
    with pytest.raises(AlreadyExists):
        create("ana", Role.CURATOR, number="E9")


@pytest.mark.parametrize("name", ["ANA", "ａｎａ"])
def test_name_that_reads_the_same_is_taken_too(name: str, ana: Account) -> None:
    with pytest.raises(AlreadyExists):
        create(name, Role.CURATOR, number="E9")


def test_name_typed_in_full_width_logs_in_as_it_is_read(db: None) -> None:
    assert create("ｗａｎｇ０１", Role.CURATOR, number="E1").username == "wang01"


@pytest.mark.parametrize("name", ["", " pat", "pat\n", "x" * 61])
def test_name_is_one_line_that_fits(db: None, name: str) -> None:
    with pytest.raises(Malformed):
        create(name, Role.CURATOR, number="E1")


@pytest.mark.parametrize("number", [" E1", "E\t1", "x" * 41])
def test_number_is_one_line_that_fits(db: None, number: str) -> None:
    with pytest.raises(Malformed):
        create("pat", Role.CURATOR, number=number)


def test_refused_account_leaves_no_person(db: None) -> None:
    with pytest.raises(Malformed):
        create("pat", Role.CURATOR, password="short")

    assert not Person.objects.filter(number="pat").exists()


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_only_security_makes_accounts(db: None, role: Role) -> None:
    other = create("pat", role)

    with pytest.raises(NotAllowed):
        people.create_account(
            applicant=Applicant("eve"), roles=[Role.CURATOR], password=PASSWORD, by=other
        )


def test_what_the_shell_does_is_on_the_record_as_done_from_the_shell(db: None) -> None:
    create("pat", Role.CURATOR)

    made = AuditEntry.objects.get(action="account.created")
    assert (made.by_kind, made.by_id) == ("shell", None)


# The last one.


def test_last_security_administrator_is_not_disabled(sue: Account) -> None:
    with pytest.raises(LastAdministrator):
        disable(sue, sue)


def test_last_security_administrator_gets_no_other_duty(sue: Account) -> None:
    with pytest.raises(LastAdministrator):
        people.set_roles(person=sue.person, roles=[Role.CURATOR], reason="Moved.", by=sue)


def test_disabled_administrator_does_not_count_as_another(sue: Account) -> None:
    disable(create("sid", Role.SECURITY_ADMIN), sue)

    with pytest.raises(LastAdministrator):
        disable(sue, sue)


def test_one_of_two_administrators_may_go(sue: Account) -> None:
    create("sid", Role.SECURITY_ADMIN)

    assert not disable(sue, sue).is_active


# Passwords.


@pytest.mark.parametrize("password", ["short", "123456789012", "password123", "pat-the-cat", ""])
def test_weak_password_is_refused(db: None, password: str) -> None:
    with pytest.raises(Malformed):
        create("pat-the-cat", Role.CURATOR, password=password)


def test_person_sets_the_own_password(ana: Account) -> None:
    people.set_password(account=ana, password=PASSWORD, by=ana)

    assert Account.objects.get(pk=ana.pk).check_password(PASSWORD)


def test_disabled_account_does_not_set_its_password(ana: Account, sue: Account) -> None:
    held = Account.objects.get(pk=ana.pk)
    disable(ana, sue)

    with pytest.raises(NotAllowed):
        people.set_password(account=held, password=PASSWORD, by=held)


def test_nobody_but_security_sets_another_s_password(ana: Account, ben: Account) -> None:
    with pytest.raises(NotAllowed):
        people.set_password(account=ana, password=PASSWORD, by=ben)


def test_password_stands_in_no_entry(ana: Account) -> None:
    people.set_password(account=ana, password=PASSWORD, by=ana)

    account = Account.objects.get(pk=ana.pk)
    leaf = bytes(AuditEntry.objects.latest("number").leaf)
    assert PASSWORD.encode() not in leaf
    assert account.password.encode() not in leaf


def test_checking_a_password_writes_nothing(ana: Account) -> None:
    before = Account.objects.get(pk=ana.pk).password

    assert ana.check_password(knowledge.PASSWORD)
    assert Account.objects.get(pk=ana.pk).password == before


# Departments.


def test_department_is_founded_once(ana: Account) -> None:
    first = people.found_department(name="Pneumology", by=ana)

    assert people.found_department(name="Pneumology", by=ana) == first
    assert Department.objects.count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "two\nlines"])
def test_department_has_a_name(ana: Account, name: str) -> None:
    with pytest.raises(Malformed):
        people.found_department(name=name, by=ana)
