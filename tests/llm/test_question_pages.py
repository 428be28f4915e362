"""Pages of question sets, questions and runs: what people see there, and have done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from governance.duties import Role
from governance.models import Account, AuditEntry, Passage, Source, Version
from llm import jobs
from llm.actions import question_sets, questions
from llm.models import EvaluationQuestion, EvaluationRun, QuestionSet
from tests.support import knowledge
from tests.support.questions import broken_run, founded, reviewed, run_of, written
from tests.support.visiting import Visitor, passages_of, words

SETS, QUESTIONS, RUNS = (
    f"/admin/llm/{name}/" for name in ("questionset", "evaluationquestion", "evaluationrun")
)


@pytest.fixture
def wards(active: Version, ana: Account) -> QuestionSet:
    return founded(ana)


@pytest.fixture
def low(active: Version) -> Passage:
    return passages_of(active)[0]


def sent(**changed: Any) -> dict[str, Any]:
    return {"question": "How low?", "language": "en", **changed}


def test_set_is_founded_and_a_question_written_on_pages(low: Passage, ana: Account) -> None:
    visitor = Visitor(ana)
    made = visitor.press(f"{SETS}add/", name="Wards", description="").headers["Location"]

    page = visitor.press(made.replace("change", "ask"), **sent(passage=low.pk))

    question = EvaluationQuestion.objects.get()
    assert page.headers["Location"] == f"{QUESTIONS}{question.pk}/change/"
    assert [each.passage for each in question.expected.all()] == [low]
    assert "Not reviewed" in visitor.read(page.headers["Location"])


def test_passage_is_found_by_its_words_and_what_was_typed_stays(
    wards: QuestionSet, low: Passage, ana: Account
) -> None:
    page = words(Visitor(ana).send(f"{SETS}{wards.pk}/ask/", **sent(find="low", look="1")))

    assert f'value="{low.pk}" id="found-{low.pk}"' in page
    assert "How low?</textarea>" in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "Choose a passage that was found"),
        ({"no_answer": "on", "passage": "1"}, "something does answer it"),
        ({"passage": "999"}, "not in force"),
        ({"passage": "1", "further": "one"}, "Give numbers of passages"),
        ({"passage": "1", "question": "\u200b"}, "Say what is asked"),
        ({"passage": "1", "language": "xx"}, "not one of the available choices"),
    ],
)
def test_question_that_is_not_whole_is_shown_back(
    wards: QuestionSet, ana: Account, given: dict[str, str], says: str
) -> None:
    answer = Visitor(ana).press(f"{SETS}{wards.pk}/ask/", **sent(**given))

    assert answer.status_code in (400, 409)
    assert says in words(answer)
    assert not EvaluationQuestion.objects.exists()


def test_review_shows_what_is_expected_and_is_done_by_another(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    address = f"{QUESTIONS}{written(wards, ana, 'How low?', low).pk}/review/"

    own = Visitor(ana).read(address)
    other = Visitor(ben).read(address)
    Visitor(ben).press(address)

    assert ("You wrote at it" in own, low.text in other) == (True, True)
    assert EvaluationQuestion.objects.get().reviewed_by == ben.person


def test_stale_question_is_offered_what_took_the_place_of_its_passage(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, source: Source
) -> None:
    question = reviewed(wards, ana, ben, "How low?", low)
    new = knowledge.active(source, ana, ben, label="2026", texts=["Rest.", "Start very low."])
    address, visitor = f"{QUESTIONS}{question.pk}/edit/", Visitor(ana)

    chosen = re.findall(r'name="found" value="(\d+)"[^>]*checked', visitor.read(address))
    visitor.press(address, **sent(found=chosen[0]))

    assert chosen == [str(passages_of(new)[1].pk)]
    assert "Not reviewed" in visitor.read(f"{QUESTIONS}{question.pk}/change/")


@pytest.mark.parametrize(
    ("standing", "shown"),
    [("counted", "Counts?"), ("unreviewed", "Waits?"), ("draft", "Drafted?"), ("stale", "Old?"),
     ("retired", "Gone?")],
)  # fmt: skip
def test_questions_are_narrowed_by_how_they_stand(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, standing: str, shown: str
) -> None:
    other = knowledge.active(knowledge.source(ana), ana, ben, texts=["Old words."])
    reviewed(wards, ana, ben, "Counts?", low)
    written(wards, ana, "Waits?", low)
    written(wards, ana, "Drafted?", low, drafted_by="rules")
    reviewed(wards, ana, ben, "Old?", passages_of(other)[0])
    gone = written(wards, ana, "Gone?", low)
    questions.retire(question=gone, reason="Silly.", by=ana)
    knowledge.quarantine(other, ben)

    page = Visitor(ana).read(QUESTIONS, set=str(wards.pk), standing=standing)

    assert re.findall(r"(Counts|Waits|Drafted|Old|Gone)\?</a>", page) == [shown[:-1]]


def test_run_is_ordered_on_the_page_and_shown_question_by_question(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    reviewed(wards, ana, ben, "Start low.", low)
    reviewed(wards, ana, ben, "Who won the cup?")
    visitor = Visitor(ana)
    visitor.press(f"{SETS}{wards.pk}/run/")
    waits = visitor.read(f"{SETS}{wards.pk}/change/")

    jobs.run_waiting()

    page = visitor.read(f"{RUNS}{EvaluationRun.objects.get().pk}/change/")
    assert "It is being asked." in waits
    assert "answered, though nothing does" in page
    assert "100.0 <small>(100.0–100.0)</small>" in page
    assert "Start low." not in visitor.read(
        f"{RUNS}{EvaluationRun.objects.get().pk}/change/", only="missed"
    )


def test_two_runs_beside_each_other_name_what_moved(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    reviewed(wards, ana, ben, "Start low.", low)
    before = run_of(wards)
    law = knowledge.source(
        ana, source_class="law", identifiers=[("document_number", "国卫办医政函〔2023〕268号")]
    )
    knowledge.active(law, ana, ben, texts=["Start low, start low."])
    after = run_of(wards)

    page = Visitor(ana).read("/admin/compare-runs/", before=before.pk, after=after.pk)

    assert "1 question that both asked" in page
    assert re.search(r"lower</span></td><td>1\s*</td><td>2\s*</td>", page)


@pytest.mark.parametrize("query", [{}, {"before": "x", "after": "9" * 30}, {"before": "1"}])
def test_comparison_asks_for_two_runs(db: None, ana: Account, query: dict[str, str]) -> None:
    page = Visitor(ana).read("/admin/compare-runs/", **query)

    assert "No set of questions was asked yet." in page


def test_broken_run_says_why_and_shows_no_figure(
    wards: QuestionSet, low: Passage, ana: Account
) -> None:
    run = broken_run(wards, ana)

    page = Visitor(ana).read(f"{RUNS}{run.pk}/change/")

    assert "The vector store went away." in page
    assert "Recall at 10" not in page


def test_what_a_release_must_reach_is_set_by_a_reviewer(
    wards: QuestionSet, ana: Account, ben: Account
) -> None:
    least = {"least_recall": "90", "least_ndcg": "80", "least_abstention": "0", "is_gate": "on"}
    address = f"{SETS}{wards.pk}/least/"

    Visitor(ben).press(address, **least, reason="Agreed.")

    wards.refresh_from_db()
    assert (wards.is_gate, wards.least_recall) == (True, 90)
    assert Visitor(ben).press(address, **least | {"least_ndcg": "101"}).status_code == 400
    assert "90 %" in Visitor(ana).read(f"{SETS}{wards.pk}/change/")


def test_retired_set_offers_nothing_and_takes_nothing(
    wards: QuestionSet, low: Passage, ben: Account
) -> None:
    question_sets.retire(question_set=wards, reason="Replaced.", by=ben)
    given = sent(passage=low.pk, reason="x", name="x", count="1", is_gate="on")
    given |= dict.fromkeys(("least_recall", "least_ndcg", "least_abstention"), "1")
    visitor = Visitor(ben)

    pages = ["ask", "run", "draft", "least", "describe", "retire"]
    answers = [visitor.send(f"{SETS}{wards.pk}/{page}/", **given).status_code for page in pages]

    assert answers == [409] * 6
    assert "What you may do now" not in visitor.read(f"{SETS}{wards.pk}/change/")


def test_lists_show_figures_and_counts(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account
) -> None:
    reviewed(wards, ana, ben, "Start low.", low)
    run_of(wards)
    reader = Visitor(knowledge.account("cleo", Role.COMPLIANCE))

    assert "100.0 %" in reader.read(SETS)
    assert "Carried out" in reader.read(RUNS, outcome="whole")


@pytest.mark.parametrize("page", ["edit", "review", "retire"])
def test_page_of_a_question_that_was_retired_does_nothing(
    wards: QuestionSet, low: Passage, ana: Account, ben: Account, page: str
) -> None:
    question = written(wards, ana, "How low?", low)
    told = {"seen": question.digest_now(), "digest": question.digest_now(), "reason": "Silly."}
    questions.retire(question=question, reason="Silly.", by=ana)
    before = AuditEntry.objects.exclude(action="attempt.refused").count()

    answer = Visitor(ben).send(f"{QUESTIONS}{question.pk}/{page}/", **sent(passage=low.pk, **told))

    after = AuditEntry.objects.exclude(action="attempt.refused").count()
    assert (answer.status_code, after) == (409, before)
