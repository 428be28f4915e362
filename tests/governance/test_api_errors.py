"""Errors as programs see them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework import exceptions

from governance import calling_errors
from governance import errors as refusals
from governance.api import errors


def handled(error: Exception) -> tuple[int, Any]:
    answer = errors.handle(error, {})
    assert answer is not None
    return answer.status_code, answer.data


REFUSALS = [
    cls
    for cls in (vars(refusals) | vars(calling_errors)).values()
    if isinstance(cls, type) and issubclass(cls, refusals.Refused) and cls is not refusals.Refused
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_has_a_status_and_its_own_code(refusal: type[refusals.Refused]) -> None:
    facts = re.findall(r"%\((\w+)\)", str(refusal.sentence))

    status, body = handled(refusal(**dict.fromkeys(facts, "x")))

    assert status == errors.STATUS.get(refusal, 409)
    assert body["code"] == refusal.code
    assert body["detail"]


def test_codes_of_refusals_are_told_apart() -> None:
    # The children of one say it in other words, to people alone.
    codes = [refusal.code for refusal in REFUSALS if refusal.__base__ is refusals.Refused]

    assert len(set(codes)) == len(codes)


def test_truth_out_of_reach_is_no_empty_answer() -> None:
    status, body = handled(OperationalError("connection to server at 10.1.2.3 failed"))

    assert (status, body["code"]) == (503, "truth_unreachable")
    assert "10.1.2.3" not in body["detail"]


def test_clock_behind_the_trail_is_unavailable() -> None:
    assert handled(refusals.ClockBehind())[0] == 503


def test_nested_problems_become_one_line() -> None:
    detail = {"licence": {"text": ["Missing."]}, "identifiers": [{}, {"value": ["Wrong."]}]}

    _status, body = handled(exceptions.ValidationError(detail))

    assert body["detail"] == "licence.text: Missing. identifiers.value: Wrong."
    assert body["field"] == "licence.text"


def test_problem_of_the_whole_names_no_field() -> None:
    _status, body = handled(exceptions.ValidationError({"non_field_errors": ["Wrong."]}))

    assert body == {"code": "malformed", "detail": "Wrong."}


def test_detail_is_fit_to_be_sent() -> None:
    _status, body = handled(exceptions.ValidationError({"\ud800": ["Unknown."]}))

    assert body["detail"].encode() == b"?: Unknown."


def test_endless_detail_is_cut() -> None:
    _status, body = handled(exceptions.ValidationError(["x" * 100_000]))

    assert len(body["detail"]) == errors.LONGEST_DETAIL


def test_throttled_caller_is_told_how_long_to_wait() -> None:
    answer = errors.handle(exceptions.Throttled(wait=7), {})

    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")


def test_fault_of_ours_is_left_to_rise() -> None:
    assert errors.handle(ZeroDivisionError(), {}) is None
