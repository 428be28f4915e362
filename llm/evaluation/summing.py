"""The figures of a run, as they are kept: over all its questions, and by language, kind, class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from llm.evaluation import figures
from llm.models import EvaluationResult, QuestionKind

Figure = Callable[[EvaluationResult], float]
Results = Sequence[EvaluationResult]

# Of a question that has an answer, in the order in which people read them.
OF_AN_ANSWER: dict[str, Figure] = {
    "recall_1": lambda r: figures.recall_at(1, r.ranks),
    "recall_3": lambda r: figures.recall_at(3, r.ranks),
    "recall_10": lambda r: figures.recall_at(10, r.ranks),
    "ndcg_10": lambda r: figures.ndcg_at(10, r.ranks),
    "mrr": lambda r: figures.reciprocal_rank(r.ranks),
}
# Of one that has none.
ABSTENTION = "abstention"
GROUPS = ("language", "kind", "source_class")


def is_answerable(result: EvaluationResult) -> bool:
    return result.kind != QuestionKind.UNANSWERABLE


def refusal(result: EvaluationResult) -> float:
    return float(result.refused)


def summed(results: Results) -> dict[str, Any]:
    """All figures of a run. What there was no question for is not told."""
    times = [each.milliseconds for each in results]
    return {
        "all": _group(results),
        **{name: _by(name, results) for name in GROUPS},
        "refusing": _refusing(results),
        "latency": {
            "p50": figures.percentile(times, 50),
            "p95": figures.percentile(times, 95),
        },
    }


def _by(name: str, results: Results) -> dict[str, Any]:
    told = sorted({getattr(each, name) for each in results} - {""})
    return {word: _group([r for r in results if getattr(r, name) == word]) for word in told}


def _group(results: Results) -> dict[str, Any]:
    answerable = [each for each in results if is_answerable(each)]
    others = [each for each in results if not is_answerable(each)]
    found: dict[str, Any] = {"questions": len(results)}
    if answerable:
        found |= {name: _mean(answerable, figure) for name, figure in OF_AN_ANSWER.items()}
    if others:
        found[ABSTENTION] = _mean(others, refusal)
    return found


def _mean(results: Results, figure: Figure) -> dict[str, float]:
    return asdict(figures.mean_with_interval([figure(each) for each in results]))


def _refusing(results: Results) -> dict[str, Any]:
    """What was refused of either kind, and what would be at every threshold of the confidence,
    or where there is none, of the similarity of the first passage. What found nothing scores below
    everything.
    """
    answerable = [each for each in results if is_answerable(each)]
    others = [each for each in results if not is_answerable(each)]
    found: dict[str, Any] = {"answerable": len(answerable), "unanswerable": len(others)}
    if answerable:
        found["answerable_refused"] = _mean(answerable, refusal)
    if others:
        found["unanswerable_refused"] = _mean(others, refusal)
    if answerable and others:
        without, having = _scores(others), _scores(answerable)
        found["separation"] = figures.separation(without, having)
        found["curve"] = [list(asdict(t).values()) for t in figures.curve(without, having)]
    return found


def _scores(results: Results) -> list[float]:
    return [next((s for s in (r.confidence, r.similarity) if s is not None), -1.0) for r in results]
