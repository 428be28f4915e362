"""`retrieve/` with `as_of`: who may look back, what is refused, and how every passage is marked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from governance import clock
from governance.duties import Scope
from governance.models import Account, AuditEntry, Version
from llm.models import Usage
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.callers import Caller, code, log_in, program
from tests.support.following import interposed, moody


@pytest.fixture
def auditing(db: None) -> Caller:
    return program(Scope.AUDIT)


def ask(caller: Caller, at: Any = None, **given: Any) -> Any:
    said = clock.now().isoformat() if at is None else at
    return caller.send("retrieve/", {"query": "Start low.", "as_of": said, **given})


# Who may.


def test_program_that_may_see_what_left_force_may_look_back(
    active: Version, auditing: Caller
) -> None:
    follow()

    assert len(ask(auditing).json()["passages"]) == 2


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_reviewers_and_compliance_may_look_back(
    active: Version, who: str, request: pytest.FixtureRequest
) -> None:
    follow()

    assert ask(log_in(request.getfixturevalue(who))).status_code == 200


@pytest.mark.parametrize("who", ["ana", "sam", "sue"])
def test_nobody_else_may(db: None, who: str, request: pytest.FixtureRequest) -> None:
    answer = ask(log_in(request.getfixturevalue(who)))

    assert code(answer) == (403, "not_allowed")
    assert AuditEntry.objects.latest("number").action == "attempt.refused"


@pytest.mark.parametrize("scope", [s for s in Scope if s != Scope.AUDIT])
def test_no_other_scope_opens_the_past(db: None, scope: Scope) -> None:
    assert code(ask(program(scope))) == (403, "not_allowed")


def test_key_that_retrieves_is_told_which_scope_opens_the_past(active: Version) -> None:
    answer = ask(program(Scope.RETRIEVE))

    assert "lacks the scope “audit”" in answer.json()["detail"]


def test_the_scope_for_the_past_does_not_open_the_present(auditing: Caller) -> None:
    answer = auditing.send("retrieve/", {"query": "Start low."})

    assert code(answer) == (403, "not_allowed")


def test_reviewer_may_not_ask_as_the_inference_tier_does(ben: Account) -> None:
    answer = log_in(ben).send("retrieve/", {"query": "Start low."})

    assert code(answer) == (403, "not_allowed")


def test_nobody_at_all_is_asked_for_a_key(db: None) -> None:
    assert ask(Caller()).status_code == 401


def test_person_without_the_forgery_token_is_refused(ben: Account) -> None:
    caller = log_in(ben)
    caller.credentials()

    assert code(ask(caller)) == (403, "csrf_failed")


# What is refused.


def test_the_future_is_malformed(auditing: Caller) -> None:
    answer = ask(auditing, (clock.now() + timedelta(minutes=1)).isoformat())

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "as_of"


@pytest.mark.parametrize("said", ["", "yesterday", "2026-05-31T08:00:00", 5, True, [], {}])
def test_what_is_no_instant_is_malformed(auditing: Caller, said: Any) -> None:
    assert code(ask(auditing, said)) == (400, "malformed")


def test_release_stays_an_unknown_field(auditing: Caller) -> None:
    assert code(ask(auditing, release="2026-1")) == (400, "malformed")


def test_encoder_away_is_no_empty_answer(active: Version, auditing: Caller) -> None:
    follow()
    encoder = moody()
    encoder.queries = encoder.passages  # type: ignore[method-assign]
    encoder.is_away = True

    assert code(ask(auditing)) == (503, "encoder_unreachable")


def test_store_away_is_no_hindrance(active: Version, auditing: Caller) -> None:
    follow()
    interposed().is_away = True

    assert len(ask(auditing).json()["passages"]) == 2


# What is answered.


def test_every_passage_says_of_when_it_is_and_whether_it_is_served_now(
    active: Version, ben: Account, auditing: Caller
) -> None:
    follow()
    then = clock.now()
    knowledge.retire(active, ben)

    answer = ask(auditing, then.isoformat()).json()

    marks = [(p["as_of"], p["in_force_now"]) for p in answer["passages"]]
    assert marks == [(answer["as_of"], False)] * 2


def test_an_answer_of_the_past_is_no_use_of_knowledge(active: Version, auditing: Caller) -> None:
    follow()

    answer = ask(auditing).json()

    assert answer["usage"] is None
    assert not Usage.objects.exists()


def test_an_answer_says_what_could_not_be_compared(active: Version, auditing: Caller) -> None:
    assert ask(auditing).json()["without_vector"] == 2


def test_but_for_the_marks_it_is_the_answer_that_was_given(
    active: Version, auditing: Caller
) -> None:
    follow()
    given = program(Scope.RETRIEVE, name="t").send("retrieve/", {"query": "Start low."}).json()

    recalled = ask(auditing).json()

    marks = {"as_of", "in_force_now"}
    bare = [{k: v for k, v in p.items() if k not in marks} for p in recalled["passages"]]
    assert (bare, recalled["truth"]) == (given["passages"], given["truth"])
