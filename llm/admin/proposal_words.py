"""A proposed relation in words, and the passage it was read in with its words marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as say

from governance.admin.proposing import address_of_concept
from governance.models import ConceptType, RefusedProposal
from llm.models import Proposal, ProposalSpan
from llm.proposing.ends import present, read
from llm.proposing.mentions import Finder
from llm.proposing.terms import Term


@dataclass(frozen=True)
class Shown:
    """One end: what it is called here, its type, its other names, and where it is in the graph."""

    name: str
    type: str
    others: str
    address: str


def name_of(term: Term) -> str:
    """In the language of the screen where it has a name there."""
    mine = "zh" if str(get_language()).startswith("zh") else "en"
    return next((name for language, name in term.names if language == mine), term.names[0][1])


def said(proposal: Proposal | RefusedProposal) -> str:
    subject, object_ = name_of(read(proposal.subject)), name_of(read(proposal.object))
    return f"{subject} – {proposal.type} → {object_}"


def shown(term: Term) -> Shown:
    label = next((t.label for t in ConceptType.objects.filter(code=term.type)), term.type)
    name = name_of(term)
    others = say(", ").join(other for _language, other in term.names if other != name)
    address = address_of_concept(term.concept) if term.concept else ""
    return Shown(name, label, others, address)


def ends_of(proposal: Proposal) -> tuple[Term, Term]:
    """As the graph has them now."""
    return present(read(proposal.subject)), present(read(proposal.object))


def marked(span: ProposalSpan | RefusedProposal, terms: Sequence[Term]) -> SafeString:
    """The whole passage, the words that say so marked, and in them the names of both ends."""
    text = span.passage.text
    quote, done = text[span.start : span.end], 0
    pieces = []
    for mention in Finder(terms).mentions(quote):
        pieces.append((quote[done : mention.start], quote[mention.start : mention.end]))
        done = mention.end
    inside = format_html_join("", "{}<strong>{}</strong>", [*pieces, (quote[done:], "")])
    return format_html("{}<mark>{}</mark>{}", text[: span.start], inside, text[span.end :])
