"""Relations that were read in a passage, without a dictionary that would know them."""

from __future__ import annotations

from governance import clock
from governance.actions import proposals
from governance.actions.proposals import Proposed
from governance.models import Account, Passage, RefusedProposal, WhyRefused
from llm.admin.proposal_pages import span_shown
from llm.models import Proposal, Reader
from llm.naming.meanings import Meaning
from llm.proposing.keeping import Read, keep
from llm.proposing.rules import Statement

DRUG = Meaning("drug", (("en", "tenecteplase"), ("zh", "替奈普酶")))
FINDING = Meaning("finding", (("en", "itching"), ("zh", "瘙痒")))
OTHER = Meaning("finding", (("en", "hiccup"), ("zh", "呃逆")))


def read_in(passage: Passage, *meanings: Meaning) -> list[Proposal]:
    """That the drug causes each of these, in the first words of the passage."""
    return read_at(passage, (0, 8), *meanings)


def read_at(passage: Passage, where: tuple[int, int], *meanings: Meaning) -> list[Proposal]:
    found = [
        (passage, Statement(DRUG, "causes", meaning, *where, by="causes.1")) for meaning in meanings
    ]
    keep(Read(passage.version, Reader.RULES, "a profile", found), at=clock.now())
    return list(Proposal.objects.waiting(clock.now()).in_order())


def refuse(proposal: Proposal, by: Account, why: str = WhyRefused.NOT_SAID) -> RefusedProposal:
    span = span_shown(proposal)
    what = Proposed(
        proposal.type, proposal.subject, proposal.object, span.passage, span.start, span.end
    )
    return proposals.refuse(proposed=what, why=why, by=by)


def rows(by: Account) -> dict[str, int]:
    """The numbers of a proposal that waits, and of one that was refused."""
    passage = Passage.objects.in_force(clock.now()).order_by("pk")[0]
    waiting, other = read_in(passage, FINDING, OTHER)
    refused = refuse(other, by)
    Proposal.objects.filter(pk=other.pk).update(refused=refused)
    return {"proposal": waiting.pk, "refusedproposal": refused.pk}
