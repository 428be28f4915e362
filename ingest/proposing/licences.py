"""Under which licence it may be used, where it names one of Creative Commons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.proposing.found import Certainty, Proposal
from ingest.proposing.opening import Opening, proposal

_PART = r"(?:non-?commercial|no-?deriv(?:ative)?s|share-?alike)"
_NAMED = re.compile(
    r"\bCC0\b|\bCC[ -]BY(?:-(?:NC|ND|SA)){0,2}(?:[ -]\d\.\d)?|"
    rf"creative commons attribution(?:[ -]+{_PART}){{0,2}}"
    r"(?:\s+(?:licen[cs]e\s+)?\(?(?:v(?:ersion)?\s?)?\d\.\d)?|"
    r"creativecommons\.org/(?:licenses/[a-z-]+|publicdomain/zero)/\d\.\d",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\d\.\d")
_PARTS = (("NC", "nc|noncommercial"), ("SA", "sa|sharealike"), ("ND", "nd|noderiv(?:ative)?s"))


def licences(opening: Opening) -> Iterator[Proposal]:
    for line in opening.lines:
        if found := _NAMED.search(line.text):
            yield proposal("licence_text", _short(found[0]), Certainty.LIKELY, line)


def named_in(text: str) -> str:
    """The licence that a text names, in its short form; empty where it names none."""
    found = _NAMED.search(text)
    return _short(found[0]) if found else ""


def _short(told: str) -> str:
    """“Creative Commons Attribution 4.0” is CC BY 4.0."""
    version = _VERSION.search(told)
    ending = f" {version[0]}" if version else ""
    if re.search("cc0|publicdomain", told, re.IGNORECASE):
        return f"CC0{ending}"
    words = re.split(r"[^a-z]+", re.sub(r"(?i)(non|no|share)-(?=[cda])", r"\1", told).casefold())
    parts = [name for name, word in _PARTS if any(re.fullmatch(word, each) for each in words)]
    return "-".join(["CC BY", *parts]) + ending
