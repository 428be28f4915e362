"""`changes/`: knowledge alone, in order, nothing skipped and nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from governance.actions import versions
from governance.duties import Role, Scope
from governance.models import Account, AuditEntry, TrailHead, Version
from tests.support import knowledge
from tests.support.away import truth_away
from tests.support.callers import Caller, code, log_in, program


@pytest.fixture
def follower(db: None) -> Caller:
    return program(Scope.CHANGES)


def changes(caller: Caller, **query: Any) -> Any:
    answer = caller.ask("changes/", **query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def numbers(answer: Any) -> list[int]:
    return [change["number"] for change in answer["changes"]]


def noise(name: str) -> None:
    """Something that happens and is no knowledge."""
    knowledge.account(name, Role.CURATOR)


def test_nobody_is_asked_for_a_key(db: None) -> None:
    assert Caller().ask("changes/").status_code == 401


def test_key_for_something_else_is_refused(db: None) -> None:
    assert code(program(Scope.RETRIEVE).ask("changes/")) == (403, "not_allowed")


def test_person_is_refused(cleo: Account) -> None:
    assert code(log_in(cleo).ask("changes/")) == (403, "not_allowed")


@pytest.mark.parametrize("name", ["after", "limit"])
@pytest.mark.parametrize("value", ["", "-1", "x", "1.5", "²", "9" * 19, " 1"])
def test_what_is_no_whole_number_is_malformed(follower: Caller, name: str, value: str) -> None:
    assert code(follower.ask("changes/", **{name: value})) == (400, "malformed")


def test_truth_that_is_away_is_no_empty_answer(active: Version, follower: Caller) -> None:
    with truth_away():
        assert code(follower.ask("changes/")) == (503, "truth_unreachable")


def test_answer_has_these_fields_and_no_others(active: Version, follower: Caller) -> None:
    answer = changes(follower)

    assert set(answer) == {"epoch", "changes", "next"}
    assert set(answer["changes"][0]) == {"number", "at", "action", "subject", "facts"}
    assert set(answer["changes"][0]["subject"]) == {"type", "id"}
    assert answer["epoch"] == TrailHead.objects.get().epoch


def test_approval_is_told_of_its_version(active: Version, follower: Caller) -> None:
    told = [c for c in changes(follower)["changes"] if c["action"] == "version.approved"]

    assert [c["subject"] for c in told] == [{"type": "version", "id": str(active.pk)}]


def test_what_is_no_knowledge_is_not_told(active: Version, follower: Caller, sue: Account) -> None:
    before = changes(follower)

    noise("kim")
    log_in(sue)

    assert changes(follower) == before


def test_neither_reasons_nor_names_are_told(source: Any, ana: Account, ben: Account) -> None:
    version = knowledge.approve(knowledge.in_review(source, ana), ben, reason="Because of Zhang.")
    versions.amend(version=version, reason="Misread by Li.", by=ana)
    knowledge.quarantine(version, ben)

    told = json.dumps(changes(program(Scope.CHANGES), limit=1000)["changes"])

    words = ["Zhang", "Misread", "doubts", "Ana", "ana", "Ben", "reason"]
    assert [word for word in words if f'"{word}' in told or word in told.split()] == []


def test_each_passage_of_what_leaves_the_corpus_whole_is_told(
    active: Version, follower: Caller, ben: Account
) -> None:
    passages = list(active.passages.current())
    for passage in passages:
        knowledge.quarantine(passage, ben)

    told = changes(follower, limit=1000)["changes"]

    left = [c for c in told if c["action"] == "passage.quarantined"]
    assert [c["subject"]["id"] for c in left] == [str(p.pk) for p in passages]
    assert {c["facts"]["version"] for c in left} == {active.pk}


def test_drafts_are_not_told(source: Any, draft: Version, follower: Caller) -> None:
    told = {c["subject"]["id"] for c in changes(follower)["changes"]}

    assert str(draft.pk) not in told


def test_pages_join_without_gap_while_other_things_happen(
    active: Version, follower: Caller, ana: Account, ben: Account
) -> None:
    seen: list[int] = []
    after = 0
    for step in range(40):
        answer = changes(follower, after=after, limit=1)
        seen, after = seen + numbers(answer), answer["next"]
        noise(f"n{step}")
        if step == 3:
            knowledge.quarantine(active, ben)
            knowledge.active(knowledge.source(ana), ana, ben)

    every = AuditEntry.objects.knowledge().order_by("number").values_list("number", flat=True)
    assert seen == list(every)


def test_next_is_the_last_number_given(active: Version, follower: Caller) -> None:
    answer = changes(follower, limit=1)

    assert answer["next"] == numbers(answer)[-1]


def test_next_stays_where_nothing_is_new(active: Version, follower: Caller) -> None:
    end = changes(follower)["next"]
    noise("kim")

    answer = changes(follower, after=end)

    assert (answer["changes"], answer["next"]) == ([], end)


def test_beyond_the_end_there_is_nothing(active: Version, follower: Caller) -> None:
    assert changes(follower, after=10**17)["next"] == 10**17


def test_limit_beyond_the_largest_is_the_largest(active: Version, follower: Caller) -> None:
    assert numbers(changes(follower, limit=10**17)) == numbers(changes(follower, limit=1000))


def test_two_askings_get_the_same(active: Version, follower: Caller) -> None:
    assert changes(follower) == changes(follower)
