"""Training sets: ordered by a reviewer, kept once whole, called back row by row."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from governance.duties import Deed
from governance.errors import AlreadyExists, AlreadyOrdered, Malformed
from governance.models import Account, AuditEntry
from governance.trail import SYSTEM, Changes, changing, needs_reason
from llm.errors import GroundMoved, NothingToTrain
from llm.models import (
    Adapter,
    Cursor,
    Job,
    Part,
    Release,
    RowKind,
    TrainingRecall,
    TrainingSet,
)
from llm.models.training import LARGEST_SEED, LONGEST_NAME
from llm.releases.held import held_by, refuse_unpublished
from llm.training.fitness import trainable
from llm.training.names import NAME
from llm.training.writing import VERB

SHARES: Mapping[str, int] = {Part.TRAIN: 80, Part.VALIDATION: 10, Part.TEST: 10}


@dataclass(frozen=True)
class Wanted:
    """What is to be cut. `shares` are hundredths of the passages, by part."""

    name: str
    release: Release
    kinds: Sequence[str] = tuple(RowKind.values)
    seed: int = 0
    shares: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Cut:
    """A set that was written and is nobody's yet."""

    ordered: UUID
    name: str
    release: Release
    kinds: Sequence[str]
    seed: int
    shares: dict[str, int]
    reason: str
    truth: int
    rows: int
    counts: dict[str, Any]
    left_out: dict[str, int]
    files: list[dict[str, Any]]
    digest: str


@dataclass(frozen=True)
class Left:
    """What left, by which entry of the trail: rows of `training_set` were made of it."""

    training_set: TrainingSet
    version: int
    passage: int | None
    why: str
    rows: int
    number: int


def order(*, wanted: Wanted, reason: str, by: Account) -> Job:
    """Leave it to the process that owns the stores, and never wait for it."""
    name = checked_name(wanted.name)
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(reason)) as changes:
        job = Job.objects.create(
            verb=VERB, arguments=_arguments(wanted, name, changes, by), asked_at=changes.at
        )
        changes.note("training_set.ordered", job, name=name, release=wanted.release.pk)
    return job


def keep(*, cut: Cut, by: Account, still_fit: Callable[[datetime], bool]) -> TrainingSet:
    """Make a set of what was written, in one transaction: before it there is none, then all of it.

    Refused where something it was made of has left meanwhile: `still_fit` is asked only where
    something has moved that could matter. Kept already, it is that one.
    """
    with changing(by=by, may=Deed.REVIEW, reason=needs_reason(cut.reason)) as changes:
        kept = TrainingSet.objects.filter(ordered=cut.ordered).first()
        if kept is not None:
            return kept
        refuse_unfit(name=cut.name, release=cut.release)
        if _moved(cut.truth) and not still_fit(changes.at):
            raise GroundMoved
        made = TrainingSet.objects.create(
            **{**vars(cut), "kinds": list(cut.kinds), "reason": changes.reason},
            cut_by=by.person,
            cut_at=changes.at,
        )
        changes.note(
            "training_set.cut", made, name=made.name, release=made.release_id, digest=made.digest
        )
    return made


def recall(*, found: Sequence[Left], reached: int, epoch: str, cursor: Cursor) -> int:
    """Write down which sets lost rows by what the trail says, and how far it was read, in one."""
    with changing(by=SYSTEM) as changes:
        written = sum(_recalled(left, changes) for left in found)
        cursor.move(reached, epoch=epoch)
    return written


def refuse_unfit(*, name: str, release: Release) -> None:
    """Where the release is none to cut from, or the name is taken."""
    release = Release.objects.get(pk=release.pk)
    refuse_unpublished(release)
    if TrainingSet.objects.filter(name__iexact=name).exists():
        raise AlreadyExists(name=name)
    if not trainable().filter(pk__in=held_by(release).versions).exists():
        raise NothingToTrain(name=release.name)


def checked_name(name: str) -> str:
    name = unicodedata.normalize("NFKC", name.strip())
    if not NAME.fullmatch(name):
        problem = _("Give a name of letters, digits, dots and hyphens, up to %(most)s of them.")
        raise Malformed(field="name", problem=problem % {"most": LONGEST_NAME})
    return name


def waiting() -> list[Job]:
    """Orders that have not been carried out yet."""
    return list(Job.objects.filter(verb=VERB).exclude(state=Job.State.DONE).order_by("pk"))


def _moved(truth: int) -> bool:
    after = AuditEntry.objects.after(truth)
    return after.filter(Q(knowledge=True) | Q(action="source.edited")).exists()


def _arguments(wanted: Wanted, name: str, changes: Changes, by: Account) -> dict[str, Any]:
    """As the job is told them, all of them checked."""
    shares = dict(SHARES if wanted.shares is None else wanted.shares)
    if set(shares) != set(Part.values) or sum(shares.values()) != 100 or min(shares.values()) < 0:  # noqa: PLR2004
        raise Malformed(field="shares", problem=_("The three shares make a hundred together."))
    if not wanted.kinds or not set(wanted.kinds) <= set(RowKind.values):
        raise Malformed(field="kinds", problem=_("Choose at least one kind of rows."))
    if not 0 <= wanted.seed <= LARGEST_SEED:
        problem = _("Give a number from 0 to %(most)s.") % {"most": LARGEST_SEED}
        raise Malformed(field="seed", problem=problem)
    refuse_unfit(name=name, release=wanted.release)
    if any(job.arguments["name"].casefold() == name.casefold() for job in waiting()):
        raise AlreadyOrdered
    return {
        "ordered": str(uuid.uuid4()),
        "name": name,
        "release": wanted.release.pk,
        "kinds": [kind for kind in RowKind.values if kind in wanted.kinds],
        "seed": wanted.seed,
        "shares": {part: shares[part] for part in Part.values},
        "reason": changes.reason,
        "by": by.pk,
    }


def _recalled(left: Left, changes: Changes) -> int:
    mine = {"set": left.training_set, "number": left.number, "version_id": left.version}
    if TrainingRecall.objects.filter(**mine).exists():
        return 0
    made = TrainingRecall.objects.create(
        **mine, passage_id=left.passage, why=left.why, rows=left.rows, at=changes.at
    )
    adapters = Adapter.objects.filter(made_of__set=left.training_set).order_by("pk")
    people = {left.training_set.cut_by_id, *adapters.values_list("person", flat=True)} - {None}
    changes.note(
        "training_set.recalled",
        left.training_set,
        version=left.version,
        passage=left.passage,
        why=left.why,
        rows=left.rows,
        by_entry=left.number,
        training_set=left.training_set.name,
        adapters=[adapter.name for adapter in adapters],
        people=sorted(people),
        recall=made.pk,
    )
    return 1
