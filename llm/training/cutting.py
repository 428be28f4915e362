"""Cuts a training set: ground, parts, rows, files, card; then one row that makes it a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from uuid import UUID

from governance import canonical, clock
from governance.errors import Refused
from governance.models import Account
from llm.actions import training_sets
from llm.actions.training_sets import Cut
from llm.errors import GroundMoved, NothingToTrain
from llm.evaluation.asking import ask_now
from llm.models import Release, RowKind, TrainingSet
from llm.projections.advance import last_knowledge
from llm.releases.held import held_by
from llm.training import card, parquet, writing
from llm.training.facts import facts
from llm.training.ground import Ground, divided, ground
from llm.training.instructions import instructions
from llm.training.pairs import pairs
from llm.training.preferences import preferences
from llm.training.recalling import called_back
from llm.training.rows import Made
from llm.training.writing import Writer

ATTEMPTS = 3

Progress = Callable[[int, int], None]
ROWS_OF: dict[RowKind, Callable[[Ground], Iterable[Made]]] = {
    RowKind.INSTRUCTION: instructions,
    RowKind.FACT: facts,
    RowKind.PAIR: lambda ground: pairs(ground, ask_now),
    RowKind.PREFERENCE: preferences,
}


@dataclass(frozen=True)
class Order:
    """What was ordered, by whom and why; `ordered` is its name, so that it is cut once."""

    ordered: UUID
    name: str
    release: Release
    kinds: tuple[str, ...]
    seed: int
    shares: Mapping[str, int]
    reason: str
    by: Account


def silent(_done: int, _of: int) -> None:
    """Says nothing of how far it is."""


def run(
    *, ordered: str, name: str, release: int, progress: Progress = silent, **given: Any
) -> dict[str, Any]:
    """As a job: the number of the set. Carried out twice, it is cut once."""
    kept = TrainingSet.objects.filter(ordered=ordered).first()
    if kept is None:
        account = Account.objects.get(pk=given.pop("by"))
        wanted = Release.objects.get(pk=release)
        kinds = tuple(given.pop("kinds"))
        order = Order(UUID(ordered), name, wanted, kinds, by=account, **given)
        try:
            kept = _cut(order, progress)
        except Refused as refusal:
            return {"error": str(refusal), "code": refusal.code}
    return {"training_set": kept.pk, "name": kept.name, "rows": kept.rows, "digest": kept.digest}


def _cut(order: Order, progress: Progress) -> TrainingSet:
    """Begun anew where something left while it was cut: a set begins without a row called back."""
    writing.clear_left()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(order, progress)
        except GroundMoved:
            writing.abandon(order.ordered)
            if attempt == ATTEMPTS:
                raise
        except BaseException:
            writing.abandon(order.ordered)
            raise
    raise AssertionError


def _attempt(order: Order, progress: Progress) -> TrainingSet:
    truth, at = last_knowledge(), clock.now()
    training_sets.refuse_unfit(name=order.name, release=order.release)
    bare = ground(held_by(order.release), at=at)
    if not bare.versions:
        raise NothingToTrain(name=order.release.name)
    parts = divided(bare, seed=order.seed, shares=order.shares)
    folder = writing.begin(order.ordered)
    writer = Writer(order.ordered, order.release, parts)
    writer.write(_rows(order, replace(bare, part_of=parts), progress))
    if not writer.counts:
        raise NothingToTrain(name=order.release.name)
    rows_alone = writing.sealed(order.ordered)
    if parquet.is_there():
        for path in sorted(folder.glob("*.jsonl")):
            parquet.beside(path)
    cut = _told(order, writer, truth, rows_alone, bare)
    for language, text in card.written(order.release, cut).items():
        (folder / f"card-{language}.md").write_text(text, encoding="utf-8")
    cut = replace(cut, files=writing.sealed(order.ordered))
    made = TrainingSet(ordered=order.ordered)
    return training_sets.keep(
        cut=cut, by=order.by, still_fit=lambda now: not called_back(made, at=now).count()
    )


def _rows(order: Order, ground: Ground, progress: Progress) -> Iterator[Made]:
    kinds = [kind for kind in RowKind if kind.value in order.kinds]

    def of_kind(place: int, kind: RowKind) -> Iterator[Made]:
        progress(place, len(kinds))
        yield from ROWS_OF[kind](ground)

    return chain.from_iterable(of_kind(place, kind) for place, kind in enumerate(kinds))


def _told(
    order: Order, writer: Writer, truth: int, files: list[dict[str, Any]], bare: Ground
) -> Cut:
    counts: dict[str, dict[str, int]] = {}
    for (about, name), count in sorted(writer.counts.items()):
        counts.setdefault(about, {})[name] = count
    return Cut(
        ordered=order.ordered,
        name=order.name,
        release=order.release,
        kinds=tuple(kind.value for kind in RowKind if kind.value in order.kinds),
        seed=order.seed,
        shares=dict(order.shares),
        reason=order.reason,
        truth=truth,
        rows=sum(counts["part"].values()),
        counts=counts,
        left_out={**bare.left_out(), **dict(sorted(writer.left_out.items()))},
        files=files,
        digest=canonical.digest([[each["name"], each["sha256"]] for each in files]),
    )
