"""Logging in and out over the API."""

from __future__ import annotations

import pytest

from governance.actions import people
from governance.duties import Role
from governance.models import Account, AuditEntry
from tests.support import knowledge
from tests.support.callers import Caller, code, log_in, program
from tests.support.knowledge import PASSWORD


def test_login_says_who_one_is_and_what_one_may(ana: Account) -> None:
    answer = Caller().send("session/", {"username": "ana", "password": PASSWORD})

    assert answer.status_code == 201
    assert answer.json() == {
        "username": "ana",
        "person": "ana",
        "display_name": "Ana",
        "roles": ["curator"],
        "may": ["read", "comment", "curate", "quarantine", "draw", "answer"],
    }


def test_session_cookie_lets_one_in(ana: Account) -> None:
    caller = log_in(ana)

    assert caller.ask("session/").json()["username"] == "ana"


def test_login_needs_no_token_but_what_writes_does(ana: Account) -> None:
    caller = Caller()
    caller.send("session/", {"username": "ana", "password": PASSWORD})

    assert code(caller.send("session/", by="delete")) == (403, "csrf_failed")


def test_token_of_somebody_else_is_refused(ana: Account, ben: Account) -> None:
    caller, other = log_in(ana), log_in(ben)
    token = other.cookies["csrftoken"].value

    caller.credentials(HTTP_X_CSRFTOKEN=token)

    assert code(caller.send("session/", by="delete")) == (403, "csrf_failed")


def test_login_gives_the_session_another_key(ana: Account) -> None:
    caller = log_in(ana)
    before = caller.cookies["sessionid"].value

    caller.send("session/", {"username": "ana", "password": PASSWORD})

    assert caller.cookies["sessionid"].value != before


def test_logout_ends_the_session(ana: Account) -> None:
    caller = log_in(ana)

    assert caller.send("session/", by="delete").status_code == 204
    assert code(caller.ask("session/")) == (401, "not_authenticated")


def test_cookie_kept_after_logout_opens_nothing(ana: Account) -> None:
    caller = log_in(ana)
    kept = caller.cookies["sessionid"].value
    caller.send("session/", by="delete")

    caller.cookies["sessionid"] = kept

    assert caller.ask("session/").status_code == 401


@pytest.mark.parametrize("given", [("ana", "wrong horse battery"), ("nobody", PASSWORD)])
def test_wrong_name_and_wrong_password_get_one_answer(ana: Account, given: tuple[str, str]) -> None:
    answer = Caller().send("session/", {"username": given[0], "password": given[1]})

    assert code(answer) == (401, "login_failed")
    assert answer.json()["detail"] == _detail_of_unknown_name()


def _detail_of_unknown_name() -> str:
    answer = Caller().send("session/", {"username": "zoe", "password": "whatever it is"})
    return str(answer.json()["detail"])


def test_disabled_account_gets_the_same_answer(ana: Account, sue: Account) -> None:
    people.set_active(account=ana, active=False, reason="Left.", by=sue)

    answer = Caller().send("session/", {"username": "ana", "password": PASSWORD})

    assert code(answer) == (401, "login_failed")
    assert answer.json()["detail"] == _detail_of_unknown_name()


def test_disabling_an_account_ends_its_sessions_at_once(ana: Account, sue: Account) -> None:
    caller = log_in(ana)

    people.set_active(account=ana, active=False, reason="Left.", by=sue)

    assert caller.ask("session/").status_code == 401


def test_password_set_anew_ends_sessions(ana: Account, sue: Account) -> None:
    caller = log_in(ana)

    people.set_password(account=ana, password="another horse battery", by=sue)

    assert caller.ask("session/").status_code == 401


def test_five_wrong_passwords_lock_the_account(ana: Account) -> None:
    caller = Caller()
    wrong = {"username": "ana", "password": "wrong horse battery"}

    answers = [caller.send("session/", wrong) for _ in range(5)]

    assert [a.status_code for a in answers] == [401, 401, 401, 401, 429]
    assert code(answers[-1]) == (429, "locked_out")
    assert answers[-1]["Retry-After"] == "900"


def test_locked_account_is_not_opened_by_the_right_password(ana: Account) -> None:
    for _ in range(5):
        Caller().send("session/", {"username": "ana", "password": "wrong horse battery"})

    answer = Caller().send("session/", {"username": "ana", "password": PASSWORD})

    assert code(answer) == (429, "locked_out")


def test_empty_otp_is_left_out(ana: Account) -> None:
    given = {"username": "ana", "password": PASSWORD, "otp": ""}

    assert Caller().send("session/", given).status_code == 201


def test_otp_that_nobody_checks_is_refused(ana: Account) -> None:
    given = {"username": "ana", "password": PASSWORD, "otp": "123456"}

    assert code(Caller().send("session/", given)) == (400, "malformed")


def test_login_works_with_a_stale_session_in_the_cookie(ana: Account) -> None:
    caller = Caller()
    caller.cookies["sessionid"] = "gone"

    answer = caller.send("session/", {"username": "ana", "password": PASSWORD})

    assert answer.status_code == 201


def test_every_duty_may_ask_who_it_is(sue: Account) -> None:
    assert log_in(sue).ask("session/").json()["may"] == ["administer", "tell"]


def test_program_has_no_session(db: None) -> None:
    assert code(program("retrieve").ask("session/")) == (403, "not_allowed")


def test_unknown_key_is_not_authenticated(db: None) -> None:
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION="Bearer kb_made-up")

    answer = caller.ask("session/")

    assert code(answer) == (401, "authentication_failed")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_session_cookie_is_out_of_reach_of_scripts(ana: Account) -> None:
    caller = log_in(ana)

    assert caller.cookies["sessionid"]["httponly"]
    assert not caller.cookies["csrftoken"]["httponly"]


def test_login_by_form_from_another_site_is_refused(ana: Account) -> None:
    form = {"username": "ana", "password": PASSWORD}

    answer = Caller().post("/api/v1/session/", form, format="multipart")

    assert code(answer) == (415, "unsupported_media_type")


def test_refused_call_leaves_one_trace(cleo: Account) -> None:
    caller = log_in(cleo)

    for _ in range(3):
        assert code(caller.send("sources/", {})) == (403, "not_allowed")

    assert AuditEntry.objects.filter(action="attempt.refused").count() == 1


def test_second_account_of_a_person_says_the_same_person(ana: Account) -> None:
    eva = knowledge.account("eva", Role.REVIEWER, number="ana")

    assert log_in(eva).ask("session/").json()["person"] == "ana"
