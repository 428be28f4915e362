"""Proposed questions: which passages they are for, and what of a model's words is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from governance.models import Account, Version
from llm import jobs
from llm.actions import runs
from llm.evaluation.drafting import unasked
from llm.evaluation.wording import lifted, will_do
from llm.models import EvaluationQuestion, QuestionSet
from tests.support import knowledge
from tests.support.language_model import LanguageModel, serving
from tests.support.questions import founded, reviewed, written
from tests.support.visiting import Visitor, passages_of

LOW = "Begin enoxaparin at 20 mg once daily where creatinine clearance is below 30 mL/min."
SLOW = "Raise the dose of warfarin slowly, and measure the INR every third day."
ASKED = "How much heparin should somebody with failing kidneys get?"


@pytest.fixture
def book(ana: Account, ben: Account) -> Version:
    return knowledge.active(knowledge.source(ana), ana, ben, texts=[LOW, SLOW, "Short."])


@pytest.fixture
def wards(ana: Account) -> QuestionSet:
    return founded(ana)


@pytest.fixture
def model(settings: Any) -> Iterator[LanguageModel]:
    with serving() as model:
        settings.LLM_URL = model.url
        yield model


def drafted(wards: QuestionSet, by: Account, count: int = 1) -> list[EvaluationQuestion]:
    runs.order_drafts(question_set=wards, count=count, by=by)
    jobs.run_waiting()
    return list(EvaluationQuestion.objects.filter(is_draft=True))


def test_passages_are_those_nobody_asks_about_source_by_source(
    wards: QuestionSet, book: Version, ana: Account, ben: Account, at: Any
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=[SLOW, LOW])
    reviewed(wards, ana, ben, ASKED, passages_of(book)[0])

    found = unasked(wards, 3, at=at())

    told = [(p.version.source_id, p.text) for p in found]
    assert told == [(other.source_id, SLOW), (book.source_id, SLOW)]


def test_rules_draft_something_to_begin_with(
    wards: QuestionSet, book: Version, ana: Account
) -> None:
    (draft, *_rest) = drafted(wards, ana)

    assert draft.drafted_by == "rules"
    assert "with regard to “Dosing”?" in draft.text
    assert not draft.writers.exists()


def test_draft_does_not_count_before_a_person_has_edited_it_and_another_reviewed(
    wards: QuestionSet, book: Version, ana: Account, ben: Account, at: Any
) -> None:
    (draft,) = drafted(wards, ana)
    address = f"/admin/llm/evaluationquestion/{draft.pk}/"
    early = Visitor(ben).press(f"{address}review/")
    passage = draft.expected.get().passage_id

    Visitor(ana).press(f"{address}edit/", question=ASKED, language="en", passage=passage)
    Visitor(ben).press(f"{address}review/")

    assert early.status_code == 400
    assert [q.text for q in EvaluationQuestion.objects.counted(at())] == [ASKED]


def test_words_of_the_model_are_taken(
    wards: QuestionSet, book: Version, ana: Account, model: LanguageModel
) -> None:
    model.answer = lambda _text: {"question": ASKED}

    (draft,) = drafted(wards, ana)

    assert (draft.text, draft.drafted_by) == (ASKED, "qwen-local")


@pytest.mark.parametrize(
    "said",
    [
        "Should one begin enoxaparin at 20 mg once daily?",  # lifted
        "What does the passage say of the dose?",  # about the text
        "肾功能不全的病人该用多少？",  # in the other language
        "Tell me the dose of it",  # no question
        "x" * 400 + "?",
        "Dose\n\nof what?",
    ],
)
def test_words_that_will_not_do_leave_it_to_the_rules(
    wards: QuestionSet, book: Version, ana: Account, model: LanguageModel, said: str
) -> None:
    model.answer = lambda _text: {"question": said}

    assert {draft.drafted_by for draft in drafted(wards, ana)} == {"rules"}


@pytest.mark.parametrize("said", ["no JSON", {"other": 1}, {"question": 7}, 422])
def test_answer_that_is_none_leaves_it_to_the_rules(
    wards: QuestionSet, book: Version, ana: Account, model: LanguageModel, said: Any
) -> None:
    model.answer = lambda _text: said

    assert {draft.drafted_by for draft in drafted(wards, ana)} == {"rules"}


def test_model_that_is_away_is_said(
    wards: QuestionSet, book: Version, ana: Account, model: LanguageModel
) -> None:
    model.answer = lambda _text: 503
    job = runs.order_drafts(question_set=wards, count=1, by=ana)

    jobs.run_waiting()

    job.refresh_from_db()
    assert "answered 503" in str(job.outcome)


def test_share_of_what_is_lifted_worked_out_by_hand() -> None:
    # Of begin, warfarin, today: one.
    assert lifted("Begin warfarin today", "begin now") == pytest.approx(1 / 3)
    # Of 房颤, 颤用: one.
    assert lifted("房颤用", "房颤") == 0.5


def test_nobody_asks_the_same_twice_through_drafts(
    wards: QuestionSet, book: Version, ana: Account, model: LanguageModel
) -> None:
    model.answer = lambda _text: {"question": ASKED}
    written(wards, ana, ASKED)

    assert drafted(wards, ana) == []


def test_clinical_words_are_no_words_about_the_text(book: Version) -> None:
    asked = "After a caesarean section, how much heparin?"

    assert will_do(asked, passages_of(book)[0], "en")
