"""How long a trace takes both ways among hundreds of thousands of retrievals, and that it is whole.

Use is filled in bulk, with the counts kept beside it; one version is in every retrieval, one in a
tenth, one in a single one. What a trace counts must be what was counted while filling, on every
page once; from an answer back it must reach the passages that it was made of. The seconds are said.
"""

from __future__ import annotations

import tests.prove.home  # noqa: F401

# isort: split

import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from django.test import Client as Browser

from governance import clock
from governance.actions import clients
from governance.duties import Scope
from governance.merkle import leaf_hash
from governance.models import Client, Passage, Version
from governance.trail import SHELL
from llm.actions import use
from llm.citations import check
from llm.models import AnswerCitation, ReportedAnswer, Usage, UsageLeaf, UsagePassage
from llm.tracing import Onward, back, of_passage, of_version
from llm.uses import tell
from tests.prove import say
from tests.prove.worlds import Violation, World, arguments, run
from tests.support.visiting import BACKEND

PLANTS = {"blind": "every hundredth retrieval is written without its passages' marks"}
AT_ONCE = 2000
EVERY = 30  # seconds between two retrievals


@dataclass
class Filled:
    """What was written, counted beside it."""

    programs: Counter[tuple[int, str]] = field(default_factory=Counter)
    passages: Counter[int] = field(default_factory=Counter)
    cited: Counter[int] = field(default_factory=Counter)
    example: uuid.UUID = field(default_factory=uuid.uuid4)


def prove(world: World, *, sizes: tuple[int, int], rounds: int, plant: str) -> str:
    rows, count = sizes
    logging.disable()
    versions = [world.approve(8) for _ in range(count)]
    programs = [
        clients.create(name=f"tier-{n}", scopes=[Scope.RETRIEVE], by=SHELL)[0] for n in range(5)
    ]
    filled = _fill(world, versions, programs, rows, plant)
    began = time.perf_counter()
    sealed = use.seal()
    say(f"{'sealed':34} {sealed} leaves in {time.perf_counter() - began:.1f} s")
    _is_whole(versions, filled)
    _say_seconds(world, versions, filled, rounds)
    return f"{rows} retrievals with {UsagePassage.objects.count()} passages; every count holds."


def _fill(
    world: World, versions: list[Version], programs: list[Client], rows: int, plant: str
) -> Filled:
    filled, texts = Filled(), {v.pk: list(v.passages.current()) for v in versions}
    made = _retrievals(world, versions, programs, rows)
    began = clock.now() - timedelta(seconds=EVERY * rows)
    while some := list(islice(made, AT_ONCE)):
        usages, given, answers, cited = [], [], [], []
        for number, program, chosen in some:
            usage = _usage(program, began + timedelta(seconds=EVERY * number))
            usages.append(usage)
            passages = [p for v in chosen for p in world.dice.sample(texts[v.pk], 2)]
            is_planted = plant == "blind" and number % 100 == 0
            given += _given(usage, passages, filled, lead=not is_planted)
            filled.programs.update((v.pk, program.name) for v in chosen)
            if number % 2 == 0:
                answer = _answer(usage)
                answers.append(answer)
                cited += _cited(answer, passages[:2], filled)
        filled.example = answers[0].usage_id if answers else filled.example
        _write(usages, given, answers, cited)
    return filled


def _retrievals(
    world: World, versions: list[Version], programs: list[Client], rows: int
) -> Iterator[tuple[int, Client, list[Version]]]:
    """The first version is in all of them, the second in a tenth, the last in one."""
    everywhere, often, *others, once = versions
    for number in range(rows):
        chosen = [everywhere, *world.dice.sample(others, 1)]
        if number % 10 == 0:
            chosen.append(often)
        if number == rows // 2:
            chosen.append(once)
        yield number, world.dice.choice(programs), chosen


def _usage(program: Client, at: Any) -> Usage:
    return Usage(
        at=at, client=program, query="…", trail=1, truth=1, top_k=10, filters={}, profile="p",
        withheld=0,
    )  # fmt: skip


def _given(
    usage: Usage, passages: list[Passage], filled: Filled, *, lead: bool
) -> list[UsagePassage]:
    led: set[int] = set()
    rows = []
    for place, passage in enumerate(passages):
        rows.append(
            UsagePassage(
                usage=usage, place=place, passage=passage, version_id=passage.version_id,
                client_id=usage.client_id, at=usage.at, score=0.5,
                leads=lead and passage.version_id not in led,
            )
        )  # fmt: skip
        led.add(passage.version_id)
        filled.passages[passage.pk] += 1
    return rows


