"""How long from an approval until its passage is found, beside thousands of others.

With the worker and the schedule that an embedded `serve` runs, in this process.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import time
from collections.abc import Callable
from statistics import median

from governance import clock
from governance.models import Version
from kbadmin import serving
from llm import drafts
from llm.retrieval import Question, retrieve
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.following import follow

PLANTS = {"deaf": "nobody follows the trail"}


def prove(
    world: World,
    *,
    others: int,
    rounds: int,
    patience: float,
    start: Callable[[], Callable[[], None]],
) -> str:
    world.common = min(0.3, 2000 / others)
    for _ in range(others // 50):
        world.approve(50)
    follow()
    first, *waiting = [_in_review(world, number) for number in range(rounds + 1)]
    drafts.prepare_waiting()
    stop = start()
    try:
        # The worker takes a moment to begin; that is no part of what is measured.
        _until_found(world, first, patience)
        seconds = [_until_found(world, version, patience) for version in waiting]
    finally:
        stop()
    return (
        f"{rounds} approvals beside {others} passages: found after {median(seconds):.3f} s "
        f"(median), {max(seconds):.3f} s (worst)."
    )


def nobody() -> Callable[[], None]:
    return lambda: None


def _in_review(world: World, number: int) -> Version:
    source = knowledge.source(world.ana)
    return knowledge.in_review(source, world.ana, texts=[f"{world.text()} zyx{number}"])


def _until_found(world: World, version: Version, patience: float) -> float:
    """Seconds from the return of the approval to an answer that has the passage."""
    passage = version.passages.get()
    knowledge.approve(version, world.ben)
    began = time.monotonic()
    while time.monotonic() - began < patience:
        answer = retrieve(Question(passage.embedded_text()), at=clock.now())
        if any(found.passage.pk == passage.pk for found in answer.found):
            return time.monotonic() - began
        time.sleep(0.005)
    raise Violation(f"an approved passage was not found within {patience} s")


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=20, plants=PLANTS)
    parser.add_argument("--others", type=int, default=10_000)
    parser.add_argument("--patience", type=float, default=30, help="seconds")
    given = parser.parse_args()
    run(
        "freshness",
        given.seed,
        lambda world: prove(
            world,
            others=given.others,
            rounds=given.rounds,
            patience=given.patience,
            start=nobody if given.plant else serving._background,
        ),
    )
