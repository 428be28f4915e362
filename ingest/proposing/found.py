"""One proposal: a field, a value, how sure it is, and where it was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

NUMBERS = (
    "document_number",
    "approval_number",
    "ndc",
    "spl_set_id",
    "standard_number",
    "doi",
    "pmid",
    "isbn",
    "issn",
)
FIELDS = (
    *("title", "issuer", "source_class", "language", "published_on", "label", "licence_text"),
    *NUMBERS,
)
# Characters of a value, and of the words around it: what fits beside a field.
LONGEST = 300
AROUND = 40

Place = Literal["metadata", "text", "filename"]


class Certainty(StrEnum):
    """Sure: the file says so in data or under that name. Likely: by a rule that seldom errs.
    Guess: better than an empty field."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True)
class Said:
    """What the file says in data of its own, not in its text."""

    field: str
    value: str
    certainty: Certainty = Certainty.SURE


@dataclass(frozen=True)
class Proposal:
    """`page`, `section` and `around` say where in the text it stands, where it stands there."""

    field: str
    value: str
    certainty: Certainty
    place: Place
    page: int | None = None
    section: str = ""
    around: str = ""
