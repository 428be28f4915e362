"""What somebody may be called where they log in."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from governance import lockouts
from governance.actions import people
from governance.actions.people import Applicant
from governance.duties import Role
from governance.errors import Malformed
from governance.models import Account
from governance.trail import SHELL
from tests.support.knowledge import PASSWORD
from tests.support.tampering import set_column, tamper
from tests.support.visiting import Visitor

ODD = {
    "space": "ana lee",
    "ideographic space": "ana\u3000lee",
    "quote": 'ana"',
    "apostrophe": "o'hara",
    "angle": "<b>ana",
    "line": "ana\nlee",
    "nul": "ana\0",
    "escape": "ana\x1b[31m",
    "zero width": "an\u200ba",
    "joiner": "an\u200da",
    "byte order mark": "\ufeffana",
    "right to left": "\u202eana",
    "isolate": "ana\u2066",
    "soft hyphen": "an\u00ada",
    "filler": "ana\u3164",
    "half-width filler": "ana\uffa0",
    "nothing": "",
    "long once it is read": "\u337f" * 16,
}


def create(name: str) -> Account:
    applicant = Applicant(name, number="E-1", display_name="Eva")
    return people.create_account(
        applicant=applicant, roles=[Role.CURATOR], password=PASSWORD, by=SHELL
    )


@pytest.mark.parametrize("name", ODD.values(), ids=ODD.keys())
def test_name_that_could_pass_for_another_is_refused(db: None, name: str) -> None:
    with pytest.raises(Malformed, match="Use letters, digits and"):
        create(name)


@pytest.mark.parametrize(
    "name", ["王芳", "o.hara", "ana-2", "a_b", "ana@hospital.cn", "josé", "7+"]
)
def test_name_of_letters_digits_and_a_few_signs_is_taken(db: None, name: str) -> None:
    assert create(name).username == name


@pytest.mark.parametrize(("typed", "kept"), [("ａｎａ＿２", "ana_2"), ("ﬁona", "fiona")])
def test_name_is_looked_at_as_it_is_read(db: None, typed: str, kept: str) -> None:
    assert create(typed).username == kept


def test_page_says_at_the_field_what_is_allowed(sue: Account) -> None:
    answer = Visitor(sue).press(
        "/admin/governance/account/add/", username="an\u200ba", roles=[Role.CURATOR]
    )

    assert answer.status_code == 400
    assert "without spaces" in answer.context["form"].errors["username"][0]


def test_command_refuses_it_too(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD))

    with pytest.raises(CommandError, match="without spaces"):
        call_command("create_account", "ana lee", role=["curator"], password_stdin=True)


def test_who_has_an_odd_name_from_before_logs_in(ana: Account) -> None:
    tamper(set_column("account", "username", "ana <lee>", f"id = {ana.pk}"))

    answer = Browser().post("/admin/login/", {"username": "ana <lee>", "password": PASSWORD})

    assert answer.status_code == 302


def test_name_logs_in_in_either_case_and_is_locked_in_either(ana: Account) -> None:
    assert log_in("ANA", PASSWORD) == 302
    tries = [log_in("aNa", "wrong") for _time in range(6)]

    assert tries[-1] == 429
    assert lockouts.is_locked("ana")
    assert log_in("ana", PASSWORD) == 429
    assert lockouts.end("ana")


def log_in(name: str, password: str) -> int:
    answer = Browser().post("/admin/login/", {"username": name, "password": password})
    return answer.status_code
