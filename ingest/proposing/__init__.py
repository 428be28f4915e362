"""What a file says of itself, offered to the person who registers it, with where it stands.

Proposals are no knowledge: a person confirms or corrects each. Nothing here knows the truth or its
rules, so whether a number is well formed is asked where the proposals are taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingest.parsing.document import Document
from ingest.proposing import (
    classes,
    dates,
    editions,
    issuers,
    languages,
    licences,
    numbers,
    titles,
)
from ingest.proposing.found import FIELDS, Certainty, Proposal, Said
from ingest.proposing.opening import Opening

__all__ = ["FIELDS", "Certainty", "Proposal", "Said", "propose"]

MOST_A_FIELD = 6
_ORDER = {Certainty.SURE: 0, Certainty.LIKELY: 1, Certainty.GUESS: 2}


def propose(document: Document, said: Sequence[Said], filename: str) -> tuple[Proposal, ...]:
    """For each field the values it may have, the likeliest first. `said` is the file's own data."""
    opening = Opening.of(document)
    found = [
        *(Proposal(each.field, each.value, each.certainty, "metadata") for each in said),
        *titles.titles(opening, filename, is_said=any(each.field == "title" for each in said)),
        *issuers.issuers(opening),
        *numbers.numbers(opening),
        *dates.dates(opening, filename),
        *languages.languages(opening),
        *licences.licences(opening),
    ]
    found = _ranked(found)
    found += classes.classes(document.media_type, opening, found)
    found += editions.labels(found)
    return tuple(_ranked(found))


def _ranked(found: Iterable[Proposal]) -> list[Proposal]:
    """One a value, the surest; no more a field than somebody would look through."""
    kept: dict[str, dict[str, Proposal]] = {name: {} for name in FIELDS}
    for each in sorted(found, key=lambda one: _ORDER[one.certainty]):
        kept[each.field].setdefault(each.value.casefold(), each)
    return [each for values in kept.values() for each in list(values.values())[:MOST_A_FIELD]]
