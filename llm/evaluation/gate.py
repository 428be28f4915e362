"""Whether a release finds what it must: asked before it is published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext_noop as _kept

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
    """Whether it passed; a sentence in English with places for the numbers, to be translated when
    it is read; and the numbers.

    Of every set that is a gate at the instant, the newest run over the release, or over the truth
    as it was when it was cut, must reach the least figures and be no worse than the published
    release's by more than chance may do. Without a gate there is nothing to fail.
    """
    gates = list(QuestionSet.objects.filter(is_gate=True, founded_at__lte=at).order_by("name"))
    runs = {gate: newest_run(gate, release) for gate in gates}
    missing = [gate.name for gate, run in runs.items() if run is None]
    numbers: dict[str, Any] = {"sets": len(gates), "release": release.name}
    numbers["runs"] = {gate.name: _numbers(run) for gate, run in runs.items() if run}
    if missing:
        numbers["missing"] = ", ".join(missing)
        return False, NOT_ASKED, numbers
    found = [f for gate, run in runs.items() if run for f in _judged(gate, run, published)]
    if found:
        return False, NOT_REACHED, numbers | {"failures": "; ".join(found)}
    return True, REACHED if gates else NO_GATE, numbers


NOT_ASKED = _kept(
    "Not asked of %(release)s since it was cut: %(missing)s. Have them asked on their pages, or"
    " with “manage.py evaluate SET --release %(release)s”."
)
NOT_REACHED = _kept("Questions find less than they must: %(failures)s.")
REACHED = _kept("Every set that releases wait for finds what it must: %(sets)s.")
NO_GATE = _kept("No set of questions is there that releases wait for.")


def newest_run(question_set: QuestionSet, release: Frozen) -> EvaluationRun | None:
    """Over the release itself or over the same truth; what broke is none."""
    rows = EvaluationRun.objects.filter(question_set=question_set, broken="")
    mine = rows.filter(release=release.name) | rows.filter(release="", truth=release.trail)
    return mine.order_by("-pk").first()


def _judged(gate: QuestionSet, run: EvaluationRun, published: Frozen | None) -> Iterator[str]:
    """What it falls short of, in signs that need no language."""
    told = (run.figures or {})["all"]
    for figure, field in LEAST.items():
        least = getattr(gate, field)
        value = told[figure]["value"] * 100 if figure in told else None
        if least and (value is None or value < least):
            yield f"{gate.name}: {figure} {'–' if value is None else f'{value:.1f}'} < {least} %"
    before = newest_run(gate, published) if published else None
    if before is not None and before.pk != run.pk:
        yield from _worse(gate, before, run, published)


def _worse(
    gate: QuestionSet, before: EvaluationRun, run: EvaluationRun, published: Frozen | None
) -> Iterator[str]:
    """What is lost for certain: the whole interval of the difference lies below nothing."""
    name = published.name if published else ""
    for figure, difference in compare(before, run).differences.items():
        if figure in LEAST and difference.high < 0:
            yield f"{gate.name}: {figure} {difference.value * 100:+.1f} % ({name})"


def _numbers(run: EvaluationRun) -> dict[str, Any]:
    told = (run.figures or {})["all"]
    return {"run": run.pk, **{name: told[name]["value"] for name in LEAST if name in told}}
