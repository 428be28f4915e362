"""What the language model answered is kept, and its citations are held against the truth."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from governance.models import Account, Version
from llm.citation_marks import read
from llm.models import ReportedAnswer
from tests.llm.reporting import answered, asked, tier
from tests.support import knowledge
from tests.support.callers import code

SAYS = "Start low [1]. Then go slow."


def test_citations_are_checked_one_by_one(active: Version) -> None:
    caller = tier()
    usage, passages = asked(caller)

    told = answered(caller, usage, SAYS, [passages[0], 10**12])

    assert told.status_code == 201
    assert told.json()["passages"] == [
        {"passage": passages[0], "known": True, "served": True, "in_force_then": True,
         "in_force_now": True},
        {"passage": 10**12, "known": False, "served": False, "in_force_then": False,
         "in_force_now": False},
    ]  # fmt: skip


def test_what_left_force_since_is_told(active: Version, ben: Account) -> None:
    caller = tier()
    usage, passages = asked(caller)
    knowledge.retire(active, ben)

    cited = answered(caller, usage, SAYS, passages[:1]).json()["passages"][0]

    assert (cited["in_force_then"], cited["in_force_now"]) == (True, False)


def test_passage_that_was_not_given_is_told(active: Version, ana: Account, ben: Account) -> None:
    caller = tier()
    usage, _passages = asked(caller)
    later = knowledge.active(knowledge.source(ana), ana, ben).passages.first()
    assert later

    [cited] = answered(caller, usage, SAYS, [later.pk]).json()["passages"]

    assert (cited["known"], cited["served"]) == (True, False)
    assert (cited["in_force_then"], cited["in_force_now"]) == (False, True)


def test_sentences_without_a_citation_are_counted(active: Version) -> None:
    caller = tier()
    usage, passages = asked(caller)

    told = answered(caller, usage, f"{SAYS} Stop early [7].", passages[:1]).json()

    assert (told["sentences"], told["uncited"], told["unknown_marks"]) == (3, 2, [7])


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Start low.[1] Go slow [2, 3].", [{1}, {2, 3}]),
        ("先用小剂量〔1〕。再慢慢加量。［２］", [{1}, {2}]),
        ("先用小剂量。【1-3】再加量。", [{1, 2, 3}, set()]),
        ("Go.\n\n---\n\n[1] Guideline of 2024", [set(), {1}]),
        ("Give 5 mg [as needed].", [set()]),
        ("[1]", []),
    ],
)
def test_marks_belong_to_their_sentences(text: str, marks: list[set[int]]) -> None:
    assert [each.marks for each in read(text)] == marks


def test_the_same_again_is_told_what_the_first_was(active: Version) -> None:
    caller = tier()
    usage, passages = asked(caller)
    first = answered(caller, usage, SAYS, passages[:1])

    again = answered(caller, usage, SAYS, passages[:1])

    assert (again.status_code, again.json()) == (200, first.json())
    assert code(answered(caller, usage, "Other.", passages[:1])) == (409, "answer_differs")


def test_retrieval_of_another_program_is_not_found(active: Version) -> None:
    usage, _passages = asked(tier())

    assert code(answered(tier("other"), usage, SAYS, [])) == (404, "not_found")


def test_answer_is_kept_without_the_patient(active: Version) -> None:
    caller = tier()
    usage, _passages = asked(caller)

    answered(caller, usage, "患者王小明，电话13812345678，应停用地高辛。", [])

    kept = ReportedAnswer.objects.get().text
    assert "应停用地高辛" in kept
    assert "王小明" not in kept
    assert "13812345678" not in kept


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"usage": "nonsense"}, "usage"),
        ({"usage": 7}, "usage"),
        ({"text": ""}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"model": ["a"]}, "model"),
        ({"passages": "1"}, "passages"),
        ({"passages": [1] * 201}, "passages"),
        ({"passages": [True]}, "passages.0"),
        ({"more": 1}, "more"),
    ],
)
def test_nonsense_names_its_field(db: None, wrong: dict[str, Any], field: str) -> None:
    body = {"usage": str(uuid.uuid4()), "text": SAYS, "model": "ward-7b", "passages": []}

    told = tier().send("answers/", body | wrong)

    assert code(told) == (400, "malformed")
    assert told.json()["field"] == field
