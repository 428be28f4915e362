"""No session outlives what ended it, whatever the account may do afterwards."""

from __future__ import annotations

import pytest

from governance.actions import people
from governance.duties import Role
from governance.models import Account, AuditEntry
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.callers import Caller, log_in

pytestmark = pytest.mark.database

NEW_PASSWORD = "staple battery horse"


@pytest.fixture
def session(ana: Account) -> Caller:
    return log_in(ana)


def is_open(session: Caller) -> bool:
    return bool(session.ask("session/").status_code == 200)


def set_active(account: Account, by: Account, *, active: bool) -> None:
    people.set_active(account=account, active=active, reason="Left.", by=by)


def test_session_stays_while_nothing_ends_it(session: Caller) -> None:
    assert is_open(session)


def test_session_does_not_come_back_with_its_account(
    session: Caller, ana: Account, sue: Account
) -> None:
    set_active(ana, sue, active=False)
    set_active(ana, sue, active=True)

    assert not is_open(session)


def test_enabled_account_logs_in_anew(ana: Account, sue: Account) -> None:
    set_active(ana, sue, active=False)
    set_active(ana, sue, active=True)

    assert is_open(log_in(ana))


def test_session_of_another_account_stays(session: Caller, ben: Account, sue: Account) -> None:
    set_active(ben, sue, active=False)

    assert is_open(session)


@pytest.mark.parametrize("password", [NEW_PASSWORD, knowledge.PASSWORD])
def test_reset_of_the_password_ends_sessions(
    session: Caller, ana: Account, sue: Account, password: str
) -> None:
    people.set_password(account=ana, password=password, by=sue)

    assert not is_open(session)


def test_change_of_the_own_password_ends_sessions_elsewhere(session: Caller, ana: Account) -> None:
    people.set_password(account=ana, password=NEW_PASSWORD, by=ana)

    assert not is_open(session)


@pytest.mark.parametrize("roles", [[Role.REVIEWER], [Role.COMPLIANCE]])
def test_who_loses_a_role_is_logged_out(
    session: Caller, ana: Account, sue: Account, roles: list[Role]
) -> None:
    people.set_roles(person=ana.person, roles=roles, reason="Moved.", by=sue)

    assert not is_open(session)


def test_who_gains_a_role_stays(session: Caller, ana: Account, sue: Account) -> None:
    roles = [Role.CURATOR, Role.REVIEWER]
    people.set_roles(person=ana.person, roles=roles, reason="Learnt.", by=sue)

    assert is_open(session)


def test_every_account_of_who_loses_a_role_is_logged_out(ana: Account, sue: Account) -> None:
    number = ana.person.number
    second = log_in(knowledge.account("ana-2", Role.CURATOR, number=number))

    people.set_roles(person=ana.person, roles=[Role.GRAPH_EDITOR], reason="Moved.", by=sue)

    assert not is_open(second)


def test_count_of_ended_sessions_is_no_matter_of_the_trail(ana: Account, sue: Account) -> None:
    people.set_roles(person=ana.person, roles=[Role.GRAPH_EDITOR], reason="Moved.", by=sue)

    assert AuditEntry.objects.latest("number").action == "person.roles_set"
    assert list(verify_trail()) == []
