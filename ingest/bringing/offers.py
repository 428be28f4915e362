"""What is offered beside each field of the form that confirms a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as say

from governance.classes import SourceClass
from governance.identifiers import IdentifierKind
from governance.models import Identifier, Language, Source
from ingest.models import Incoming
from ingest.proposing.apart import proposal_from_json
from ingest.proposing.found import Certainty, Proposal

MOST_MATCHES = 5
# Numbers of a kind that a form is filled in with; the others are offered.
MOST_FILLED_IN = 4


@dataclass(frozen=True)
class Offer:
    """A value as it is typed and as it is shown, and in words where it was found."""

    value: str
    shown: str
    where: str
    around: str
    is_guess: bool
    is_filled_in: bool


def proposals_of(incoming: Incoming) -> list[Proposal]:
    return [proposal_from_json(told) for told in incoming.proposals]


def offers(proposals: Iterable[Proposal]) -> dict[str, list[Offer]]:
    """By field, the likeliest first, which is filled in unless it is too doubtful."""
    told = list(proposals)
    filled = filled_in(told)
    numbers = {(row["kind"], row["value"]) for row in numbers_filled_in(told)}
    found: dict[str, list[Offer]] = {}
    sure = {each.field for each in told if each.certainty == Certainty.SURE}
    for each in told:
        if each.certainty == Certainty.GUESS and (each.field in sure or _is_part(each, found)):
            continue
        is_first = each.field not in found and each.field in filled
        is_filled = is_first or (each.field, each.value) in numbers
        found.setdefault(each.field, []).append(_offer(each, is_filled_in=is_filled))
    return found


def _is_part(each: Proposal, found: Mapping[str, list[Offer]]) -> bool:
    """Whether a likelier value says it already: a society where its branch was found."""
    return any(each.value in offer.value for offer in found.get(each.field, []))


def filled_in(proposals: Iterable[Proposal]) -> dict[str, str]:
    """The likeliest value of each field that is not a number."""
    found: dict[str, Proposal] = {}
    for each in proposals:
        if each.field not in IdentifierKind.values:
            found.setdefault(each.field, each)
    return {name: each.value for name, each in found.items() if not _is_doubtful(each)}


def _is_doubtful(each: Proposal) -> bool:
    """A body or a day named somewhere in the text is as often another's: offered, not filled in."""
    is_guess = each.certainty == Certainty.GUESS and each.place == "text"
    return is_guess and each.field in {"issuer", "published_on", "label"}


def numbers_filled_in(proposals: Iterable[Proposal]) -> list[dict[str, str]]:
    """Numbers that are no guesses; of the surest alone where a kind has such."""
    by_kind: dict[str, list[Proposal]] = {}
    for each in proposals:
        if each.field in IdentifierKind.values and each.certainty != Certainty.GUESS:
            by_kind.setdefault(each.field, []).append(each)
    return [
        {"kind": kind, "value": each.value}
        for kind, those in by_kind.items()
        for each in those[:MOST_FILLED_IN]
        if each.certainty == those[0].certainty
    ]


def matches(proposals: Iterable[Proposal]) -> list[Source]:
    """Sources that are there already and may be this work: by a number, then by the title."""
    told = list(proposals)
    numbers = [(p.field, p.value) for p in told if p.field in IdentifierKind.values]
    titles = [p.value for p in told if p.field == "title"][:3]
    found: dict[int, Source] = {}
    for kind, value in numbers:
        # An ISSN is the journal's, which has many works.
        if kind != IdentifierKind.ISSN:
            rows = Identifier.objects.filter(kind=kind, value=value).select_related("source")
            found |= {row.source_id: row.source for row in rows[:MOST_MATCHES]}
    for title in titles:
        rows_of = Source.objects.filter(title__iexact=title)[:MOST_MATCHES]
        found |= {source.pk: source for source in rows_of if source.pk not in found}
    return list(found.values())[:MOST_MATCHES]


def _offer(each: Proposal, *, is_filled_in: bool) -> Offer:
    return Offer(
        each.value,
        _shown(each),
        _where(each),
        each.around if each.around != each.value else "",
        each.certainty == Certainty.GUESS,
        is_filled_in,
    )


def _shown(each: Proposal) -> str:
    named = {"source_class": SourceClass, "language": Language}.get(each.field)
    if named and each.value in named.values:
        return str(named(each.value).label)
    return each.value


def _where(each: Proposal) -> str:
    if each.place == "metadata":
        return say("from the file's own data")
    if each.place == "filename":
        return say("from the file's name")
    if each.page:
        return say("found on page %(page)s") % {"page": each.page}
    if each.section:
        return say("found under “%(section)s”") % {"section": each.section[:60]}
    return say("found at the beginning")
