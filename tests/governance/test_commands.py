"""Commands of the truth: what they do, what they refuse, and what a script can read."""

from __future__ import annotations

import getpass
import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError, ProgrammingError

from governance import clock
from governance.duties import Scope
from governance.models import Account, AuditEntry, Client, Person, TrailHead, Version
from tests.support.away import truth_away
from tests.support.tampering import set_column, tamper

PASSWORD = "correct horse battery"


def run(command: str, *arguments: str, **options: Any) -> str:
    printed = io.StringIO()
    call_command(command, *arguments, stdout=printed, **options)
    return printed.getvalue()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What stands on the input of the command."""

    def type_in(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    return type_in


def create_account(*arguments: str, **options: Any) -> str:
    return run("create_account", *arguments, password_stdin=True, **options)


# Accounts


def test_account_is_made_with_the_password_from_input(db: None, typed: Any) -> None:
    typed(f"{PASSWORD}\nsecond line\n")

    said = create_account("ana", "--role", "curator", "--display-name", "Ana")

    assert "Account ana was made (curator)." in said
    assert Account.objects.get().check_password(PASSWORD)
    assert Person.objects.get().display_name == "Ana"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_end_of_the_line_is_no_part_of_the_password(db: None, typed: Any, end: str) -> None:
    typed(f" {PASSWORD} {end}")

    create_account("ana", "--role", "curator")

    assert Account.objects.get().check_password(f" {PASSWORD} ")


def test_password_is_never_printed(db: None, typed: Any) -> None:
    typed(PASSWORD)

    assert PASSWORD not in create_account("ana", "--role", "curator", json=True)


def test_making_an_account_is_on_record_as_done_from_the_shell(db: None, typed: Any) -> None:
    typed(PASSWORD)

    create_account("ana", "--role", "curator")

    entry = AuditEntry.objects.get(action="account.created")
    assert json.loads(bytes(entry.leaf))["by"]["kind"] == "shell"


def test_second_account_may_belong_to_the_same_person(db: None, typed: Any) -> None:
    for name in ("ana", "ana2"):
        typed(PASSWORD)
        create_account(name, "--role", "curator", "--person", "4711")

    assert [person.number for person in Person.objects.all()] == ["4711"]


def test_several_roles_of_content_go_together(db: None, typed: Any) -> None:
    typed(PASSWORD)

    told = json.loads(
        create_account("ana", "--role", "curator", "--role", "graph_editor", json=True)
    )

    assert told == {"account": "ana", "person": "ana", "roles": ["curator", "graph_editor"]}


@pytest.mark.parametrize("password", ["", "\n", "short", "1234567890123", "password123"])
def test_weak_password_is_refused(db: None, typed: Any, password: str) -> None:
    typed(password)

    with pytest.raises(CommandError):
        create_account("ana", "--role", "curator")
    assert not Account.objects.exists()


def test_name_that_is_taken_is_refused(ana: Account, typed: Any) -> None:
    typed(PASSWORD)

    with pytest.raises(CommandError, match="already_exists"):
        create_account("ana", "--role", "curator")


def test_roles_of_two_duties_are_refused(db: None, typed: Any) -> None:
    typed(PASSWORD)

    with pytest.raises(CommandError, match=r"\(\w+\)$"):
        create_account("ana", "--role", "curator", "--role", "compliance")
    assert not Person.objects.exists()


def test_person_of_another_duty_is_refused(ana: Account, typed: Any) -> None:
    typed(PASSWORD)

    with pytest.raises(CommandError, match=r"\(\w+\)$"):
        create_account("ana2", "--role", "security_admin", "--person", ana.person.number)
    assert Account.objects.count() == 1


@pytest.mark.parametrize("arguments", [["ana"], ["ana", "--role", "boss"], ["--role", "curator"]])
def test_account_needs_a_name_and_a_role_there_is(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run("create_account", *arguments)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is typed at the terminal, unseen, question by question."""
    answers: list[str] = []
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: answers.pop(0))
    yield answers
    assert answers == []


def test_password_is_asked_for_twice(db: None, asked: list[str]) -> None:
    asked += [PASSWORD, PASSWORD]

    run("create_account", "ana", "--role", "curator")

    assert Account.objects.get().check_password(PASSWORD)


def test_two_different_passwords_are_refused(db: None, asked: list[str]) -> None:
    asked += [PASSWORD, PASSWORD + "."]

    with pytest.raises(CommandError, match="differ"):
        run("create_account", "ana", "--role", "curator")
    assert not Account.objects.exists()


# Clients


def test_client_gets_a_key_that_opens_its_scopes(db: None) -> None:
    told = json.loads(
        run("create_client", "tier", "--scope", "retrieve", "--scope", "usage", json=True)
    )

    client = Client.objects.with_key(told["key"], at=clock.now())
    assert set(told) == {"client", "key"}
    assert client == Client.objects.get(name="tier")
    assert [scope for scope in Scope if client.opens(scope)] == [Scope.RETRIEVE, Scope.USAGE]


def test_key_is_shown_on_a_line_of_its_own(db: None) -> None:
    key = run("create_client", "tier", "--scope", "corpus").splitlines()[-1]

    assert Client.objects.with_key(key, at=clock.now()) == Client.objects.get()


@pytest.mark.parametrize(
    "arguments",
    [
        ["tier"],
        ["tier", "--scope", "all"],
        ["", "--scope", "corpus"],
        ["a\nb", "--scope", "corpus"],
    ],
)
def test_client_needs_a_name_and_a_scope_there_is(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run("create_client", *arguments)
    assert not Client.objects.exists()


def test_name_of_a_client_is_given_once(db: None) -> None:
    run("create_client", "tier", "--scope", "corpus")

    with pytest.raises(CommandError, match="already_exists"):
        run("create_client", "tier", "--scope", "corpus")


# The trail


def test_whole_trail_is_well(active: Version) -> None:
    head = TrailHead.objects.get()

    assert run("verify_trail").strip() == (
        f"All is well: {head.size} entries, root {head.root.hex()}."
    )


def test_whole_trail_is_well_for_scripts_too(active: Version) -> None:
    head = TrailHead.objects.get()

    told = json.loads(run("verify_trail", json=True))

    size, root = head.size, head.root.hex()
    assert told == {"entries": size, "root": root, "files": True, "findings": []}


def test_empty_trail_is_well(db: None) -> None:
    assert "All is well" in run("verify_trail")


def test_changed_row_is_named_and_ends_the_command_with_failure(active: Version) -> None:
    tamper(set_column("version", "label", "2025", f"id = {active.pk}"))
    printed = io.StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("verify_trail", stdout=printed)

    assert f"version {active.pk}: " in printed.getvalue()
    assert "1 findings" in printed.getvalue() or "2 findings" in printed.getvalue()


def test_scripts_get_every_finding(active: Version) -> None:
    tamper(set_column("passage", "text", "Start high.", "text = 'Start low.'"))
    printed = io.StringIO()

    with pytest.raises(SystemExit, match="1"):
        call_command("verify_trail", json=True, stdout=printed)

    passage = active.passages.get(text="Start high.")
    findings = json.loads(printed.getvalue())["findings"]
    assert ["text", f"passage {passage.pk}"] in [finding[:2] for finding in findings]


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, ProgrammingError])
def test_database_that_refuses_is_one_sentence(db: None, error: type[Exception]) -> None:
    with truth_away(error), pytest.raises(CommandError, match="does not let it be done: told to"):
        call_command("verify_trail")
