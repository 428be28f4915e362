"""Asks a set of questions, keeps the run, and says how it compares with another."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from governance.management.reporting import Report, ReportingCommand
from governance.models import Account
from llm import jobs
from llm.evaluation.comparing import Comparison, compare
from llm.evaluation.summing import ABSTENTION, OF_AN_ANSWER
from llm.models import EvaluationRun, QuestionSet


class Command(ReportingCommand):
    help = "Ask the reviewed questions of a set, and keep what came of it as a run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("set", help="the name of the set")
        parser.add_argument("--release", default="", help="ask a release in place of the truth")
        parser.add_argument("--compare", type=int, metavar="RUN", help="the number of another run")
        parser.add_argument("--by", help="the account in whose name it is run")

    def act(self, options: dict[str, Any]) -> Report:
        question_set = QuestionSet.objects.filter(name=options["set"]).first()
        if question_set is None:
            raise CommandError(f"There is no set of questions “{options['set']}”.")
        before = _run_to_compare(options["compare"])
        arguments = {
            "question_set": question_set.pk,
            "by": _account(options["by"]),
            "release": options["release"],
        }
        outcome = jobs.do("evaluate", arguments, progress=self.progress)
        if "error" in outcome:
            return Report([f"Not asked: {outcome['error']}"], outcome, ok=False)
        run = EvaluationRun.objects.get(pk=outcome["run"])
        compared = compare(before, run) if before else None
        return Report(_sentences(run, compared), _data(run, compared))


def _account(name: str | None) -> int | None:
    if name is None:
        return None
    account = Account.objects.filter(username=name, is_active=True).first()
    if account is None:
        raise CommandError(f"There is no active account “{name}”.")
    return account.pk


def _run_to_compare(number: int | None) -> EvaluationRun | None:
    if number is None:
        return None
    found = EvaluationRun.objects.filter(pk=number, broken="").first()
    if found is None:
        raise CommandError(f"There is no run {number} that was carried out whole.")
    return found


def _sentences(run: EvaluationRun, compared: Comparison | None) -> list[str]:
    told = (run.figures or {})["all"]
    names = [name for name in (*OF_AN_ANSWER, ABSTENTION) if name in told]
    figures = ", ".join(f"{name} {_shown(told[name])}" for name in names)
    first = f"Run {run.pk}: {run.questions} questions of “{run.question_set}”: {figures}."
    left = f"Left out: {run.left_out['stale']} stale, {run.left_out['unreviewed']} not reviewed."
    return [first, left, *(_differences(compared) if compared else [])]


def _differences(compared: Comparison) -> list[str]:
    told = compared.told()
    first = (
        f"Compared over {compared.shared} questions: {told['gained']} gained, {told['lost']} lost,"
        f" {told['up']} higher, {told['down']} lower; {compared.apart} asked by one alone."
    )
    each = [f"{name} {_shown(asdict)}" for name, asdict in told["differences"].items()]
    return [first, f"Differences: {', '.join(each)}."]


def _shown(told: dict[str, float]) -> str:
    return f"{told['value']:.3f} ({told['low']:.3f}–{told['high']:.3f})"


def _data(run: EvaluationRun, compared: Comparison | None) -> dict[str, Any]:
    return {
        "run": run.pk,
        "questions": run.questions,
        "truth": run.truth,
        "figures": run.figures,
        **({"compared": compared.told()} if compared else {}),
    }