def _answer(usage: Usage) -> ReportedAnswer:
    return ReportedAnswer(
        usage=usage, at=usage.at, client_id=usage.client_id, text="…", model="m", sentences=1,
        uncited=0,
    )  # fmt: skip


def _cited(answer: ReportedAnswer, passages: list[Passage], filled: Filled) -> list[AnswerCitation]:
    filled.cited[passages[0].version_id] += 1
    return [
        AnswerCitation(
            answer=answer, place=place, asked=passage.pk, passage=passage,
            version_id=passage.version_id, leads=place == 0, was_given=True, in_force_then=True,
            in_force_when_reported=True,
        )
        for place, passage in enumerate(passages)
    ]  # fmt: skip


def _write(*rows: list[Any]) -> None:
    for some in rows:
        if some:
            type(some[0]).objects.bulk_create(some, batch_size=AT_ONCE)
    UsageLeaf.objects.bulk_create(
        [
            UsageLeaf(kind=row.kind, row=row.pk, at=row.at, hash=leaf_hash(row.pk.bytes))
            for row in [*rows[0], *rows[2]]
        ]
    )


def _is_whole(versions: list[Version], filled: Filled) -> None:
    for version in (versions[0], versions[1], versions[2], versions[-1]):
        told = of_version(version)
        wanted = {n: c for (pk, n), c in filled.programs.items() if pk == version.pk}
        if {p.program: p.retrievals for p in told.programs} != wanted:
            raise Violation(f"version {version.pk} was not given as often as the trace says")
        if told.answers != filled.cited[version.pk]:
            raise Violation(f"version {version.pk} is not cited as often as the trace says")
    _every_page(
        versions[1], sum(c for (pk, _n), c in filled.programs.items() if pk == versions[1].pk)
    )
    passage = versions[0].passages.current()[0]
    if of_passage(passage).retrievals != filled.passages[passage.pk]:
        raise Violation(f"passage {passage.pk} was not given as often as the trace says")
    found = back(Usage.objects.get(pk=filled.example))
    if found.answer is None or not all(o.trail and o.approvals for o in found.origins):
        raise Violation("an answer does not lead back to who approved it")


def _every_page(version: Version, wanted: int) -> None:
    seen: set[uuid.UUID] = set()
    before: int | None = None
    while True:
        told: Onward = of_version(version, before=before, page=1000)
        seen |= {row.usage_id for row in told.rows}
        if (before := told.before) is None:
            break
    if len(seen) != wanted:
        raise Violation(f"the pages of version {version.pk} show {len(seen)} of {wanted}")


def _say_seconds(world: World, versions: list[Version], filled: Filled, rounds: int) -> None:
    everywhere, passage = versions[0], versions[0].passages.current()[0]
    mine = {p.pk: everywhere.pk for p in everywhere.passages.current()}
    numbers = list(Passage.objects.values_list("pk", flat=True)[:250])
    oldest = UsagePassage.objects.filter(version=everywhere, leads=True).order_by("at")[100]
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(world.ben, backend=BACKEND)
    page = f"/admin/given/version/{everywhere.pk}/"
    timed: dict[str, Callable[[], Any]] = {
        "onward from a version in all": lambda: of_version(everywhere),
        "its last page": lambda: of_version(everywhere, before=oldest.pk),
        "onward from a version in a tenth": lambda: of_version(versions[1]),
        "onward from its passage": lambda: of_passage(passage),
        "back from an answer": lambda: back(Usage.objects.get(pk=filled.example)),
        "GET trace/?version=": lambda: browser.get(f"/api/v1/trace/?version={everywhere.pk}"),
        "GET trace/?usage=": lambda: browser.get(f"/api/v1/trace/?usage={filled.example}"),
        "page: who was given this": lambda: browser.get(page),
        "pages of withdrawal: last 30 days": lambda: tell(mine, clock.now() - timedelta(days=30)),
        "500 citations checked": lambda: check(
            [*numbers, *range(10**9, 10**9 + 250)], at=clock.now()
        ),
    }
    for name, ask in timed.items():
        ask()  # what is loaded once is not what is measured
        took = sorted(_took(ask) for _ in range(rounds))
        say(f"{name:34} median {took[rounds // 2] * 1000:5.0f} ms, worst {took[-1] * 1000:5.0f} ms")


def _took(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return time.perf_counter() - began


if __name__ == "__main__":
    parser = arguments(__doc__ or "", rounds=5, plants=PLANTS)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--versions", type=int, default=60)
    given = parser.parse_args()
    sizes, plant = (given.rows, given.versions), given.plant or ""
    run(
        "trace",
        given.seed,
        lambda world: prove(world, sizes=sizes, rounds=given.rounds, plant=plant),
    )
