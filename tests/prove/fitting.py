"""Fits when a question counts as answered by nothing, to knowledge bases of several sizes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from governance import clock
from governance.models import Passage
from llm.retrieval import Question, retrieve
from tests.prove import say
from tests.prove.asked import Asked


def note_signs(questions: Sequence[Asked], file: Path) -> None:
    passages = Passage.objects.in_force(clock.now()).count()
    mine = [each for each in questions if each.split == "tune"]
    with file.open("a", encoding="utf-8") as lines:
        for each in mine:
            told = {"of": passages, "answerable": bool(each.expected), "signs": _signs_of(each)}
            lines.write(json.dumps(told) + "\n")


def say_fit(file: Path) -> None:
    """Logistic regression over the signs, a little ridge; both classes of one weight in all, and
    every size of one.
    """
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    seen = np.array([each["signs"] for each in rows])
    labels = np.array([each["answerable"] for each in rows])
    groups = Counter((each["of"], each["answerable"]) for each in rows)
    shares = np.array([1 / groups[each["of"], each["answerable"]] for each in rows])
    weights, constant = fitted(seen, labels, shares * len(rows) / shares.sum())
    confidence = 1 / (1 + np.exp(-(seen @ weights + constant)))
    threshold = np.quantile(confidence[labels], 0.05)
    say(f"weights={tuple(np.round(weights, 3).tolist())}, constant={constant:.3f}")
    say(f"threshold={threshold:.3f}")
    for size in sorted({each["of"] for each in rows}):
        here = np.array([each["of"] == size for each in rows])
        low = confidence < threshold
        of_having, of_lacking = low[here & labels].mean(), low[here & ~labels].mean()
        say(f"  of {size} passages: {of_having:.1%} of answerable, {of_lacking:.1%} of others")


def fitted(
    seen: NDArray[np.float64],
    labels: NDArray[np.bool_],
    shares: NDArray[np.float64],
    ridge: float = 3.0,
) -> tuple[NDArray[np.float64], float]:
    """By Newton's method, on columns of mean 0 and deviation 1; given back for them as they are."""
    centre, spread = seen.mean(axis=0), seen.std(axis=0) + 1e-9
    rows = np.hstack([(seen - centre) / spread, np.ones((len(seen), 1))])
    solution = np.zeros(rows.shape[1])
    for _step in range(50):
        told = 1 / (1 + np.exp(-rows @ solution))
        slope = rows.T @ ((told - labels) * shares) + ridge * solution
        bend = (rows.T * (told * (1 - told) * shares)) @ rows + ridge * np.eye(len(solution))
        solution -= np.linalg.solve(bend, slope)
    weights = solution[:-1] / spread
    return weights, float(solution[-1] - weights @ centre)


def _signs_of(asked: Asked) -> tuple[float, ...]:
    answer = retrieve(Question(asked.question), at=clock.now())
    assert answer.signs is not None
    return astuple(answer.signs)
