"""Both ways along use: from knowledge to everyone it was given to, and from an answer back.

Forward, everything is one walk along an index (`UsagePassage`, `AnswerCitation`), however much
has been given. What else holds knowledge (releases, training rows) is told by whoever keeps it:
see `also_told_by`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet

from governance import clock
from governance.models import AuditEntry, Client, Evidence, Passage, Relation, Review, Version
from llm.models import AnswerCitation, Feedback, ReportedAnswer, Usage, UsageLeaf, UsagePassage

PAGE = 100
# Relations and editions that are named; there is a page of its own for each.
MOST_NAMED = 200

# Given versions and passages by number: what else holds them, as plain JSON.
Teller = Callable[[Collection[int], Collection[int]], list[dict[str, Any]]]
_tellers: dict[str, Teller] = {}


def also_told_by(name: str, teller: Teller) -> None:
    """Have a trace also ask this one, under this name, from now on."""
    _tellers[name] = teller


@dataclass(frozen=True)
class ProgramUse:
    program: str
    retrievals: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Origin:
    """A passage of an answer, and the way back from it to the file and to who approved it.

    `trail` is the number of the entry by which its version was approved.
    """

    passage: Passage
    version: Version
    approvals: Sequence[Review]
    trail: int | None
    is_in_force_now: bool
    was_given: bool
    score: float | None = None
    citation: AnswerCitation | None = None


@dataclass(frozen=True)
class Back:
    """A retrieval with all that came of it. `leaves` are its places in the tree of use."""

    usage: Usage
    answer: ReportedAnswer | None
    feedback: Sequence[Feedback]
    origins: Sequence[Origin]
    leaves: dict[str, int | None]


@dataclass(frozen=True)
class Onward:
    """To whom versions or passages were given, and what else they carry.

    `rows` is one page, the newest first; `before` leads to the next, None at the end.
    """

    programs: Sequence[ProgramUse]
    retrievals: int
    answers: int
    rows: Sequence[UsagePassage]
    before: int | None
    relations: Sequence[Relation]
    further: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


# Back.


def back(usage: Usage) -> Back:
    """Where what was given came from, and what was made and said of it."""
    answer = ReportedAnswer.objects.filter(usage=usage).first()
    feedback = list(usage.feedback.select_related("client").order_by("at", "pk"))
    made = [usage.pk, *([answer.pk] if answer else []), *(f.pk for f in feedback)]
    leaves = dict(UsageLeaf.objects.filter(row__in=made).values_list("row", "number"))
    return Back(
        usage, answer, feedback, _origins(usage, answer), {str(k): v for k, v in leaves.items()}
    )


def _origins(usage: Usage, answer: ReportedAnswer | None) -> list[Origin]:
    given = usage.given.order_by("place").select_related("passage")
    scores = {row.passage_id: row.score for row in given}
    cited = {c.passage_id: c for c in answer.citations.order_by("-place")} if answer else {}
    numbers = list(dict.fromkeys([*scores, *(pk for pk in cited if pk)]))
    rows = Passage.objects.select_related("section", "version__source", "version__upload")
    passages = rows.defer("boxes").in_bulk(numbers)
    versions = {p.version_id for p in passages.values()}
    approvals, entries = _approvals(versions), _entries(versions)
    now = Passage.objects.in_force(clock.now()).filter(pk__in=numbers)
    holding = set(now.values_list("pk", flat=True))
    return [
        Origin(
            passage,
            passage.version,
            approvals.get(passage.version_id, []),
            entries.get(passage.version_id),
            number in holding,
            number in scores,
            scores.get(number),
            cited.get(number),
        )
        for number in numbers
        if (passage := passages.get(number))
    ]


def _approvals(versions: Collection[int]) -> dict[int, list[Review]]:
    found: dict[int, list[Review]] = {}
    rows = Review.objects.filter(version__in=versions, kind=Review.Kind.APPROVE)
    for review in rows.select_related("person").order_by("pk"):
        found.setdefault(review.version_id, []).append(review)
    return found


def _entries(versions: Collection[int]) -> dict[int, int]:
    names = [str(pk) for pk in versions]
    about = AuditEntry.objects.filter(governs_type="version", governs_id__in=names)
    rows = about.filter(action="version.approved").values_list("governs_id", "number")
    return {int(pk): number for pk, number in rows.order_by("number")}


# Onward.


def of_version(version: Version, *, before: int | None = None, page: int = PAGE) -> Onward:
    rows = UsagePassage.objects.filter(version=version, leads=True)
    cited = AnswerCitation.objects.filter(version=version, leads=True)
    carried = Evidence.objects.filter(passage__version=version)
    return _onward(rows, cited.count(), carried, ({version.pk}, None), before, page)


def of_passage(passage: Passage, *, before: int | None = None, page: int = PAGE) -> Onward:
    rows = UsagePassage.objects.filter(passage=passage)
    cited = AnswerCitation.objects.filter(passage=passage)
    carried = Evidence.objects.filter(passage=passage)
    return _onward(rows, cited.count(), carried, ({passage.version_id}, {passage.pk}), before, page)


def of_relation(relation: Relation, *, before: int | None = None, page: int = PAGE) -> Onward:
    """To whom the passages were given that carry it, or once did; once for each of them."""
    evidence = relation.evidence.values_list("passage", "passage__version")
    passages, versions = {p for p, _v in evidence}, {v for _p, v in evidence}
    rows = UsagePassage.objects.filter(passage__in=passages)
    cited = AnswerCitation.objects.filter(passage__in=passages)
    answers = cited.values("answer").distinct().count()
    carried = Evidence.objects.filter(relation=relation)
    return _onward(rows, answers, carried, (versions, passages), before, page)


def _onward(
    rows: QuerySet[UsagePassage],
    answers: int,
    carried: QuerySet[Evidence],
    held: tuple[set[int], set[int] | None],
    before: int | None,
    page: int,
) -> Onward:
    programs = _programs(rows)
    shown = list(_page(rows, before)[: page + 1])
    versions, passages = held
    return Onward(
        programs,
        sum(each.retrievals for each in programs),
        answers,
        shown[:page],
        shown[page - 1].pk if len(shown) > page else None,
        _relations(carried),
        {name: tell(versions, passages or ()) for name, tell in _tellers.items()},
    )


def _programs(rows: QuerySet[UsagePassage]) -> list[ProgramUse]:
    """By number first, so that the index alone answers however many rows there are."""
    counted = list(
        rows.order_by()
        .values_list("client")
        .annotate(n=Count("*"), first=Min("at"), last=Max("at"))
    )
    names = dict(Client.objects.values_list("pk", "name"))
    found = [ProgramUse(names[pk], *told) for pk, *told in counted]
    return sorted(found, key=lambda each: -each.retrievals)


def _page(rows: QuerySet[UsagePassage], before: int | None) -> QuerySet[UsagePassage]:
    """The newest first, from behind the row that was shown last."""
    last = UsagePassage.objects.filter(pk=before).first() if before else None
    if last:
        # The first bound lets the index begin there; the second parts what is of one instant.
        rows = rows.filter(Q(at__lt=last.at) | Q(pk__lt=last.pk), at__lte=last.at)
    rows = rows.select_related("usage__answer", "client", "passage")
    return rows.order_by("-at", "-pk").defer("passage__boxes", "passage__text")


def _relations(carried: QuerySet[Evidence]) -> list[Relation]:
    mine = carried.filter(relation=OuterRef("pk"))
    rows = Relation.objects.filter(Exists(mine)).select_related("type", "subject", "object")
    return list(rows.order_by("pk")[:MOST_NAMED])
