"""Puts what was read of a version beside what was read before: each relation is proposed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from governance.models import (
    Evidence,
    Passage,
    RefusedProposal,
    Relation,
    RelationType,
    Version,
)
from llm.models import Proposal, ProposalReading, ProposalSpan, Reader
from llm.proposing.ends import key_of, marks, read, written
from llm.proposing.rules import Statement

AT_ONCE = 500


@dataclass(frozen=True)
class Read:
    """What a reader found in a version; `dropped` is what it could not prove word for word."""

    version: Version
    reader: Reader
    profile: str
    found: Sequence[tuple[Passage, Statement]]
    dropped: int = 0


@dataclass
class _Wanted:
    """One relation, with every place in which it was read."""

    statement: Statement
    says: int | None
    refused: int | None
    spans: list[tuple[Passage, Statement]] = field(default_factory=list)


def keep(told: Read, *, at: datetime) -> dict[str, int]:
    """Replace what the reader had found in this version. Returns how many statements there were
    (`stated`), and how many of them the graph has with these words (`known`), say what another
    says (`folded`), were refused by people before, or are proposed for the first time.
    """
    counts = Counter(stated=len(told.found), dropped=told.dropped)
    wanted = _folded(told.found)
    kept = sum(len(each.spans) for each in wanted.values())
    counts.update(known=len(told.found) - kept, folded=kept - len(wanted))
    counts["refused"] = sum(each.refused is not None for each in wanted.values())
    with transaction.atomic():
        counts["proposed"] = _write(wanted, at)
        _write_spans(told, wanted)
        Proposal.objects.filter(spans=None, edit=None).delete()
        ProposalReading.objects.update_or_create(
            version=told.version,
            reader=told.reader,
            defaults={"profile": told.profile, "at": at, "counts": dict(counts)},
        )
    return dict(counts)


class Refusals:
    """What people refused, known again by any name that its ends had or have."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[tuple[set[str], int]]] = {}
        standing = RefusedProposal.objects.filter(taken_back_at=None).select_related("type")
        for refused in standing.iterator(chunk_size=2000):
            ends = set(marks(read(refused.object)))
            for mark in marks(read(refused.subject)):
                known = self._known.setdefault((refused.type.code, mark), [])
                known.append((ends, refused.pk))

    def of(self, statement: Statement) -> int | None:
        ends = set(marks(statement.object))
        return next(
            (
                number
                for mark in marks(statement.subject)
                for known, number in self._known.get((statement.relation, mark), ())
                if ends & known
            ),
            None,
        )


def _folded(found: Iterable[tuple[Passage, Statement]]) -> dict[str, _Wanted]:
    """By the key of the relation, without what its words carry in the graph already."""
    refusals = Refusals()
    wanted: dict[str, _Wanted] = {}
    for passage, statement in found:
        key = key_of(statement.subject, statement.relation, statement.object)
        known = wanted.get(key)
        says = known.says if known else _said(statement)
        if says and _carries(says, passage, statement):
            continue
        if known is None:
            known = wanted[key] = _Wanted(statement, says, refusals.of(statement))
        known.spans.append((passage, statement))
    return wanted


def _said(statement: Statement) -> int | None:
    """The relation of the graph that says so, with whatever qualifiers."""
    subject, object_ = statement.subject.concept, statement.object.concept
    if not subject or not object_:
        return None
    rows = Relation.objects.current().filter(subject=subject, object=object_)
    return rows.filter(type__code=statement.relation).values_list("pk", flat=True).first()


def _carries(relation: int, passage: Passage, statement: Statement) -> bool:
    """Whether words of this sentence carry it already."""
    rows = Evidence.objects.current().filter(relation=relation, passage=passage)
    return rows.filter(start__lt=statement.end, end__gt=statement.start).exists()


def _write(wanted: dict[str, _Wanted], at: datetime) -> int:
    """Returns how many are proposed that were not before."""
    types = {type_.code: type_ for type_ in RelationType.objects.all()}
    before = {row.key: row for row in Proposal.objects.filter(key__in=wanted)}
    rows = []
    for key, each in wanted.items():
        row = before.get(key) or Proposal(
            key=key,
            type=types[each.statement.relation],
            subject=written(each.statement.subject),
            object=written(each.statement.object),
            found_at=at,
        )
        row.says_id = each.says
        row.refused_id = each.refused or row.refused_id
        rows.append(row)
    new = [row for row in rows if row.pk is None]
    Proposal.objects.bulk_create(new, batch_size=AT_ONCE)
    old = [row for row in rows if row.key in before]
    Proposal.objects.bulk_update(old, ["says", "refused"], batch_size=AT_ONCE)
    return sum(row.refused_id is None for row in new)


def _write_spans(told: Read, wanted: dict[str, _Wanted]) -> None:
    numbers = dict(Proposal.objects.filter(key__in=wanted).values_list("key", "pk"))
    ProposalSpan.objects.filter(reader=told.reader, passage__version=told.version).delete()
    rows = [
        ProposalSpan(
            proposal_id=numbers[key],
            passage=passage,
            start=statement.start,
            end=statement.end,
            reader=told.reader,
            by=statement.by[:100],
        )
        for key, each in wanted.items()
        for passage, statement in each.spans
    ]
    ProposalSpan.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
