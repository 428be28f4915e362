"""Whether a release finds what it must: asked before it is published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from llm.evaluation.comparing import compare
from llm.evaluation.summing import ABSTENTION
from llm.models import EvaluationRun, QuestionSet

# The least figures of a set, with what a run calls them.
LEAST = {
    "recall_10": "least_recall",
    "ndcg_10": "least_ndcg",
    ABSTENTION: "least_abstention",
}


class Frozen(Protocol):
    """What is known of a release here: its name, and the number of the truth that it froze."""

    @property
    def name(self) -> str: ...

    @property
    def trail(self) -> int: ...


def evaluation_check(
    release: Frozen, at: datetime, published: Frozen | None = None
) -> tuple[bool, str, dict[str, Any]]:
    """Whether it passed, why not in a sentence, and the figures of the runs it was judged by.

    Of every set that is a gate, the newest run over the release, or over the truth as it was when
    it was cut, must reach the least figures and be no worse than the published release's, beyond
    what chance may do. Without a gate there is nothing to fail.
    """
    numbers: dict[str, Any] = {}
    failures: list[str] = []
    gates = QuestionSet.objects.filter(is_gate=True, founded_at__lte=at).order_by("name")
    for gate in gates:
        run = newest_run(gate, release)
        failures += _missing(gate, release) if run is None else _judged(gate, run, published)
        numbers[gate.name] = _numbers(run) if run else None
    if failures:
        return False, " ".join(failures), numbers
    if not numbers:
        return True, _("No set of questions is a gate."), numbers
    return True, _("Every set that is a gate finds what it must."), numbers


def newest_run(question_set: QuestionSet, release: Frozen) -> EvaluationRun | None:
    """Over the release itself or over the same truth; what broke is none."""
    rows = EvaluationRun.objects.filter(question_set=question_set, broken="")
    mine = rows.filter(release=release.name) | rows.filter(release="", truth=release.trail)
    return mine.order_by("-pk").first()


def _missing(gate: QuestionSet, release: Frozen) -> list[str]:
    words = _("The questions “%(set)s” were not asked of %(release)s yet. Run “%(command)s”.")
    command = f'manage.py evaluate "{gate.name}" --release {release.name}'
    return [words % {"set": gate.name, "release": release.name, "command": command}]


def _judged(gate: QuestionSet, run: EvaluationRun, published: Frozen | None) -> Iterator[str]:
    told = (run.figures or {})["all"]
    for figure, field in LEAST.items():
        least = getattr(gate, field)
        if least:
            yield from _below(gate, figure, told.get(figure), least)
    before = newest_run(gate, published) if published else None
    if before is not None and before.pk != run.pk:
        yield from _worse(gate, before, run)


def _below(
    gate: QuestionSet, figure: str, reached: dict[str, float] | None, least: int
) -> Iterator[str]:
    facts = {"set": gate.name, "figure": figure, "least": least}
    if reached is None:
        yield _("“%(set)s” has no question of the kind that %(figure)s is worked out from.") % facts
    elif reached["value"] * 100 < least:
        facts["reached"] = f"{reached['value'] * 100:.1f}"
        yield _("“%(set)s”: %(figure)s is %(reached)s %% and must be %(least)s %%.") % facts


def _worse(gate: QuestionSet, before: EvaluationRun, run: EvaluationRun) -> Iterator[str]:
    """What is lost for certain: the whole interval of the difference lies below nothing."""
    words = _("“%(set)s”: %(figure)s is %(less)s points below the published release's.")
    for figure, difference in compare(before, run).differences.items():
        if figure in LEAST and difference.high < 0:
            less = f"{-difference.value * 100:.1f}"
            yield words % {"set": gate.name, "figure": figure, "less": less}


def _numbers(run: EvaluationRun) -> dict[str, Any]:
    told = (run.figures or {})["all"]
    return {"run": run.pk, **{name: told[name] for name in LEAST if name in told}}
