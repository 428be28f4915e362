"""Accounts, persons and keys on pages of the admin."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from governance import clock
from governance.duties import Duty, Role, Scope
from governance.models import Account, Client, Person
from tests.support import knowledge
from tests.support.knowledge import PASSWORD
from tests.support.visiting import Visitor, words

ACCOUNTS = "/admin/governance/account/"
PERSONS = "/admin/governance/person/"
KEYS = "/admin/governance/client/"
NEW_PASSWORD = "staple battery horse"


def at_account(account: Account, page: str = "change") -> str:
    return f"{ACCOUNTS}{account.pk}/{page}/"


def at_person(person: Person, page: str = "change") -> str:
    return f"{PERSONS}{person.pk}/{page}/"


def at_key(client: Client, page: str = "change") -> str:
    return f"{KEYS}{client.pk}/{page}/"


def create(by: Account, **changed: object) -> Any:
    fields = {
        "username": "eva",
        "number": "E-17",
        "display_name": "Eva Wang",
        "roles": [Role.CURATOR, Role.REVIEWER],
        "password": NEW_PASSWORD,
        "again": NEW_PASSWORD,
    }
    return Visitor(by).press(f"{ACCOUNTS}add/", **(fields | changed))


# Accounts.


def test_security_administrator_creates_an_account(sue: Account) -> None:
    create(sue)

    person = Account.objects.get(username="eva").person
    assert person.roles == {Role.CURATOR, Role.REVIEWER}


def test_created_account_logs_in(sue: Account) -> None:
    create(sue)

    assert Account.objects.get(username="eva").check_password(NEW_PASSWORD)


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


def test_short_password_is_refused_at_its_field(sue: Account) -> None:
    response = create(sue, password="short", again="short")

    assert response.status_code == 400
    assert response.context["form"].errors["password"]


def test_passwords_that_differ_are_refused_at_the_second(sue: Account) -> None:
    response = create(sue, again="another long password")

    assert response.context["form"].errors["again"] == ["The two passwords are not the same."]


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


def test_password_of_another_is_set(sue: Account, ana: Account) -> None:
    Visitor(sue).press(at_account(ana, "set-password"), password=NEW_PASSWORD, again=NEW_PASSWORD)

    ana.refresh_from_db()
    assert ana.check_password(NEW_PASSWORD)


def test_auditor_cannot_set_a_password(cleo: Account, ana: Account) -> None:
    response = Visitor(cleo).send(
        at_account(ana, "set-password"), password=NEW_PASSWORD, again=NEW_PASSWORD
    )

    ana.refresh_from_db()
    assert response.status_code == 403
    assert ana.check_password(PASSWORD)


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


# Keys.


def make_key(by: Account, **changed: object) -> Any:
    fields = {"name": "ward-bot", "scopes": [Scope.RETRIEVE]}
    return Visitor(by).press(f"{KEYS}add/", **(fields | changed))


def test_key_is_shown_once(sue: Account) -> None:
    response = make_key(sue)

    key = response.context["key"]
    assert key in words(response)
    assert Client.objects.with_key(key, at=clock.now())


def test_key_is_kept_by_no_cache(sue: Account) -> None:
    assert "no-store" in make_key(sue).headers["Cache-Control"]


def test_key_is_nowhere_afterwards(sue: Account) -> None:
    key = make_key(sue).context["key"]

    assert key not in Visitor(sue).read(at_key(Client.objects.get()))


def test_page_of_a_key_sent_twice_makes_one(sue: Account) -> None:
    make_key(sue, once="one key")

    response = make_key(sue, once="one key")

    assert response.status_code == 302
    assert Client.objects.count() == 1


def test_key_without_a_scope_is_refused_at_the_field(sue: Account) -> None:
    response = make_key(sue, scopes=[])

    assert response.context["form"].errors["scopes"]


def test_key_opens_through_its_last_day(sue: Account) -> None:
    today = clock.today()

    make_key(sue, expires_on=today.isoformat())

    tomorrow = today + timedelta(days=1)
    assert Client.objects.get().expires_at == clock.start_of(tomorrow)


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "soon"])
def test_last_day_that_makes_no_sense_is_refused_at_its_field(day: str, sue: Account) -> None:
    response = make_key(sue, expires_on=day)

    assert response.context["form"].errors["expires_on"]


def test_taken_name_of_a_program_is_refused(sue: Account) -> None:
    make_key(sue)

    response = make_key(sue)

    assert response.status_code == 409
    assert "There is already one of this name: ward-bot." in words(response)


def test_revoked_key_opens_nothing(sue: Account) -> None:
    key = make_key(sue).context["key"]

    Visitor(sue).press(at_key(Client.objects.get(), "revoke"), reason="Lost.")

    assert Client.objects.with_key(key, at=clock.now()) is None


def test_revoked_key_says_so_and_offers_nothing(sue: Account) -> None:
    make_key(sue)
    Visitor(sue).press(at_key(Client.objects.get(), "revoke"), reason="Lost.")

    page = Visitor(sue).read(at_key(Client.objects.get()))

    assert "kb-bad" in page
    assert "What you may do now" not in page


def test_system_administrator_cannot_make_a_key(sam: Account) -> None:
    response = Visitor(sam).send(f"{KEYS}add/", name="ward-bot", scopes=["retrieve"])

    assert response.status_code == 403
    assert not Client.objects.exists()
