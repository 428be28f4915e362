"""Which of the proposed relations somebody goes through, one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from governance import clock
from governance.admin.row_numbers import number_of_row
from llm.models import Proposal, ProposalSpan
from llm.models.proposals import ProposalQuerySet

Narrow = Callable[[ProposalQuerySet, str], ProposalQuerySet]


def _read_in(rows: ProposalQuerySet, source: str) -> ProposalQuerySet:
    number = number_of_row(source)
    spans = ProposalSpan.objects.filter(passage__version__source=number)
    return rows.filter(pk__in=spans.values("proposal"))


def _read_by(rows: ProposalQuerySet, reader: str) -> ProposalQuerySet:
    return rows.filter(pk__in=ProposalSpan.objects.filter(reader=reader).values("proposal"))


# By the words in an address, which the list and the queue share.
NARROW: dict[str, Narrow] = {
    "type": lambda rows, code: rows.filter(type__code=code),
    "news": lambda rows, word: rows.filter(says__isnull=word == "new"),
    "reader": _read_by,
    "source": _read_in,
}


@dataclass(frozen=True)
class Queue:
    """What waits, narrowed as the list was."""

    chosen: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Queue:
        return cls(tuple((name, asked[name]) for name in NARROW if asked.get(name)))

    def rows(self) -> ProposalQuerySet:
        rows = Proposal.objects.waiting(clock.now()).in_order()
        for name, word in self.chosen:
            rows = NARROW[name](rows, word)
        return rows

    def after(self, place: int) -> Proposal | None:
        """The next, from the beginning again behind the last; None where nothing waits."""
        rows = self.rows()
        return rows.filter(Q(place__gt=place)).first() or rows.first()

    def address(self, proposal: Proposal | None, page: str = "") -> str:
        """Of one of them, or of what is done with it; of the list where there is none."""
        where = reverse("admin:llm_proposal_changelist")
        if proposal:
            name = f"admin:proposal_{page}" if page else "admin:llm_proposal_change"
            where = reverse(name, args=[proposal.pk])
        return f"{where}?{urlencode(self.chosen)}" if self.chosen else where
