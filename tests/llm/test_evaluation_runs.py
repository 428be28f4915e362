"""Runs of a set: what is kept of one, and that nothing is where it breaks."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from governance.actions import quarantines
from governance.errors import AlreadyOrdered
from governance.models import Account, AuditEntry, Source, Version
from governance.verification import verify_trail
from llm import jobs
from llm.actions import questions, runs
from llm.embedding.encoder import Rows
from llm.errors import NothingToAsk
from llm.evaluation.running import evaluate
from llm.models import EvaluationResult, EvaluationRun, Job, QuestionSet
from llm.projections.advance import last_knowledge
from tests.llm.conftest import follow
from tests.support import knowledge
from tests.support.databases import triggers_away
from tests.support.following import interposed, moody
from tests.support.questions import founded, reviewed, run_of, written
from tests.support.visiting import passages_of

pytestmark = pytest.mark.database


@pytest.fixture
def wards(active: Version, ana: Account, ben: Account) -> QuestionSet:
    """One that words find at once, one that is asked for and never written, one not reviewed."""
    made, (low, slow) = founded(ana), passages_of(active)
    reviewed(made, ana, ben, "Start low.", low)
    reviewed(made, ana, ben, "Who won the cup?")
    written(made, ana, "Slow how?", slow)
    return made


def result(run: EvaluationRun, text: str) -> EvaluationResult:
    return run.results.get(text=text)


def figures(run: EvaluationRun) -> dict[str, Any]:
    told: dict[str, Any] | None = run.figures
    return told or {}


def away(name: str) -> None:
    """Out of reach as soon as something was asked of it."""
    if name == "store_away":
        between = interposed()
        between.after["nearest"] = lambda: setattr(between, "is_away", True)
        return
    encoder = moody()
    follow()
    asked = encoder.queries

    def last(texts: Sequence[str]) -> Rows:
        rows = asked(texts)
        encoder.is_away = True
        return rows

    encoder.queries = last  # type: ignore[method-assign]


def test_run_keeps_what_each_question_was_given(wards: QuestionSet, active: Version) -> None:
    run = run_of(wards)

    low = passages_of(active)[0]
    found = result(run, "Start low.")
    assert (found.ranks, found.passages[0], found.refused) == ([1], low.pk, False)
    assert (run.questions, run.truth, run.left_out["unreviewed"]) == (2, last_knowledge(), 1)
    assert figures(run)["all"]["recall_1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert set(figures(run)["kind"]) == {"known_item", "unanswerable"}


def test_run_is_in_the_trail_with_the_digest_of_its_results(wards: QuestionSet) -> None:
    run = run_of(wards)

    entry = AuditEntry.objects.latest("number")
    told = json.loads(bytes(entry.leaf))["facts"]
    assert (entry.action, told["results"]) == ("evaluation.run", run.results_digest)
    assert list(verify_trail()) == []


def test_result_changed_behind_our_back_is_found(wards: QuestionSet) -> None:
    run = run_of(wards)

    with triggers_away():
        EvaluationResult.objects.filter(run=run).update(refused=True)

    assert f"evaluationrun {run.pk}" in [finding.where for finding in verify_trail()]


@pytest.mark.parametrize("table", ["llm_evaluationrun", "llm_evaluationresult"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_runs_are_append_only(wards: QuestionSet, table: str, verb: str) -> None:
    run_of(wards)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(verb.format(table))


def test_no_result_is_added_to_a_run_later(wards: QuestionSet) -> None:
    run = run_of(wards)
    more = run.results.get(place=1)
    more.pk, more.place = None, 3

    with pytest.raises(IntegrityError, match="append-only"):
        more.save(force_insert=True)


@pytest.mark.parametrize("why", ["encoder_away", "store_away"])
def test_what_goes_away_in_the_middle_leaves_a_broken_run_without_figures(
    wards: QuestionSet, why: str
) -> None:
    follow()
    away(why)

    outcome = evaluate(question_set=wards.pk)

    run = EvaluationRun.objects.get()
    assert (run.broken, run.figures, run.results.count()) == (why, None, 0)
    assert "went away" in outcome["error"]
    assert list(verify_trail()) == []


def test_knowledge_that_changes_in_between_has_it_begun_anew(
    wards: QuestionSet, source: Source, ana: Account, ben: Account
) -> None:
    follow()
    other = knowledge.source(ana)
    between = interposed()
    between.after["nearest"] = lambda: knowledge.active(other, ana, ben, texts=["Start lower!"])

    run = run_of(wards)

    assert (run.truth, len(result(run, "Start low.").passages)) == (last_knowledge(), 3)


def test_set_that_is_emptied_while_it_runs_leaves_nothing_behind(
    wards: QuestionSet, active: Version, ana: Account
) -> None:
    follow()
    between = interposed()

    def emptied() -> None:
        for each in wards.questions.all():
            questions.retire(question=each, reason="Wrong.", by=ana)

    between.after["nearest"] = emptied

    assert "No question of" in jobs.do("evaluate", {"question_set": wards.pk})["error"]
    assert not EvaluationRun.objects.exists()


def test_stale_question_is_not_asked(
    wards: QuestionSet, active: Version, ana: Account, ben: Account
) -> None:
    quarantines.begin(subject=passages_of(active)[0], reason="Doubted.", by=ben)

    run = run_of(wards)

    assert (run.questions, run.left_out["stale"]) == (1, 1)
    assert figures(run)["refusing"]["answerable"] == 0


# By order and by command.


def test_order_is_carried_out_by_whoever_owns_the_stores(wards: QuestionSet, ana: Account) -> None:
    job = runs.order(question_set=wards, by=ana)
    with pytest.raises(AlreadyOrdered):
        runs.order(question_set=wards, by=ana)

    jobs.run_waiting()

    job.refresh_from_db()
    run = EvaluationRun.objects.get()
    assert (job.outcome, run.person, jobs.progress_of(job)) == (
        {"run": run.pk},
        ana.person,
        (2, 2),
    )


def test_order_whose_worker_was_killed_is_carried_out_once(
    wards: QuestionSet, ana: Account
) -> None:
    job = runs.order(question_set=wards, by=ana)
    jobs.run_waiting()
    # Killed after the run was kept, before the job could say so.
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, outcome=None)

    jobs.run_waiting()

    job.refresh_from_db()
    assert job.outcome == {"run": EvaluationRun.objects.get().pk}


def test_nothing_is_ordered_where_nothing_is_to_be_asked(ana: Account) -> None:
    with pytest.raises(NothingToAsk):
        runs.order(question_set=founded(ana), by=ana)


def command(*given: str) -> Any:
    out = io.StringIO()
    call_command("evaluate", *given, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_command_compares_with_an_earlier_run(
    wards: QuestionSet, source: Source, ana: Account, ben: Account
) -> None:
    before = command("Wards")
    question = wards.questions.get(text="Who won the cup?")
    questions.retire(question=question, reason="Silly.", by=ana)

    told = command("Wards", "--compare", str(before["run"]))["compared"]

    assert (told["shared"], told["apart"], told["gained"], told["lost"]) == (1, 1, 0, 0)
    assert told["differences"]["recall_10"] == {"value": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["Ward"], "no set of questions"),
        (["Wards", "--compare", "99"], "no run 99"),
        (["Wards", "--by", "nobody"], "no active account"),
    ],
)
def test_command_names_what_there_is_not(wards: QuestionSet, given: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        command(*given)


def test_command_fails_where_nothing_is_to_be_asked(ana: Account) -> None:
    founded(ana)

    with pytest.raises(SystemExit):
        command("Wards")
