"""Two runs question by question: what was gained, lost and moved, and whether it may be chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from llm.evaluation import figures
from llm.evaluation.figures import Interval
from llm.evaluation.summing import ABSTENTION, OF_AN_ANSWER, is_answerable, refusal
from llm.models import EvaluationResult, EvaluationRun

# What stands among the first ten is found; people see no more.
SEEN = 10
GAINED, LOST, UP, DOWN = "gained", "lost", "up", "down"

Pair = tuple[EvaluationResult, EvaluationResult]


@dataclass(frozen=True)
class Change:
    """What became of one question. `before` and `after` are the first expected passage's ranks."""

    kind: str
    text: str
    before: int | None
    after: int | None
    results: Pair


@dataclass(frozen=True)
class Comparison:
    """Of the questions that both runs asked with the same words and expectations. `apart` counts
    those that one of them alone asked, or asked otherwise.
    """

    shared: int
    apart: int
    differences: dict[str, Interval]
    changes: list[Change]

    def told(self) -> dict[str, Any]:
        return {
            "shared": self.shared,
            "apart": self.apart,
            "differences": {name: asdict(each) for name, each in self.differences.items()},
            **{kind: self.count(kind) for kind in (GAINED, LOST, UP, DOWN)},
        }

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)


def compare(before: EvaluationRun, after: EvaluationRun) -> Comparison:
    pairs, apart = _pairs(before, after)
    changes = [change for pair in pairs if (change := _change(pair))]
    changes.sort(key=lambda each: (_ORDER.index(each.kind), each.results[1].place))
    return Comparison(len(pairs), apart, _differences(pairs), changes)


_ORDER = (LOST, DOWN, GAINED, UP)


def _pairs(before: EvaluationRun, after: EvaluationRun) -> tuple[list[Pair], int]:
    olds = {each.question_id: each for each in before.results.order_by("place")}
    news = {each.question_id: each for each in after.results.order_by("place")}
    both = [(olds[pk], news[pk]) for pk in news if pk in olds]
    pairs = [pair for pair in both if _asks(pair[0]) == _asks(pair[1])]
    return pairs, len(olds.keys() | news.keys()) - len(pairs)


def _asks(result: EvaluationResult) -> tuple[object, ...]:
    """How many passages are expected, not which: a new edition has other numbers."""
    return result.text, result.language, result.kind, len(result.expected)


def _change(pair: Pair) -> Change | None:
    before, after = (_seen(each) for each in pair)
    kind = _kind_of_change(pair, before, after)
    return Change(kind, pair[1].text, before, after, pair) if kind else None


def _kind_of_change(pair: Pair, before: int | None, after: int | None) -> str:
    if not is_answerable(pair[1]):
        gained = int(pair[1].refused) - int(pair[0].refused)
        return {1: GAINED, -1: LOST}.get(gained, "")
    if before == after:
        return ""
    if before is None or after is None:
        return GAINED if before is None else LOST
    return UP if after < before else DOWN


def _seen(result: EvaluationResult) -> int | None:
    return result.rank if result.rank is not None and result.rank <= SEEN else None


def _differences(pairs: Sequence[Pair]) -> dict[str, Interval]:
    answerable = [pair for pair in pairs if is_answerable(pair[1])]
    others = [pair for pair in pairs if not is_answerable(pair[1])]
    told = {name: _difference(answerable, figure) for name, figure in OF_AN_ANSWER.items()}
    return {
        name: each
        for name, each in {**told, ABSTENTION: _difference(others, refusal)}.items()
        if each is not None
    }


def _difference(
    pairs: Sequence[Pair], figure: Callable[[EvaluationResult], float]
) -> Interval | None:
    if not pairs:
        return None
    before, after = ([figure(pair[side]) for pair in pairs] for side in (0, 1))
    return figures.difference_with_interval(before, after)
