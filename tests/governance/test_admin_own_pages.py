"""What people settle about themselves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from governance import clock
from governance.actions import absences, people
from governance.duties import Role
from governance.models import Absence, Account, AuditEntry, Person
from governance.trail import SHELL
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.visiting import Visitor, words

ME = "/admin/me/"
ANNOUNCE = f"{ME}announce-absence/"


def announce(visitor: Visitor, stand_in: Account, first: object, last: object) -> Any:
    return visitor.press(
        ANNOUNCE, stand_in=stand_in.person_id, starts_on=str(first), ends_on=str(last)
    )


@pytest.fixture
def absence(ana: Account, ben: Account) -> Absence:
    today = clock.today()
    return absences.announce(stand_in=ben.person, starts_on=today, ends_on=today, by=ana)


def end_of(absence: Absence) -> str:
    return f"{ME}absences/{absence.pk}/end/"


# Who one is.


def test_page_says_who_one_is(ana: Account) -> None:
    page = Visitor(ana).read(ME)

    assert "Ana" in page
    assert "Curator" in page


def test_page_takes_no_post(ana: Account) -> None:
    assert Visitor(ana).send(ME).status_code == 405


def test_who_tends_no_knowledge_is_offered_no_absence(sue: Account) -> None:
    assert ANNOUNCE not in Visitor(sue).read(ME)


# Absences.


def test_absence_is_announced(ana: Account, ben: Account) -> None:
    today = clock.today()

    announce(Visitor(ana), ben, today, today + timedelta(days=7))

    assert Absence.objects.get().stand_in == ben.person


def test_announced_absence_stands_on_the_page(absence: Absence, ana: Account) -> None:
    page = Visitor(ana).read(ME)

    assert end_of(absence) in page
    assert "Ben" in page


def test_stand_in_sees_for_whom(absence: Absence, ben: Account) -> None:
    assert "you are told what waits for Ana" in Visitor(ben).read(ME)


def test_absence_is_ended(absence: Absence, ana: Account) -> None:
    Visitor(ana).press(end_of(absence))

    assert Absence.objects.get().ended_at


def test_absence_that_is_over_is_not_shown(absence: Absence, ana: Account) -> None:
    absences.end(absence=absence, by=ana)

    assert end_of(absence) not in Visitor(ana).read(ME)


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_absence_of_another_is_not_there(
    who: str, absence: Absence, request: pytest.FixtureRequest
) -> None:
    visitor = Visitor(request.getfixturevalue(who))

    answers = (visitor.open(end_of(absence)), visitor.send(end_of(absence)))

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Absence.objects.get().ended_at is None


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "abc"])
def test_number_of_no_absence_is_not_found(number: str, ana: Account) -> None:
    assert Visitor(ana).open(f"{ME}absences/{number}/end/").status_code == 404


def test_only_others_of_the_own_duty_who_can_log_in_stand_in(
    ana: Account, ben: Account, dora: Account, cleo: Account
) -> None:
    people.set_active(account=dora, active=False, reason="Left.", by=SHELL)

    page = Visitor(ana).open(ANNOUNCE)

    offered = page.context["form"].fields["stand_in"].queryset
    assert [str(person) for person in offered] == ["Ben"]


def test_where_nobody_could_stand_in_it_says_so(cleo: Account) -> None:
    assert "There is nobody else of your duty" in Visitor(cleo).read(ANNOUNCE)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2020-01-01", "2020-01-02"),
        ("2090-01-02", "2090-01-01"),
        ("2090-01-01", "9999-12-31"),
        ("", ""),
        ("soon", "later"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    first: str, last: str, ana: Account, ben: Account
) -> None:
    answer = announce(Visitor(ana), ben, first, last)

    assert (answer.status_code, Absence.objects.count()) == (400, 0)


def test_security_administrator_announces_nothing(sue: Account, ben: Account) -> None:
    today = date(2090, 1, 1).isoformat()

    answer = Visitor(sue).send(ANNOUNCE, stand_in=ben.person_id, starts_on=today, ends_on=today)

    assert answer.status_code == 403


# The address for notices.


def test_own_address_is_set(sam: Account) -> None:
    Visitor(sam).press(f"{ME}email/", email=" sam@hospital.cn ")

    assert Person.objects.get(pk=sam.person_id).email == "sam@hospital.cn"


def test_address_is_taken_away(sam: Account) -> None:
    people.set_email(person=sam.person, email="sam@hospital.cn", by=sam)

    Visitor(sam).press(f"{ME}email/", email="")

    assert Person.objects.get(pk=sam.person_id).email == ""


def test_page_says_where_there_is_no_mail_server(ana: Account) -> None:
    assert "has no mail server" in Visitor(ana).read(ME)


def test_no_address_is_refused_at_its_field(ana: Account) -> None:
    answer = Visitor(ana).press(f"{ME}email/", email="ana at home")

    assert answer.status_code == 400
    assert answer.context["form"].errors["email"]


def test_address_is_noted_and_stands_in_no_entry(ana: Account) -> None:
    people.set_email(person=ana.person, email="ana@hospital.cn", by=ana)

    entry = AuditEntry.objects.latest("number")
    assert entry.action == "person.address_set"
    assert b"hospital.cn" not in bytes(entry.leaf)
    assert list(verify_trail()) == []


def test_address_is_in_no_history(ana: Account, sue: Account) -> None:
    people.set_email(person=ana.person, email="ana@hospital.cn", by=ana)
    people.set_roles(person=ana.person, roles=[Role.REVIEWER], reason="Moved.", by=sue)

    assert not any("hospital.cn" in str(vars(row)) for row in ana.person.history.all())


def test_same_address_again_is_no_news(ana: Account) -> None:
    people.set_email(person=ana.person, email="ana@hospital.cn", by=ana)
    before = AuditEntry.objects.count()

    people.set_email(person=ana.person, email="ana@hospital.cn", by=ana)

    assert AuditEntry.objects.count() == before


def test_nobody_but_security_sets_another_s_address(ana: Account, ben: Account) -> None:
    answer = Visitor(ben).send(
        f"/admin/governance/person/{ana.person_id}/set-email/", email="ben@hospital.cn"
    )

    assert answer.status_code == 403
    assert Person.objects.get(pk=ana.person_id).email == ""


# Sessions.


def test_own_other_sessions_end_and_this_one_goes_on(ana: Account) -> None:
    here, elsewhere = Visitor(ana), Visitor(ana)

    answer = here.press(f"{ME}end-sessions/")

    assert answer.headers["Location"] == ME
    assert (here.open(ME).status_code, elsewhere.open(ME).status_code) == (200, 302)


def test_session_of_a_second_account_stays(ana: Account) -> None:
    second = Visitor(knowledge.account("ana-2", Role.CURATOR, number=ana.person.number))

    Visitor(ana).press(f"{ME}end-sessions/")

    assert second.open(ME).status_code == 200


def test_page_is_whole_in_chinese(absence: Absence, ana: Account) -> None:
    assert 'lang="zh-hans"' in words(Visitor(ana, language="zh-hans").open(ME))
