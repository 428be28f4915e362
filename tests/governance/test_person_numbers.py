"""One employee number is one person, however it is spelt."""

from __future__ import annotations

import pytest

from governance.actions import people
from governance.actions.people import Applicant
from governance.duties import Role
from governance.errors import DutyConflict
from governance.models import Account, Client, Person
from governance.models.people import DASHES
from governance.trail import SHELL
from tests.support.knowledge import PASSWORD
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database

WIDE = ["\uff0d", "\ufe63", "\ufe58"]
SPELT = [f"E{dash}100" for dash in (*DASHES, *WIDE)] + ["e-100", "Ｅ-１００", "ｅ－１００"]


def enter(username: str, number: str, role: Role = Role.CURATOR) -> Account:
    return people.create_account(
        applicant=Applicant(username, number=number), roles=[role], password=PASSWORD, by=SHELL
    )


@pytest.mark.parametrize("number", SPELT)
def test_every_spelling_of_a_number_is_the_same_person(db: None, number: str) -> None:
    first = enter("pat", "E-100")

    assert enter("pat2", number).person == first.person


@pytest.mark.parametrize("number", SPELT)
def test_other_spelling_gets_no_other_duty(db: None, number: str) -> None:
    enter("pat", "E-100")

    with pytest.raises(DutyConflict):
        enter("pat2", number, Role.COMPLIANCE)


@pytest.mark.parametrize("dash", DASHES)
def test_database_refuses_a_second_person_by_another_dash(db: None, dash: str) -> None:
    person = enter("pat", "E-100").person

    with database_refuses("one_person_a_number|UNIQUE"):
        Person.objects.create(
            number=f"e{dash}100", display_name="Pat", duty=person.duty, is_curator=True
        )


def test_person_from_before_dashes_were_folded_is_found(db: None) -> None:
    person = enter("pat", "E-100").person
    Person.objects.filter(pk=person.pk).update(number="E\u2013100")

    assert enter("pat2", "e-100").person == person


def test_number_is_kept_with_one_hyphen_in_the_case_it_was_typed_in(db: None) -> None:
    assert enter("pat", "e－\u2013７").person.number == "e--7"


def test_other_number_is_another_person(db: None) -> None:
    assert enter("pat", "E-100").person != enter("pat2", "E100").person


def test_logs_name_the_kind_of_who_asked(db: None) -> None:
    assert Account(pk=7).named_in_logs == "account:7"
    assert Client(pk=7).named_in_logs == "client:7"
