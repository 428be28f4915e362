"""Evidence that a new edition left behind: words of the edition before that it does not repeat.

Worked out anew whenever it is asked for, so that what was decided is there no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from governance.models import (
    ChangeSetStatus,
    Evidence,
    GraphEdit,
    Passage,
    Term,
    Version,
)

OPEN = (ChangeSetStatus.DRAFT, ChangeSetStatus.IN_REVIEW)
_DEEDS = ("relation.end", "evidence.end", "evidence.add")
# What many editions of a source have carried a relation with is asked about once.
_SAME_WORDS = ("relation", "passage__version__source", "passage__digest", "start", "end")


@dataclass(frozen=True)
class Left:
    """Words that carried a relation in a source: the numbers of the evidence that has them, the
    newest last. `holds` where something else carries it still; `proposed` is the open change set
    in which somebody has decided about them, and 0 where nobody has.
    """

    relation: int
    source: int
    numbers: Sequence[int]
    holds: bool
    proposed: int = 0

    @property
    def newest(self) -> int:
        return self.numbers[-1]


@dataclass
class Proposed:
    """What open change sets would end, and where they would add evidence: each with its set."""

    relations: dict[int, int] = field(default_factory=dict)
    evidence: dict[int, int] = field(default_factory=dict)
    # By the relation and the source.
    added: dict[tuple[int, int], int] = field(default_factory=dict)

    def about(self, relation: int, source: int, numbers: Sequence[int]) -> int:
        ended = [self.evidence[n] for n in numbers if n in self.evidence]
        told = [*ended, self.relations.get(relation, 0), self.added.get((relation, source), 0)]
        return next((number for number in told if number), 0)


def left(at: datetime, *, source: int | None = None) -> list[Left]:
    """What a person is to look at, relations that nothing carries any more first; of one source,
    or of all. Three questions to the database, however much it is.
    """
    rows = left_behind(at).order_by("pk")
    if source is not None:
        rows = rows.filter(passage__version__source=source)
    holds = Evidence.objects.in_force(at).filter(relation=OuterRef("relation"))
    told = rows.annotate(holds=Exists(holds)).values_list(*_SAME_WORDS, "pk", "holds")
    groups: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    for *words, number, is_held in told:
        groups[is_held, *words].append(number)
    proposed = proposed_now()
    found = [
        Left(relation, of, numbers, is_held, proposed.about(relation, of, numbers))
        for (is_held, relation, of, *_words), numbers in groups.items()
    ]
    return sorted(found, key=lambda each: (each.holds, each.source, each.newest))


def asked(at: datetime) -> list[Left]:
    """What nobody has decided about yet, not even in an open change set."""
    return [each for each in left(at) if not each.proposed]


def left_behind(at: datetime) -> QuerySet[Evidence]:
    """Evidence of relations that nobody has ended, in an edition that a newer one has taken over
    from, where the newer one does not carry the same relation with the very same text.
    """
    followed = Evidence.objects.current().filter(
        relation=OuterRef("relation"),
        passage__digest=OuterRef("passage__digest"),
        passage__version__source=OuterRef("passage__version__source"),
        passage__version__in=Version.objects.in_force(at).values("pk"),
    )
    rows = Evidence.objects.current().filter(relation__ended_at=None)
    return rows.filter(~Exists(followed), passage__version__in=_overtaken(at).values("pk"))


def edition_after(evidence: Evidence, at: datetime) -> Version | None:
    """What is in force of the source whose older edition the evidence stands in."""
    source = evidence.passage.version.source_id
    rows = Version.objects.in_force(at).filter(source=source).select_related("source")
    return rows.exclude(pk=evidence.passage.version_id).first()


def _overtaken(at: datetime) -> QuerySet[Version]:
    """Editions of a source of which a later one is in force. One that came back in force because
    its successor was retired has overtaken nothing: its term began before.
    """
    own = Term.objects.filter(version=OuterRef("pk")).order_by("-starts_at")
    later = Version.objects.in_force(at).filter(
        source=OuterRef("source"), terms__starts_at__gt=OuterRef("last_began")
    )
    rows = Version.objects.annotate(last_began=Subquery(own.values("starts_at")[:1]))
    return rows.filter(Exists(later.exclude(pk=OuterRef("pk"))))


def proposed_now() -> Proposed:
    """Whatever cannot be read in a step proposes nothing."""
    edits = GraphEdit.objects.filter(change_set__status__in=OPEN, deed__in=_DEEDS)
    rows = list(edits.order_by("pk").values_list("deed", "content", "change_set"))
    passages = {p for _deed, content, _set in rows if (p := _number(content, "passage"))}
    sources = dict(Passage.objects.filter(pk__in=passages).values_list("pk", "version__source"))
    found = Proposed()
    for deed, content, number in rows:
        if deed == "relation.end":
            found.relations[_number(content, "relation")] = number
        elif deed == "evidence.end":
            found.evidence[_number(content, "evidence")] = number
        else:
            of = sources.get(_number(content, "passage"), 0)
            found.added[_number(content, "relation"), of] = number
    return found


def _number(content: Mapping[str, Any], name: str) -> int:
    value = content.get(name)
    return value if type(value) is int else 0
