"""The gate that a release passes: by runs over it, by least figures, and no worse than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from governance.models import Account, Source, Version
from llm.actions import question_sets
from llm.actions.question_sets import Least
from llm.evaluation.gate import evaluation_check
from llm.models import QuestionSet
from llm.projections.advance import last_knowledge
from tests.support import knowledge
from tests.support.questions import founded, reviewed, run_of
from tests.support.visiting import passages_of


@dataclass(frozen=True)
class Cut:
    """A release, as far as the gate knows it."""

    name: str
    trail: int


@pytest.fixture
def wards(active: Version, ana: Account, ben: Account) -> QuestionSet:
    """Ten questions that are found at once, and one that nothing answers and retrieval does."""
    made, low = founded(ana), passages_of(active)[0]
    for n in range(10):
        reviewed(made, ana, ben, f"Start low{'.' * n}", low)
    reviewed(made, ana, ben, "Who won the cup?")
    return made


def gate(of: QuestionSet, by: Account, *least: int) -> None:
    question_sets.set_least(question_set=of, least=Least(True, *least), reason="Agreed.", by=by)


def cut(name: str = "2026-11") -> Cut:
    return Cut(name, last_knowledge())


def said(found: tuple[bool, str, dict[str, Any]]) -> str:
    return found[1] % found[2]


def test_without_a_gate_there_is_nothing_to_fail(wards: QuestionSet, at: Any) -> None:
    assert evaluation_check(cut(), at())[0]


def test_release_that_nobody_asked_does_not_pass(wards: QuestionSet, ben: Account, at: Any) -> None:
    gate(wards, ben, 90)

    passed, *rest = evaluation_check(cut(), at())

    assert not passed
    assert "evaluate SET --release 2026-11" in said((passed, *rest))


def test_run_that_reaches_what_it_must_passes(wards: QuestionSet, ben: Account, at: Any) -> None:
    gate(wards, ben, 90, 80)
    run = run_of(wards)

    passed, _sentence, numbers = evaluation_check(cut(), at())

    assert (passed, numbers["runs"]["Wards"]["run"]) == (True, run.pk)


def test_run_that_is_older_than_the_release_counts_for_nothing(
    wards: QuestionSet, ana: Account, ben: Account, at: Any
) -> None:
    gate(wards, ben, 90)
    run_of(wards)
    knowledge.active(knowledge.source(ana), ana, ben, texts=["New."])

    assert not evaluation_check(cut(), at())[0]


def test_figure_below_the_least_is_named(wards: QuestionSet, ben: Account, at: Any) -> None:
    gate(wards, ben, 0, 0, 100)
    run_of(wards)

    found = evaluation_check(cut(), at())

    assert (found[0], "Wards: abstention 0.0 < 100 %" in said(found)) == (False, True)


def test_figure_that_there_is_no_question_for_is_not_reached(
    active: Version, ana: Account, ben: Account, at: Any
) -> None:
    made = founded(ana)
    reviewed(made, ana, ben, "Start low.", passages_of(active)[0])
    gate(made, ben, 0, 0, 50)
    run_of(made)

    assert "abstention – < 50 %" in said(evaluation_check(cut(), at()))


def test_release_that_finds_less_than_the_published_one_does_not_pass(
    wards: QuestionSet, ana: Account, ben: Account, at: Any
) -> None:
    gate(wards, ben, 50)
    run_of(wards)
    published = cut()
    crowded(ana, ben)
    run_of(wards)

    found = evaluation_check(cut("2026-12"), at(), published)

    assert (found[0], "Wards: ndcg_10 -" in said(found)) == (False, True)


def crowded(ana: Account, ben: Account) -> None:
    """Law, which says it more often."""
    source: Source = knowledge.source(
        ana, source_class="law", identifiers=[("document_number", "国卫办医政函〔2023〕268号")]
    )
    knowledge.active(source, ana, ben, texts=["Start low " * n for n in range(2, 8)])
