"""How often a program may ask, what it is told of it, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches

from governance.actions import client_uses, clients
from governance.actions.clients import Limits
from governance.duties import Scope
from governance.errors import Malformed
from governance.models import Account, Client, ClientUse
from governance.rates import Bucket
from governance.trail import SHELL
from tests.support.callers import Caller, code
from tests.support.crowds import let_in
from tests.support.refusing import database_refuses
from tests.support.visiting import Visitor

NOW = datetime(2031, 5, 6, 4, 0, tzinfo=UTC)
SECOND = 1_000_000


@pytest.fixture
def stopped() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as clock:
        caches["default"].clear()
        yield clock


def limited(rate: int, burst: int, *scopes: Scope) -> Caller:
    limits = Limits(rate=rate, burst=burst)
    given = scopes or (Scope.CHANGES,)
    _client, key = clients.create(name="tier", scopes=given, limits=limits, by=SHELL)
    caller = Caller()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return caller


def test_of_a_hundred_at_once_exactly_the_burst_is_let_in() -> None:
    assert let_in(caches["default"], of=100, burst=7) == 7


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        ([0] * 4, [0, 0, 0, SECOND]),
        ([0, 0, 0, 1], [0, 0, 0, 0]),
        ([0, 0, 0, 0, 1, 1], [0, 0, 0, SECOND, 0, SECOND]),
        ([0, 0, 0, 100, 100, 100, 100], [0, 0, 0, 0, 0, 0, SECOND]),
    ],
)
def test_bucket_lets_in_its_burst_and_then_its_rate(asked: list[int], waits: list[int]) -> None:
    bucket, full_at, found = Bucket(60, 3), None, []

    for second in asked:
        verdict = bucket.asked(full_at, NOW.second + second * SECOND)
        full_at = verdict.full_at
        found.append(verdict.wait)

    assert found == waits


def test_who_asks_too_often_is_told_how_long_to_wait(stopped: Any, db: None) -> None:
    caller = limited(30, 2)
    answers = [caller.ask("changes/") for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert code(answers[2]) == (429, "throttled")
    assert answers[2]["Retry-After"] == "2"
    assert [a["RateLimit"] for a in answers] == ['"key";r=1;t=2', '"key";r=0;t=4', '"key";r=0;t=2']
    assert {a["RateLimit-Policy"] for a in answers} == {'"key";q=2;w=4'}


def test_after_the_wait_it_is_let_in(stopped: Any, db: None) -> None:
    caller = limited(30, 1)
    caller.ask("changes/")
    assert caller.ask("changes/").status_code == 429

    stopped.shift(timedelta(seconds=2))

    assert caller.ask("changes/").status_code == 200


def test_rate_comes_before_the_scope(stopped: Any, db: None) -> None:
    caller = limited(30, 1, Scope.USAGE)

    answers = [caller.ask("changes/").status_code for _ in range(2)]

    assert answers == [403, 429]


def test_program_without_a_limit_is_told_of_none(db: None) -> None:
    _client, key = clients.create(name="tier", scopes=[Scope.CHANGES], by=SHELL)
    answer = Caller().get("/api/v1/changes/", headers={"authorization": f"Bearer {key}"})

    assert (answer.status_code, "RateLimit" in answer) == (200, False)


@pytest.mark.parametrize(
    "limits",
    [
        {"rate": 5},
        {"burst": 5},
        {"rate": 0, "burst": 1},
        {"rate": 1, "burst": 10_001},
        {"rate": 600_001, "burst": 1},
        {"source_classes": ["rumour"]},
    ],
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, Any], sue: Account) -> None:
    with pytest.raises(Malformed):
        clients.create(name="tier", scopes=[Scope.AUDIT], limits=Limits(**limits), by=sue)


def test_database_wants_the_burst_with_the_rate(sue: Account) -> None:
    client, _ = clients.create(name="tier", scopes=[Scope.RETRIEVE], by=sue)
    client.rate = 5

    with database_refuses("client_rate_comes_with_burst"):
        client.save(update_fields=["rate"])


# What is counted.


def test_use_is_counted_by_door_and_outcome(stopped: Any, db: None) -> None:
    caller = limited(60, 3)
    for path in ("changes/", "changes/", "corpus/", "changes/"):
        caller.ask(path)

    client_uses.write_down()

    rows = ClientUse.objects.order_by("door", "code").values_list("door", "code", "times")
    assert list(rows) == [
        ("changes", "", 2),
        ("changes", "throttled", 1),
        ("corpus", "not_allowed", 1),
    ]


def test_use_is_written_down_once_a_minute_and_added_up(stopped: Any, db: None) -> None:
    caller = limited(60, 30)
    for _minute in range(3):
        caller.ask("changes/")
        stopped.shift(timedelta(seconds=59))
    assert ClientUse.objects.get().times == 3

    caller.ask("changes/")
    client_uses.write_down()

    assert ClientUse.objects.get().times == 4


def test_page_of_a_program_says_how_it_is_used(stopped: Any, sue: Account) -> None:
    caller = limited(60, 2)
    for _ in range(3):
        caller.ask("changes/")

    page = Visitor(sue).open(f"/admin/governance/client/{Client.objects.get().pk}/change/")

    (day,), (error,) = page.context["days"], page.context["errors"]
    assert (day.requests, day.throttled, day.refused, error["code"]) == (3, 1, 0, "throttled")
    assert "60 a minute, 2 at once" in page.content.decode()
