"""Requests that are sent again under an `Idempotency-Key`, and numbers of requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.request import Request
from rest_framework.response import Response

from governance.actions import repeats
from governance.api import passing
from governance.api.deprecation import Deprecated
from governance.models import Account, KeptAnswer, Source, Version
from tests.support.callers import Caller, code, file, log_in
from tests.support.knowledge import PASSWORD

NOW = datetime(2031, 5, 6, 4, 0, tzinfo=UTC)
SOURCE = {
    "title": "Asthma",
    "source_class": "textbook",
    "issuer": "Press",
    "language": "en",
    "identifiers": [],
    "licence": {"text": "CC BY 4.0"},
}
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def stopped() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def caller(ana: Account) -> Caller:
    return log_in(ana)


def register(caller: Caller, key: str = KEY, **changed: Any) -> Any:
    body = json.dumps(SOURCE | changed)
    path, kind = "/api/v1/sources/", "application/json"
    return caller.post(path, body, content_type=kind, HTTP_IDEMPOTENCY_KEY=key)


def test_same_again_is_done_once_and_answered_alike(caller: Caller) -> None:
    first, again = register(caller), register(caller, f'"{KEY}"')

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert Source.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(caller: Caller) -> None:
    register(caller)

    assert code(register(caller, title="Other")) == (422, "idempotency_key_reused")
    assert Source.objects.count() == 1


def test_what_was_refused_may_be_sent_again(caller: Caller) -> None:
    assert register(caller, title="").status_code == 400

    assert register(caller).status_code == 201


def test_key_of_another_person_is_another_key(caller: Caller, ben: Account) -> None:
    register(caller)

    assert register(log_in(ben)).status_code == 201
    assert Source.objects.count() == 2


def test_while_the_first_is_being_done_the_second_waits(
    stopped: Any, caller: Caller, ana: Account
) -> None:
    begin(ana)

    answer = register(caller)

    assert (code(answer), answer["Retry-After"]) == ((409, "request_in_progress"), "1")


def test_outcome_of_what_was_cut_off_is_not_known(
    stopped: Any, caller: Caller, ana: Account
) -> None:
    begin(ana)
    stopped.shift(repeats.LONGEST_REQUEST)

    assert code(register(caller)) == (409, "outcome_unknown")
    assert not Source.objects.exists()


def begin(ana: Account) -> None:
    told = repeats.fingerprint_of("POST", "/api/v1/sources/", SOURCE)
    repeats.begin(caller=ana.named_in_logs, key=KEY, fingerprint=told, at=NOW)


def test_key_is_forgotten_after_a_day(stopped: Any, caller: Caller) -> None:
    register(caller)
    stopped.shift(timedelta(hours=24))
    repeats.forget_old(NOW + timedelta(hours=24))

    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, '"', "é"])
def test_what_can_be_no_key_is_refused(key: str, caller: Caller) -> None:
    answer = register(caller, key)

    assert (answer.status_code, answer.json()["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", '{"title": "\\ud800"}', '{"a":' * 900 + "1" + "}" * 900]
)
def test_body_that_makes_no_sense_is_an_error_of_whoever_sent_it(body: str, caller: Caller) -> None:
    kind = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": KEY}

    answer = caller.post("/api/v1/sources/", body, **kind)

    assert code(answer) == (400, "malformed")
    assert register(caller).status_code == 201


def test_password_is_in_nothing_that_is_kept() -> None:
    told = {repeats.fingerprint_of("POST", "/", {"reason": "a", "password": p}) for p in "ab"}

    assert len(told) == 1


def test_fingerprint_cannot_be_guessed_without_the_secret(settings: Any) -> None:
    before = repeats.fingerprint_of("POST", "/", {"reason": "a"})
    settings.SECRET_KEY = "another"

    assert repeats.fingerprint_of("POST", "/", {"reason": "a"}) != before


def test_file_sent_again_is_known_again(caller: Caller, source: Source) -> None:
    answers = [send_file(caller, source, b"Start low."), send_file(caller, source, b"Start low.")]
    other = send_file(caller, source, b"Start high.")

    assert [a.status_code for a in [*answers, other]] == [201, 201, 422]
    assert Version.objects.count() == 1


def send_file(caller: Caller, source: Source, content: bytes) -> Any:
    caller.defaults["HTTP_IDEMPOTENCY_KEY"] = KEY
    return caller.upload(f"sources/{source.pk}/versions/", file=file(content))


def test_decision_sent_again_is_decided_once(
    in_review: Version, ben: Account, settings: Any
) -> None:
    caller = log_in(ben)
    caller.defaults["HTTP_IDEMPOTENCY_KEY"] = KEY
    body = {"reason": "Read.", "password": PASSWORD, "digest": in_review.digest_now()}

    answers = [caller.send(f"versions/{in_review.pk}/approve/", body) for _ in range(2)]

    assert [a.status_code for a in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_with_the_truth_gone_the_key_stays_in_doubt(ana: Account, rf: Any) -> None:
    begun = repeats.begin(caller="account:1", key=KEY, fingerprint="x", at=NOW)
    request = rf.post("/")
    request.user = ana
    assert isinstance(begun, repeats.Begun)
    answer = Response({"code": "truth_unreachable"}, status=503)

    passing.finish(Request(request), answer, passing.Passage(begun=begun))

    assert KeptAnswer.objects.get().status is None


# Numbers of requests.


def test_number_of_a_request_is_given_back_and_stands_in_its_error(caller: Caller) -> None:
    answer = caller.get("/api/v1/sources/7/", HTTP_X_REQUEST_ID="ward-3:17")

    assert answer["X-Request-Id"] == answer.json()["request_id"] == "ward-3:17"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "<script>", 'a"b'])
def test_what_can_be_no_number_is_replaced(given: str, db: None) -> None:
    answer = Caller().get("/api/v1/sources/", HTTP_X_REQUEST_ID=given)

    assert answer["X-Request-Id"] != given
    assert len(answer["X-Request-Id"]) == 36


# Addresses that are to go.


def test_address_that_is_to_go_says_so(caller: Caller, settings: Any) -> None:
    end = datetime(2032, 1, 1, tzinfo=UTC)
    settings.DEPRECATED = (Deprecated("source-list", NOW, end, "https://kb/policy"),)

    answer, other = caller.ask("sources/"), caller.ask("concepts/")

    assert answer["Deprecation"] == f"@{int(NOW.timestamp())}"
    assert answer["Sunset"] == "Thu, 01 Jan 2032 00:00:00 GMT"
    assert 'rel="deprecation"' in answer["Link"]
    assert "Deprecation" not in other
