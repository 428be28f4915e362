"""Accounts, persons and keys on pages of the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from governance import clock
from governance.actions import assignments
from governance.duties import Duty, Role
from governance.models import Account, AuditEntry, Person, Source, Version
from tests.support import knowledge
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor, words

ACCOUNTS = "/admin/governance/account/"
PERSONS = "/admin/governance/person/"


def at_account(account: Account, page: str = "change") -> str:
    return f"{ACCOUNTS}{account.pk}/{page}/"


def at_person(person: Person, page: str = "change") -> str:
    return f"{PERSONS}{person.pk}/{page}/"


def create(by: Account, **changed: object) -> Any:
    fields = {
        "username": "eva",
        "number": "E-17",
        "display_name": "Eva Wang",
        "roles": [Role.CURATOR, Role.REVIEWER],
    }
    return Visitor(by).press(f"{ACCOUNTS}add/", **(fields | changed))


# Accounts.


def test_security_administrator_creates_an_account(sue: Account) -> None:
    create(sue)

    person = Account.objects.get(username="eva").person
    assert person.roles == {Role.CURATOR, Role.REVIEWER}


def test_roles_are_marked_as_needed(sue: Account) -> None:
    legend = Visitor(sue).read(f"{ACCOUNTS}add/").partition("<legend>Roles")[2]

    assert "kb-star" in legend.partition("</legend>")[0]


def test_curator_cannot_create_an_account(ana: Account) -> None:
    response = Visitor(ana).send(f"{ACCOUNTS}add/", username="eva")

    assert response.status_code == 403


def test_roles_of_two_duties_are_refused_in_words(sue: Account) -> None:
    response = create(sue, roles=[Role.CURATOR, Role.COMPLIANCE])

    assert response.status_code == 409
    assert "A person has one duty" in words(response)


def test_taken_name_is_refused_and_what_was_typed_stays(sue: Account, ana: Account) -> None:
    response = create(sue, username="ana")

    assert response.status_code == 409
    assert 'value="Eva Wang"' in words(response)


def test_account_without_a_role_is_refused_at_the_field(sue: Account) -> None:
    response = create(sue, roles=[])

    assert response.context["form"].errors["roles"]


def test_disabled_account_is_out_at_once(sue: Account, ana: Account) -> None:
    inside = Visitor(ana)
    Visitor(sue).press(at_account(ana, "disable"), reason="Left the hospital.")

    assert inside.open("/admin/").status_code == 302


def test_enabled_account_may_log_in_again(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_account(ana, "disable"), reason="Leave.")
    Visitor(sue).press(at_account(ana, "enable"), reason="Back.")

    ana.refresh_from_db()
    assert ana.is_active


def test_last_administrator_cannot_be_disabled(sue: Account) -> None:
    response = Visitor(sue).press(at_account(sue, "disable"), reason="Holiday.")

    assert response.status_code == 409
    assert "last active security administrator" in words(response)


def test_active_account_offers_no_enabling(sue: Account, ana: Account) -> None:
    page = Visitor(sue).read(at_account(ana))

    assert at_account(ana, "enable") not in page
    assert at_account(ana, "disable") in page


def test_created_account_has_no_password_but_a_link(sue: Account) -> None:
    response = create(sue)

    assert not Account.objects.get(username="eva").has_usable_password()
    assert "/admin/password-link/" in response.context["link"]


def test_page_of_a_new_account_says_that_no_password_was_chosen(sue: Account) -> None:
    create(sue)

    page = Visitor(sue).read(at_account(Account.objects.get(username="eva")))

    assert "No password was chosen yet" in page
    assert "waits to be used until" in page


def test_person_who_has_the_number_with_another_duty_is_led_to(sue: Account, ana: Account) -> None:
    response = create(sue, number=ana.person.number, roles=[Role.SYSTEM_ADMIN])

    (problem,) = response.context["form"].errors["number"]
    assert response.status_code == 409
    assert "is that of Ana, who has the duty “Content” (Curator)" in problem
    assert f'<a class="kb-link" href="{at_person(ana.person)}">Open the page of Ana</a>' in words(
        response
    )


def test_name_in_that_sentence_is_text(sue: Account) -> None:
    create(sue, number="E-1", display_name="<b>Eva</b>")

    page = words(create(sue, number="E-1", username="eva2", roles=[Role.SYSTEM_ADMIN]))

    assert "that of &lt;b&gt;Eva&lt;/b&gt;, who" in page


def test_no_page_takes_a_password_for_somebody_else(sue: Account, ana: Account) -> None:
    pages = [f"{ACCOUNTS}add/", at_account(ana, "password-link")]

    assert [p for p in pages if 'type="password"' in Visitor(sue).read(p)] == []


def test_disabled_account_says_by_whom_and_why(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_account(ana, "disable"), reason="Left the hospital.")

    assert "by Sue: Left the hospital." in Visitor(sue).read(at_account(ana))


# Lock-outs and sessions.


def lock(account: Account) -> None:
    for _attempt in range(5):
        Browser().post("/admin/login/", {"username": account.username, "password": "wrong"})


def test_locked_account_shows_and_offers_to_be_unlocked(sue: Account, ana: Account) -> None:
    lock(ana)

    page = Visitor(sue).read(at_account(ana))

    assert "Locked" in page
    assert at_account(ana, "unlock") in page


def test_account_with_fewer_wrong_passwords_is_not_locked(sue: Account, ana: Account) -> None:
    Browser().post("/admin/login/", {"username": ana.username, "password": "wrong"})

    assert at_account(ana, "unlock") not in Visitor(sue).read(at_account(ana))


def test_lock_out_is_over_after_its_time(sue: Account, ana: Account) -> None:
    lock(ana)

    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert at_account(ana, "unlock") not in Visitor(sue).read(at_account(ana))


def test_unlocked_account_logs_in_at_once(sue: Account, ana: Account) -> None:
    lock(ana)

    Visitor(sue).press(at_account(ana, "unlock"), reason="She called.")

    given = {"username": "ana", "password": PASSWORD}
    assert Browser().post("/admin/login/", given).status_code == 302


def test_end_of_a_lock_out_is_on_the_record(sue: Account, ana: Account) -> None:
    lock(ana)
    Visitor(sue).press(at_account(ana, "unlock"), reason="She called.")

    assert AuditEntry.objects.filter(action="account.unlocked", subject_id=ana.pk).exists()


def test_lock_out_of_one_says_nothing_of_another(sue: Account, ana: Account, ben: Account) -> None:
    lock(ana)

    page = Visitor(sue).read(ACCOUNTS, state="locked")

    assert at_account(ana) in page
    assert at_account(ben) not in page


def test_sessions_are_ended_by_a_button(sue: Account, ana: Account) -> None:
    inside = Visitor(ana)

    Visitor(sue).press(at_account(ana, "end-sessions"))

    assert inside.open("/admin/").status_code == 302


def test_who_ends_the_own_sessions_there_stays(sue: Account) -> None:
    here, elsewhere = Visitor(sue), Visitor(sue)

    here.press(at_account(sue, "end-sessions"))

    assert (here.open("/admin/").status_code, elsewhere.open("/admin/").status_code) == (200, 302)


def test_end_of_sessions_is_on_the_record(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_account(ana, "end-sessions"))

    assert AuditEntry.objects.latest("number").action == "account.sessions_ended"


@pytest.mark.parametrize(("role", "shown"), [("curator", True), ("security_admin", False)])
def test_accounts_are_filtered_by_role(role: str, shown: bool, sue: Account, ana: Account) -> None:
    page = Visitor(sue).read(ACCOUNTS, role=role)

    assert (at_account(ana) in page) is shown


def test_hash_of_a_password_is_on_no_page(sue: Account, ana: Account) -> None:
    assert ana.password not in Visitor(sue).read(at_account(ana))


def test_list_of_accounts_shows_persons(sue: Account, ana: Account) -> None:
    assert "Ana" in Visitor(sue).read(ACCOUNTS)


def test_disabled_accounts_are_filtered(sue: Account, ana: Account) -> None:
    assert at_account(ana) not in Visitor(sue).read(ACCOUNTS, state="disabled")


# Persons.


def test_roles_are_set(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_person(ana.person, "set-roles"), roles=[Role.REVIEWER], reason="Moved.")

    assert Person.objects.get(pk=ana.person_id).roles == {Role.REVIEWER}


def test_duty_is_changed_with_the_roles(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_person(ana.person, "set-roles"), roles=[Role.COMPLIANCE], reason="Moved.")

    assert Person.objects.get(pk=ana.person_id).duty == Duty.COMPLIANCE


def test_conflicting_roles_are_refused(sue: Account, ana: Account) -> None:
    response = Visitor(sue).press(
        at_person(ana.person, "set-roles"),
        roles=[Role.CURATOR, Role.SYSTEM_ADMIN],
        reason="Both.",
    )

    assert response.status_code == 409


def test_own_roles_are_warned_about(sue: Account) -> None:
    page = Visitor(sue).read(at_person(sue.person, "set-roles"))

    assert "These are your own roles" in page


def test_last_administrator_keeps_the_duty(sue: Account) -> None:
    response = Visitor(sue).press(
        at_person(sue.person, "set-roles"), roles=[Role.CURATOR], reason="Tired."
    )

    assert response.status_code == 409


def test_giving_up_the_duty_leads_to_the_first_page(sue: Account) -> None:
    knowledge.account("sol", Role.SECURITY_ADMIN)

    response = Visitor(sue).press(
        at_person(sue.person, "set-roles"), roles=[Role.CURATOR], reason="Moved."
    )

    assert response.headers["Location"] == "/admin/"


def test_reviewer_cannot_set_roles(ben: Account, ana: Account) -> None:
    response = Visitor(ben).send(
        at_person(ana.person, "set-roles"), roles=[Role.REVIEWER], reason="Help."
    )

    assert response.status_code == 403


def test_page_of_a_person_lists_the_accounts(sue: Account, ana: Account) -> None:
    assert at_account(ana) in Visitor(sue).read(at_person(ana.person))


def test_history_of_a_person_names_who_changed_it(sue: Account, ana: Account) -> None:
    visitor = Visitor(sue)
    visitor.press(at_person(ana.person, "set-roles"), roles=[Role.REVIEWER], reason="Moved.")

    page = visitor.read(at_person(ana.person, "history"))

    assert "Reviewer: no → yes" in page
    assert "Moved." in page


def test_persons_are_filtered_by_duty(sue: Account, ana: Account) -> None:
    assert at_person(ana.person) not in Visitor(sue).read(PERSONS, duty="security")


def test_address_for_notices_is_set_by_the_administrator(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_person(ana.person, "set-email"), email="ana@hospital.cn")

    assert "ana@hospital.cn" in Visitor(sue).read(at_person(ana.person))


@pytest.mark.parametrize(
    "email", ["ana", "a@b@c", "ana@hospital.cn\nBcc: x@y.cn", "x" * 250 + "@a.cn"]
)
def test_what_is_no_address_is_refused_at_its_field(email: str, sue: Account, ana: Account) -> None:
    response = Visitor(sue).press(at_person(ana.person, "set-email"), email=email)

    assert response.status_code == 400
    assert response.context["form"].errors["email"]


def test_disabling_says_what_is_left_without_a_keeper(
    sue: Account, source: Source, in_review: Version, ana: Account, ben: Account
) -> None:
    second = knowledge.account("ana-2", Role.CURATOR)
    Account.objects.filter(pk=second.pk).update(person=ana.person)
    assignments.assign(version=in_review, reviewer=ben.person, by=ana)

    page = Visitor(sue).read(f"/admin/governance/account/{ana.pk}/disable/")
    bens = Visitor(sue).read(f"/admin/governance/account/{ben.pk}/disable/")

    assert "Sources owned: 1, reviews asked for: 0." in page
    assert "Other accounts of the same person stay open: ana-2" in page
    assert "Sources owned: 0, reviews asked for: 1." in bens


@pytest.mark.parametrize(
    ("day", "why"),
    [("2020-01-01", "This day is past."), ("2100-01-01", "A key ends within 10 years")],
)
def test_last_day_of_a_key_is_refused_with_the_reason(day: str, why: str, sue: Account) -> None:
    fields = {"name": "ward-bot", "scopes": ["retrieve"], "expires_on": day}

    answer = Visitor(sue).press("/admin/governance/client/add/", **fields)

    assert why in answer.content.decode()
