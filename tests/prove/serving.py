"""What a retrieval costs beside its question's embedding, with few passages and with many.

A shelf is filled to each of the sizes, one after another, with texts whose words are as frequent
as those of a language (Zipf) and vectors that mean nothing. The same questions are asked at each
size; how long each part takes is said, not judged: `--sizes 10000 100000`.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from statistics import median, quantiles
from typing import Any

import numpy as np

from governance import clock
from llm import calibration, clients, retrieval
from llm.retrieval import Question, retrieve
from tests.prove import say
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import follow

PER_VERSION = 500
VOCABULARY = 30_000
WHOLE, ENCODER = "whole, without the encoder", "encoder"
# The parts of a retrieval, by the names under which it calls them.
PARTS = ("wording_of", "statistics_of", "_by_meaning", "_by_words", "_fence", "fused", "signs")

Seconds = dict[str, list[float]]


def prove(world: World, *, sizes: Sequence[int], queries: int) -> str:
    _calibrated()
    words = Words(world)
    asked = [Question(words.said(int(world.dice.uniform(3, 9)))) for _ in range(queries)]
    before: dict[str, float] = {}
    here = 0
    for size in sorted(sizes):
        _fill(world, words, size - here)
        here = size
        before = _say(size, timed(asked), before)
    return f"{queries} questions at each of {', '.join(map(str, sorted(sizes)))} passages."


class Words:
    """A made-up language: the n-th word is n times rarer than the first."""

    def __init__(self, world: World) -> None:
        self.numbers = np.random.default_rng(world.dice.randrange(2**32))
        shares = 1 / np.arange(1, VOCABULARY + 1)
        self.shares = shares / shares.sum()

    def said(self, length: int) -> str:
        drawn = self.numbers.choice(VOCABULARY, length, p=self.shares)
        return " ".join(f"{'zq'[n % 2]}{n:x}" for n in drawn)


def _calibrated() -> None:
    """Fake vectors under the name of the model that is shipped, so that all is done as for it."""
    encoder = FakeEncoder(1)
    (digest,) = calibration._KNOWN
    encoder.profile = replace(encoder.profile, model_digest=digest.ljust(64, "0"))
    clients.install(with_encoder=encoder)


def _fill(world: World, words: Words, passages: int) -> None:
    began = time.monotonic()
    for at in range(0, passages, PER_VERSION):
        source = knowledge.source(world.ana)
        texts = [words.said(int(world.dice.uniform(30, 120))) for _ in range(PER_VERSION)]
        knowledge.active(source, world.ana, world.ben, texts=texts[: passages - at])
    follow("vectors")
    say(f"{passages} passages more in {time.monotonic() - began:.0f} s")


def timed(asked: Sequence[Question]) -> Seconds:
    """Each once before, so that what is read once has been read."""
    for question in asked[:20]:
        retrieve(question, at=clock.now())
    seconds: Seconds = defaultdict(list)
    with ExitStack() as stack:
        for name in PARTS:
            stack.enter_context(_watched(retrieval, name, seconds[name]))
        encoder = stack.enter_context(_watched(clients.encoder(), "queries", seconds[ENCODER]))
        for question in asked:
            began = time.perf_counter()
            if not retrieve(question, at=clock.now()).found:
                raise Violation(f"nothing is found for “{question.query}”")
            seconds[WHOLE].append(time.perf_counter() - began - encoder[-1])
    return seconds


@contextmanager
def _watched(owner: Any, name: str, seconds: list[float]) -> Iterator[list[float]]:
    right: Callable[..., Any] = getattr(owner, name)

    def watched(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return right(*given, **named)
        finally:
            seconds.append(time.perf_counter() - began)

    setattr(owner, name, watched)
    try:
        yield seconds
    finally:
        setattr(owner, name, right)


def _say(size: int, seconds: Seconds, before: dict[str, float]) -> dict[str, float]:
    """In milliseconds, and how many times it is what it was with fewer."""
    say(f"\n{size} passages, milliseconds")
    now = {}
    for name, taken in sorted(seconds.items(), key=lambda each: -median(each[1])):
        now[name] = quantiles(taken, n=20)[-1]
        grown = f"{now[name] / before[name]:5.1f} times" if name in before else ""
        say(f"  {name:28} half {median(taken) * 1e3:7.1f}  p95 {now[name] * 1e3:7.1f} {grown}")
    return now


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=1, plants={})
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--queries", type=int, default=200)
    given = parser.parse_args()
    run("serving", given.seed, lambda world: prove(world, sizes=given.sizes, queries=given.queries))
