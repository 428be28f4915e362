"""The same truth, reached step by step with retirements on the way or built afresh, ranks alike."""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from governance import clock
from governance.models import Passage
from llm import clients, fusing
from llm.found import Found
from llm.models import CachedVector
from llm.projections import registry
from llm.projections.rebuild import rebuild_vectors
from llm.retrieval import Question, retrieve
from llm.stores.port import Hit
from tests.prove.worlds import Violation, World, arguments, run
from tests.support import knowledge
from tests.support.following import follow

PLANTS = {"store-order": "ties are left in the order in which the store gives them"}

Ranks = list[tuple[int, float]]


@dataclass(frozen=True)
class Size:
    passages: int = 25_000
    retirements: int = 200
    per_version: int = 50
    queries: int = 100


def prove(world: World, size: Size, *, forget: bool) -> str:
    """`forget`: the second building embeds everything again, instead of asking the cache."""
    world.common = min(0.3, 2000 / size.passages)
    step_by_step(world, size.passages // size.per_version, size.retirements, size.per_version)
    queries = [world.query() for _ in range(size.queries)]
    before = [ranks(query) for query in queries]
    if not any(before):
        raise Violation("nothing is found at all, so nothing is compared")
    if forget:
        CachedVector.objects.all().delete()
    began = time.monotonic()
    built = rebuild_vectors(registry.vectors())
    took = time.monotonic() - began
    compare(queries, before, [ranks(query) for query in queries])
    return (
        f"{built} passages, {size.retirements} versions retired on the way: the same passages, "
        f"order and scores for {size.queries} queries. Building afresh took {took:.1f} s."
    )


def step_by_step(world: World, versions: int, retirements: int, per_version: int) -> None:
    """Approve in a mixed order; each that is to go does so some time later."""
    fates = [True] * versions + [False] * retirements
    world.dice.shuffle(fates)
    doomed = []
    for step, stays in enumerate(fates):
        version = world.approve(per_version if stays else min(per_version, 5))
        if not stays:
            doomed.append(version)
        if step % 5 == 0:
            follow()
        if doomed and world.dice.random() < 0.5:
            knowledge.retire(doomed.pop(world.dice.randrange(len(doomed))), world.ben)
    for version in doomed:
        knowledge.retire(version, world.ben)
    follow()


def ranks(query: str) -> Ranks:
    answer = retrieve(Question(query, top_k=50), at=clock.now())
    alike = ((each, found.score) for found in answer.found for each in said_by(found))
    return [(passage.pk, score) for passage, score in alike]


def said_by(found: Found) -> list[Passage]:
    """The passage and those that say the same."""
    return [found.passage, *found.alike]


def compare(queries: Sequence[str], before: Sequence[Ranks], after: Sequence[Ranks]) -> None:
    for query, old, new in zip(queries, before, after, strict=True):
        if old != new:
            place = next(
                i for i, pair in enumerate(zip(old, new, strict=False)) if len(set(pair)) > 1
            )
            raise Violation(f"“{query}” differs from place {place + 1}: {old[place]}, {new[place]}")


def plant() -> Callable[[], None]:
    """Put the bug in; returns what takes it out."""
    right = fusing._ranked

    def as_the_store_says(
        by_meaning: Sequence[Hit], by_words: Sequence[Hit], allowed: dict[int, Passage]
    ) -> Ranks:
        right_scores = dict(right(by_meaning, by_words, allowed))
        found = dict.fromkeys(int(h.passage) for h in [*by_meaning, *by_words])
        served = [(pk, right_scores[pk]) for pk in found if pk in allowed]
        return sorted(served, key=lambda item: -item[1])

    fusing._ranked = as_the_store_says
    return lambda: setattr(fusing, "_ranked", right)


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=1, plants=PLANTS)
    for name, number in asdict(Size()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=number)
    parser.add_argument("--forget", action="store_true", help="empty the vector cache between")
    given = parser.parse_args()
    if given.plant:
        plant()
    size = Size(**{name: getattr(given, name) for name in asdict(Size())})
    run("ranking", given.seed, lambda world: prove(world, size, forget=given.forget))
    clients.close()
