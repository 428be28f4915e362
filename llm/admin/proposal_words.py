"""A proposed relation in words, and the passage it was read in with its words marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as say

from governance.admin import tables
from governance.admin.proposing import address_of_concept
from governance.admin.tables import head_over, is_row
from governance.models import ConceptType, RefusedProposal
from llm.models import Proposal, ProposalSpan
from llm.naming.meanings import Meaning
from llm.naming.mentions import Finder
from llm.proposing.ends import present, read


@dataclass(frozen=True)
class Shown:
    """One end: what it is called here, its type, its other names, and where it is in the graph."""

    name: str
    type: str
    others: str
    address: str


def name_of(meaning: Meaning) -> str:
    """In the language of the screen where it has a name there."""
    mine = "zh" if str(get_language()).startswith("zh") else "en"
    return next((name for language, name in meaning.names if language == mine), meaning.names[0][1])


def said(proposal: Proposal | RefusedProposal) -> str:
    subject, object_ = name_of(read(proposal.subject)), name_of(read(proposal.object))
    return f"{subject} – {proposal.type} → {object_}"


def shown(meaning: Meaning) -> Shown:
    label = next((t.label for t in ConceptType.objects.filter(code=meaning.type)), meaning.type)
    name = name_of(meaning)
    others = say(", ").join(other for _language, other in meaning.names if other != name)
    address = address_of_concept(meaning.concept) if meaning.concept else ""
    return Shown(name, label, others, address)


def ends_of(proposal: Proposal) -> tuple[Meaning, Meaning]:
    """As the graph has them now."""
    return present(read(proposal.subject)), present(read(proposal.object))


def marked(span: ProposalSpan | RefusedProposal, meanings: Sequence[Meaning]) -> SafeString:
    """The passage with the words that say so marked, and the names of both ends in them strong;
    of a table that row, under its head.
    """
    finder = Finder(meanings)

    def strong(words: str) -> SafeString:
        pieces, done = [], 0
        for mention in finder.mentions(words):
            pieces.append((words[done : mention.start], words[mention.start : mention.end]))
            done = mention.end
        return format_html_join("", "{}<strong>{}</strong>", [*pieces, (words[done:], "")])

    text = span.passage.text
    before, quote, after = text[: span.start], text[span.start : span.end], text[span.end :]
    if is_row(quote):
        head = head_over(before.split("\n")[:-1])
        return tables.shown("\n".join([*head, quote]), strong)
    return format_html("{}<mark>{}</mark>{}", before, strong(quote), after)
