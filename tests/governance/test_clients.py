from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from governance import clock
from governance.actions import clients
from governance.duties import Role, Scope
from governance.errors import AlreadyExists, Malformed, NotAllowed
from governance.models import Account, AuditEntry, Client
from governance.trail import SHELL
from governance.verification import verify_trail
from tests.support import knowledge
from tests.support.callers import program
from tests.support.refusing import database_refuses

pytestmark = pytest.mark.database

NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_key_opens_what_it_was_made_for(sue: Account) -> None:
    client, key = clients.create(name="tier", scopes=[Scope.RETRIEVE, Scope.USAGE], by=sue)

    assert Client.objects.with_key(key, at=NOON) == client
    assert [scope for scope in Scope if client.opens(scope)] == [Scope.RETRIEVE, Scope.USAGE]


def test_key_is_nowhere_to_be_had_again(sue: Account) -> None:
    client, key = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)

    kept = [str(value) for value in client.state().values()]
    hint = client.keys.get().hint
    assert not any(key in value for value in kept)
    assert key.encode() not in bytes(AuditEntry.objects.latest("number").leaf)
    assert key.startswith(hint)


def test_two_keys_are_two(sue: Account) -> None:
    keys = {clients.create(name=n, scopes=[Scope.RETRIEVE], by=sue)[1] for n in ("a", "b")}

    assert len(keys) == 2


@pytest.mark.parametrize("key", ["", "kb_", "kb_guess"])
def test_another_key_opens_nothing(sue: Account, key: str) -> None:
    clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)

    assert Client.objects.with_key(key, at=NOON) is None


def test_key_expires_at_its_instant(sue: Account) -> None:
    end = clock.now() + HOUR
    _, key = clients.create(name="tier", scopes=[Scope.RETRIEVE], expires_at=end, by=sue)

    found = [Client.objects.with_key(key, at=at) for at in (end - HOUR, end)]
    assert [client is None for client in found] == [False, True]


def test_revoked_key_opens_nothing(sue: Account) -> None:
    client, key = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    clients.revoke(client=client, reason="Leaked.", by=sue)

    assert Client.objects.with_key(key, at=NOON) is None


def test_key_revoked_twice_stays_revoked_since_the_first_time(sue: Account) -> None:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    with time_machine.travel(NOON, tick=False) as clock:
        clock.move_to(datetime(2090, 1, 1, tzinfo=UTC))
        first = clients.revoke(client=client, reason="Leaked.", by=sue).revoked_at
        clock.shift(HOUR)

        assert clients.revoke(client=client, reason="Leaked.", by=sue).revoked_at == first


def test_key_without_a_scope_is_refused(sue: Account) -> None:
    with pytest.raises(Malformed):
        clients.create(name="tier", scopes=[], by=sue)


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "x" * 61])
def test_client_has_a_name(sue: Account, name: str) -> None:
    with pytest.raises(Malformed):
        clients.create(name=name, scopes=[Scope.RETRIEVE], by=sue)


def test_name_is_taken_once(sue: Account) -> None:
    clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)

    with pytest.raises(AlreadyExists):
        clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SECURITY_ADMIN])
def test_only_security_makes_and_revokes_keys(sue: Account, role: Role) -> None:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    other = knowledge.account("pat", role)

    with pytest.raises(NotAllowed):
        clients.create(name="mine", scopes=[Scope.RETRIEVE], by=other)
    with pytest.raises(NotAllowed):
        clients.revoke(client=client, reason="No.", by=other)


def test_program_makes_no_key_for_another(sue: Account) -> None:
    client, _ = clients.create(name="tier", scopes=list(Scope), by=sue)

    with pytest.raises(NotAllowed):
        clients.create(name="mine", scopes=[Scope.RETRIEVE], by=client)


def test_revoking_says_why(sue: Account) -> None:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)

    with pytest.raises(Malformed):
        clients.revoke(client=client, reason=" ", by=sue)


def test_database_takes_a_key_once(sue: Account) -> None:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    key = client.keys.get()
    key.pk = None

    with database_refuses("(?i)unique"):
        key.save(force_insert=True)


# Use.


def used(key: str, at: datetime) -> datetime | None:
    client = Client.objects.with_key(key, at=at)
    assert client
    client.note_use(at=at)
    return Client.objects.get().last_used_at


def test_key_that_was_not_used_says_so(sue: Account) -> None:
    client, _key = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)

    assert client.last_used_at is None


@pytest.mark.parametrize(("after", "moves"), [(59, False), (60, True)])
def test_use_is_remembered_to_the_minute(after: int, moves: bool, sue: Account) -> None:
    _client, key = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    first = used(key, NOON)

    second = used(key, NOON + timedelta(seconds=after))

    assert (first, second != first) == (NOON, moves)


def test_use_through_the_api_is_remembered(db: None) -> None:
    program(Scope.RETRIEVE).ask("corpus/")

    assert Client.objects.get().last_used_at


def test_refused_key_was_not_used(db: None) -> None:
    caller = program(Scope.RETRIEVE)
    clients.revoke(client=Client.objects.get(), reason="Leaked.", by=SHELL)
    caller.ask("corpus/")

    assert Client.objects.get().last_used_at is None


def test_use_is_no_matter_of_the_trail(sue: Account) -> None:
    _client, key = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    used(key, NOON)

    assert AuditEntry.objects.latest("number").action == "client.created"
    assert list(verify_trail()) == []
